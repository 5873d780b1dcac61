"""``azureml.pipeline.core.builder``: steps, their order, and the data between them."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Optional, Sequence, Union

from .graph import InputPortBinding, PipelineParameter

_data_name = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


class PipelineData:
    """Data that one step writes and others read. Among ``arguments`` it becomes the path.

    The folder exists before the writing step starts; with ``is_directory=False`` it is one file.
    """

    def __init__(
        self,
        name: str,
        datastore: Any = None,
        output_name: Optional[str] = None,
        output_mode: str = "mount",
        output_path_on_compute: Optional[str] = None,
        output_overwrite: Optional[bool] = None,
        data_type: Any = None,
        is_directory: Optional[bool] = None,
        pipeline_output_name: Optional[str] = None,
        training_output: Any = None,
    ) -> None:
        if not isinstance(name, str) or not _data_name.fullmatch(name):
            raise ValueError(f"{name!r} is no name of data. Use letters, digits and underscores, the first a letter.")
        if output_mode not in ("mount", "upload"):
            raise ValueError(f"The output mode {output_mode!r} is neither 'mount' nor 'upload'.")
        self.name = name
        self.datastore = datastore
        self.output_name = output_name or name
        self.is_directory = is_directory
        self.data_type = data_type
        self.pipeline_output_name = pipeline_output_name
        self._producer: Optional[PipelineStep] = None
        # Also another view of the same data, as `as_dataset()` gives one.
        self._source: Any = self

    @property
    def data_reference_name(self) -> str:
        return self.name

    def as_input(self, input_name: str) -> InputPortBinding:
        return InputPortBinding(input_name, bind_object=self)

    def as_dataset(self) -> "PipelineOutputFileDataset":
        """The same data as a file dataset."""
        return PipelineOutputFileDataset(self)

    def as_mount(self) -> "PipelineData":
        return self

    def as_download(self, *_: Any, **__: Any) -> "PipelineData":
        return self

    def create_input_binding(self, input_name: Optional[str] = None, mode: Optional[str] = None, path_on_compute: Optional[str] = None, overwrite: Optional[bool] = None) -> InputPortBinding:
        return InputPortBinding(input_name or self.name, bind_object=self)

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"

    def __repr__(self) -> str:
        return f"PipelineData(name={self.name!r})"


class PipelineOutputFileDataset:
    """What a step left, read as files by a later one."""

    def __init__(self, pipeline_data: PipelineData) -> None:
        self._source = pipeline_data
        self.name = pipeline_data.name

    def as_named_input(self, name: str) -> "PipelineOutputFileDataset":
        found = PipelineOutputFileDataset(self._source)
        found.name = name
        return found

    def as_mount(self, path_on_compute: Optional[str] = None) -> "PipelineOutputFileDataset":
        return self

    def as_download(self, path_on_compute: Optional[str] = None) -> "PipelineOutputFileDataset":
        return self

    def as_direct(self) -> "PipelineOutputFileDataset":
        return self

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"


class PipelineStep:
    """The base of all steps."""

    def __init__(
        self,
        name: str,
        inputs: Optional[Sequence[Any]] = None,
        outputs: Optional[Sequence[Any]] = None,
        arguments: Optional[Sequence[Any]] = None,
        fix_port_name_collisions: bool = False,
        resource_inputs: Optional[Sequence[Any]] = None,
    ) -> None:
        for what, value in (("inputs", inputs), ("outputs", outputs), ("arguments", arguments)):
            if value is not None and (isinstance(value, (str, bytes)) or not hasattr(value, "__iter__")):
                raise ValueError(f"The {what} of the step {name} must be a list.")
        self.name = name
        self._inputs: list[Any] = [*(inputs or [])]
        self._outputs: list[Any] = [*(outputs or [])]
        self._arguments: list[Any] = [*(arguments or [])]
        self._after: list[PipelineStep] = []
        for output in self._outputs:
            claim(output, self)
        for argument in self._arguments:
            # An output configuration among the arguments is an output; it need not be repeated in `outputs`.
            if getattr(argument, "_is_output", False) and argument not in self._outputs:
                self._outputs.append(argument)
                claim(argument, self)

    def run_after(self, step: "PipelineStep") -> None:
        """Starts only when ``step`` has succeeded, without data between them."""
        if not isinstance(step, PipelineStep):
            raise ValueError(f"run_after takes a step, not {type(step).__name__}.")
        if step not in self._after:
            self._after.append(step)

    def get_source_directory(self, context: Any = None, source_directory: Optional[str] = None, script_name: Optional[str] = None) -> Optional[str]:
        return source_directory or getattr(self, "_source_directory", None)

    def _describe(self, builder: Any) -> dict[str, Any]:
        """The step in our pipeline file; see :mod:`._document`."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    __repr__ = __str__


def claim(output: Any, step: PipelineStep) -> None:
    """Makes a step the one that writes ``output``.

    Raises:
        ValueError: it is nothing that a step writes.
    """
    source = getattr(output, "_source", output)
    if isinstance(output, (str, bytes, PipelineParameter)) or not hasattr(source, "name"):
        raise ValueError(f"The step {step.name} has {output!r} among its outputs, which is nothing that a step can write. Use PipelineData or OutputFileDatasetConfig.")
    source._producer = step


class StepSequence:
    """Steps one after the other; a list among them is a group that runs at once."""

    def __init__(self, steps: Optional[Iterable[Any]] = None) -> None:
        self._steps = [*(steps or [])]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._steps)


Steps = Union[PipelineStep, StepSequence, Iterable[Any]]


def flatten(steps: Any) -> list[PipelineStep]:
    """Every step of a list, group or sequence; sequences put their parts in order by ``run_after``."""
    if isinstance(steps, PipelineStep):
        return [steps]
    if isinstance(steps, StepSequence):
        return _in_order(steps)
    if isinstance(steps, (str, bytes)) or not hasattr(steps, "__iter__"):
        raise ValueError(f"A pipeline is made of steps, not of {type(steps).__name__}.")
    return _once(step for each in steps for step in flatten(each))


def _in_order(sequence: StepSequence) -> list[PipelineStep]:
    found: list[PipelineStep] = []
    before: list[PipelineStep] = []
    for part in sequence:
        group = flatten(part)
        for step in group:
            for earlier in before:
                step.run_after(earlier)
        found += group
        before = group or before
    return _once(found)


def _once(steps: Iterable[PipelineStep]) -> list[PipelineStep]:
    return [*dict.fromkeys(steps)]
