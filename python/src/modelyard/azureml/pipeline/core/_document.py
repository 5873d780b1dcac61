"""A graph of steps as our pipeline file, with the folders it needs: pure, nothing is uploaded here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence

from ._arguments import expression
from ._step_document import StepDocument
from .builder import PipelineData, PipelineStep
from .graph import PipelineParameter

# Uploads what a path of the file stands for into a workspace of our own SDK and answers its digest.
Upload = Callable[[Any], str]


@dataclass
class GraphDocument:
    """Our pipeline file while it is written.

    ``uploads`` has, for each path in the file, what uploads it; ``problems`` what is wrong with the graph.
    """

    steps: Sequence[PipelineStep]
    description: str = ""
    default_source_directory: Optional[str] = None
    default_compute: Any = None
    uploads: dict[str, Upload] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    parameters: dict[str, PipelineParameter] = field(default_factory=dict)
    keys: dict[PipelineStep, str] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._assets: dict[Any, str] = {}
        for step in self.steps:
            self.keys[step] = self._key(step.name)
            _name_outputs(step)
        self._find_cycle()
        # With a cycle there is no order in which the steps could be described.
        self.jobs = {} if self.problems else {self.keys[step]: self._job(step) for step in self.steps}

    def _key(self, name: str) -> str:
        base = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:120]
        base = base if re.match(r"[A-Za-z0-9_]", base) else f"_{base}"
        key, number = base, 2
        while key in self.keys.values():
            key, number = f"{base}_{number}", number + 1
        return key

    def _job(self, step: PipelineStep) -> dict[str, Any]:
        document = step._describe(StepDocument(self, step, self.keys[step]))
        needs = [self.keys[earlier] for earlier in step._after if earlier in self.keys]
        return {**document, **({"needs": needs} if needs else {})}

    def _find_cycle(self) -> None:
        """Every edge that is known before the steps are described; the server looks again."""
        from ._edges import cycle_among

        cycle = cycle_among(self.steps)
        if cycle:
            self.problems.append(f"Cycle: the steps wait for each other: {' -> '.join(step.name for step in cycle)}. Take one of the inputs or run_after away.")

    def declare(self, parameter: PipelineParameter) -> None:
        """Makes a parameter one of the pipeline's."""
        known = self.parameters.setdefault(parameter.name, parameter)
        if known is not parameter and known.default_value is not parameter.default_value and known.default_value != parameter.default_value:
            raise ValueError(f"There are two parameters {parameter.name}, with the default values {known.default_value!r} and {parameter.default_value!r}.")

    def code(self, folder: "str | Path") -> str:
        """The path under which a folder of code stands in the file: the same wherever the folder lies on this machine."""
        real = str(Path(folder).resolve())
        if real not in self._folders:
            name = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(real).name) or "code"
            path = self._free_path(f"./{name}")
            self._folders[real] = path
            self.uploads[path] = lambda own: _upload_code(own, real)
        return self._folders[real]

    def stored_code(self, name: str, upload: Upload) -> str:
        """The path of code that the server has already, or that is made for the step."""
        path = f"./{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}"
        self.uploads[path] = upload
        return path

    def _free_path(self, wished: str) -> str:
        path, number = wished, 2
        while path in self.uploads:
            path, number = f"{wished}-{number}", number + 1
        return path

    def bind(self, step: StepDocument, value: Any) -> Any:
        """What a step's input says of a data object."""
        source = getattr(value, "_source", value)
        producer = getattr(source, "_producer", None)
        if producer is not None:
            if producer not in self.keys:
                self.problems.append(f"The step {step.step.name} reads {source.name}, which the step {producer.name} writes; that step is not in the pipeline.")
                return {"type": "string", "value": ""}
            return expression(f"parent.jobs.{self.keys[producer]}.outputs.{getattr(source, 'output_name', None) or source.name}")
        if isinstance(source, PipelineData) or getattr(source, "_is_output", False):
            self.problems.append(f"The step {step.step.name} reads {source.name}, which no step writes. Put it among the outputs of the step that makes it.")
            return {"type": "string", "value": ""}
        return self._asset(value)

    def _asset(self, value: Any) -> dict[str, Any]:
        """Data that is there before the pipeline starts."""
        from ._data import asset_of

        asset = asset_of(value)
        if asset.reference is not None:
            return {"type": asset.type, "path": asset.reference}
        path = self._assets.get(asset.identity)
        if path is None:
            path = self._free_path(f"./data/{re.sub(r'[^A-Za-z0-9_-]+', '-', asset.name) or 'data'}")
            self._assets[asset.identity] = path
            self.uploads[path] = asset.upload
        return {"type": asset.type, "path": path}

    def _data_parameter(self, name: str, value: Any) -> dict[str, Any]:
        """Data that a start may exchange has a path that nothing else reads."""
        from ._data import asset_of

        asset = asset_of(value)
        path = f"./data/parameter-{name}"
        self.uploads[path] = asset.upload
        return {"type": asset.type, "path": path}

    def output_of(self, source: Any) -> dict[str, Any]:
        """What a step's output says of itself."""
        kind = "uri_file" if getattr(source, "is_directory", None) is False else "uri_folder"
        register = getattr(source, "_register_as", None)
        # A step of the v1 era may make its folder and leave it empty.
        return {"type": kind, **({"optional": True} if kind == "uri_folder" else {}), **({"name": register} if register else {})}

    def compute(self, target: Any) -> Optional[str]:
        """The name of a compute target that is given as an object, a name or a pair."""
        given = target if target is not None else self.default_compute
        if isinstance(given, tuple):
            given = given[0]
        return None if given is None else str(getattr(given, "name", given))

    def document(self, values: Mapping[str, Any], continue_on_step_failure: bool = False) -> dict[str, Any]:
        """The file. ``values`` set data parameters; values of others go with the submission."""
        inputs: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            if parameter.is_value:
                inputs[name] = {"type": parameter._type, "default": parameter.default_value}
            else:
                inputs[name] = self._data_parameter(name, values.get(name, parameter.default_value))
        found: dict[str, Any] = {"type": "pipeline", "settings": {"continue_on_step_failure": bool(continue_on_step_failure)}, "jobs": self.jobs}
        if self.description:
            found["description"] = self.description
        if inputs:
            found["inputs"] = inputs
        outputs = self._pipeline_outputs()
        if outputs:
            found["outputs"] = outputs
        return found

    def _pipeline_outputs(self) -> dict[str, str]:
        """Outputs that belong to the pipeline as a whole, by the names that they have there."""
        found: dict[str, str] = {}
        for step, key in self.keys.items():
            for output in step._outputs:
                source = getattr(output, "_source", output)
                name = getattr(source, "pipeline_output_name", None)
                if name:
                    found[str(name)] = expression(f"parent.jobs.{key}.outputs.{source.output_name or source.name}")
        return found

    def text(self, values: Mapping[str, Any], continue_on_step_failure: bool = False) -> str:
        """The file as JSON, which is YAML."""
        return json.dumps(self.document(values, continue_on_step_failure), indent=1)


def _name_outputs(step: PipelineStep) -> None:
    """Outputs without a name are called by their place, the same at each submission, so that the step can be reused."""
    for position, output in enumerate(step._outputs, 1):
        source = getattr(output, "_source", output)
        if getattr(source, "name", None) is None:
            source.name = f"output_{position}"


def _upload_code(own: Any, folder: str) -> str:
    from ....trees import snapshot_ignore_files, upload_tree

    return upload_tree(own.connection, own.name, folder, ignore_files=snapshot_ignore_files)
