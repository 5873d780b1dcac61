"""One step in our pipeline file: what it reads and writes, and its command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence

from ...core._inputs import dataset_variable
from ._arguments import expression, expand_mentions, truth_line, truth_variable, words_of
from .graph import InputPortBinding, PipelineParameter

if TYPE_CHECKING:
    from ._document import GraphDocument
    from .builder import PipelineStep


class StepDocument:
    """Collects a step's inputs and outputs while its command is written."""

    def __init__(self, graph: "GraphDocument", step: "PipelineStep", key: str) -> None:
        self.graph = graph
        self.step = step
        self.key = key
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}
        self.variables: dict[str, str] = {}
        self._places: dict[int, str] = {}
        self._mentions: dict[str, str] = {}
        self._exports: list[str] = []
        self._truths: dict[str, PipelineParameter] = {}
        self._literals = 0
        for output in step._outputs:
            self._declare_output(output)
        for given in step._inputs:
            self.place_of(given)

    def place_of(self, value: Any) -> str:
        """Where a data object or parameter stands in this step."""
        known = self._places.get(id(value))
        if known is not None:
            return known
        self._places[id(value)] = place = self._place(value)
        # Keeps the object alive, so that its id stays its own.
        self.graph.kept.append(value)
        return place

    def named(self, name: str) -> Optional[str]:
        return self._mentions.get(name)

    def literal(self, text: str) -> str:
        self._literals += 1
        name = f"text_{self._literals}"
        self.inputs[name] = {"type": "string", "value": text}
        return f"inputs.{name}"

    def _place(self, value: Any) -> str:
        if isinstance(value, PipelineParameter):
            return self._parameter(value)
        if isinstance(value, InputPortBinding):
            inner = value.bind_object
            return self._parameter(inner) if isinstance(inner, PipelineParameter) and inner.is_value else self._data(inner, value.name)
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], PipelineParameter):
            return self._parameter(value[0])
        inner = getattr(value, "dataset", None)
        if isinstance(inner, PipelineParameter):
            place = self._parameter(inner)
            self._mention(str(value.name), place)
            return place
        return self._data(value, None)

    def _parameter(self, parameter: PipelineParameter) -> str:
        self.graph.declare(parameter)
        name = self._free(parameter.name, expression(f"parent.inputs.{parameter.name}"))
        self.inputs[name] = expression(f"parent.inputs.{parameter.name}")
        if parameter.is_value and parameter._type == "boolean":
            self._truths[parameter.name] = parameter
        if not parameter.is_value:
            self._mention(parameter.name, f"inputs.{name}")
        return f"inputs.{name}"

    def _data(self, value: Any, name: Optional[str]) -> str:
        source = getattr(value, "_source", value)
        place = self._places.get(id(source))
        if place is not None and place.startswith("outputs."):
            return place
        wished = name or getattr(value, "name", None) or getattr(source, "name", None) or "input"
        bound = self.graph.bind(self, value)
        key = self._free(re.sub(r"[^A-Za-z0-9_-]", "_", str(wished)), bound)
        self.inputs[key] = bound
        describe = getattr(value, "_for_script", None)
        if callable(describe):
            self.variables[f"{dataset_variable}{wished}"] = describe()
        for mention in sorted({str(wished), str(getattr(source, "name", wished))}):
            self._mention(str(mention), f"inputs.{key}")
        return f"inputs.{key}"

    def _declare_output(self, output: Any) -> None:
        source = getattr(output, "_source", output)
        name = str(getattr(source, "output_name", None) or source.name)
        self.outputs[name] = self.graph.output_of(source)
        self._places[id(source)] = f"outputs.{name}"
        for mention in sorted({name, str(source.name)}):
            self._mention(mention, f"outputs.{name}")

    def mention(self, name: str, value: Any) -> None:
        """Lets the script find a data object under another name, too."""
        self._mention(name, self.place_of(value))

    def _mention(self, name: str, place: str) -> None:
        self._mentions[name] = place
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            self._exports.append(f"export AZUREML_DATAREFERENCE_{name}={expression(place)};")

    def _free(self, wished: str, bound: Any) -> str:
        """A name for an input that no other thing has."""
        base = wished if re.match(r"[A-Za-z_]", wished) else f"_{wished}"
        name, number = base, 2
        while name in self.inputs and self.inputs[name] != bound:
            name, number = f"{base}_{number}", number + 1
        return name

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        """Variables of the process, the same in every run."""
        self.variables.update({name: str(value) for name, value in variables.items()})

    def set_params(self, params: Optional[Mapping[str, Any]]) -> None:
        """``params`` of a step: each becomes the variable ``AML_PARAMETER_<name>``."""
        for name, value in (params or {}).items():
            variable = f"AML_PARAMETER_{name}"
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
                raise ValueError(f"{name!r} among the params of the step {self.step.name} is no name of a variable.")
            if not isinstance(value, PipelineParameter):
                self.variables[variable] = str(value)
                continue
            place = self.place_of(value)
            text = f'"${truth_variable(value.name)}"' if value.name in self._truths else expression(place)
            self._exports.append(f"export {variable}={text};")

    def command_of(self, words: Sequence[Any], before: Sequence[str] = ()) -> str:
        """A command from words; ``before`` are words of ours that stand as they are."""
        return self._with_prelude(" ".join([*before, *words_of([*words], self)]))

    def shell_command(self, text: str) -> str:
        """A command that is shell text already."""
        return self._with_prelude(expand_mentions(text, self))

    def list_command(self, words: Sequence[Any]) -> str:
        """A command from a list: texts stay shell text, data and parameters become their places."""
        parts = [expand_mentions(word, self) if isinstance(word, str) else words_of([word], self)[0] for word in words]
        return self._with_prelude(" ".join(parts))

    def _with_prelude(self, command: str) -> str:
        truths = [truth_line(parameter, self.place_of(parameter)) for parameter in self._truths.values()]
        return " ".join([*truths, *dict.fromkeys(self._exports), command])

    def finish(self, command: str, source_directory: "str | Path | None") -> dict[str, Any]:
        """The step as it stands in the file."""
        document: dict[str, Any] = {"type": "command", "display_name": self.step.name, "command": command}
        if source_directory is not None:
            document["code"] = self.graph.code(source_directory)
        if self.inputs:
            document["inputs"] = self.inputs
        if self.outputs:
            document["outputs"] = self.outputs
        if self.variables:
            document["environment_variables"] = self.variables
        return document
