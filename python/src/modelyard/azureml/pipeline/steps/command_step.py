"""``azureml.pipeline.steps.command_step``."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Union

from ..core.builder import PipelineStep
from ._script import ScriptStep


class CommandStep(ScriptStep):
    """Runs a command: shell text, or a list of words among which data and parameters may stand."""

    def __init__(
        self,
        command: Union[str, Sequence[Any], None] = None,
        name: Optional[str] = None,
        compute_target: Any = None,
        runconfig: Any = None,
        runconfig_pipeline_params: Optional[Mapping[str, Any]] = None,
        inputs: Optional[Sequence[Any]] = None,
        outputs: Optional[Sequence[Any]] = None,
        params: Optional[Mapping[str, Any]] = None,
        source_directory: Optional[str] = None,
        allow_reuse: bool = True,
        version: Optional[str] = None,
    ) -> None:
        given = command if command is not None else getattr(runconfig, "command", None)
        if not given:
            raise ValueError("A CommandStep needs a command, as text or as a list.")
        self._command = given
        first = given if isinstance(given, str) else str(given[0])
        PipelineStep.__init__(self, name or first.split()[0], inputs, outputs, None if isinstance(given, str) else [*given])
        self._set_up(compute_target=compute_target, runconfig=runconfig, runconfig_pipeline_params=runconfig_pipeline_params, params=params, source_directory=source_directory, allow_reuse=allow_reuse, version=version)

    def _describe(self, builder: Any) -> dict[str, Any]:
        folder = self._folder(builder) if self._source_directory or builder.graph.default_source_directory else None
        self._prepare(builder)
        text = builder.shell_command(self._command) if isinstance(self._command, str) else builder.list_command(self._command)
        return self._finish(builder, text, folder)
