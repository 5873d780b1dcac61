"""What steps that run a script or a command have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

from ...connection import warn_ignored
from ...core._keep_outputs import keeping_outputs
from ..core.builder import PipelineStep


class ScriptStep(PipelineStep):
    """A step whose command runs as a process on a compute target."""

    def _set_up(
        self,
        *,
        compute_target: Any = None,
        runconfig: Any = None,
        runconfig_pipeline_params: Optional[Mapping[str, Any]] = None,
        params: Optional[Mapping[str, Any]] = None,
        source_directory: Optional[str] = None,
        allow_reuse: bool = True,
        version: Optional[str] = None,
        hash_paths: Optional[Sequence[str]] = None,
    ) -> None:
        if params is not None and not isinstance(params, Mapping):
            raise ValueError(f"The params of the step {self.name} must be a dictionary.")
        if runconfig_pipeline_params:
            raise NotImplementedError("runconfig_pipeline_params are not supported on Modelyard: a parameter of the pipeline can stand among a step's arguments and params, not in its run configuration.")
        if hash_paths:
            warn_ignored("hash_paths", "the whole source directory is looked at, as it has been since the argument was given up")
        self._compute_target = compute_target
        self._runconfig = runconfig
        self._params = dict(params or {})
        self._source_directory = source_directory
        self._allow_reuse = allow_reuse
        self._version = version
        self._read = [*self._params.values()]

    @property
    def runconfig(self) -> Any:
        return self._runconfig

    @property
    def allow_reuse(self) -> bool:
        return self._allow_reuse

    def _folder(self, builder: Any) -> str:
        """The folder of the code: the step's own, the pipeline's, or the one we are in."""
        folder = self._source_directory or builder.graph.default_source_directory or "."
        if not Path(folder).is_dir():
            raise ValueError(f"Step [{self.name}]: there is no source directory at: {Path(folder).resolve()}")
        return str(folder)

    def _prepare(self, builder: Any) -> None:
        """Variables of the process, before the command is written."""
        builder.set_variables(self._runconfig._variables() if self._runconfig is not None else {})
        builder.set_params(self._params)
        if self._version is not None:
            # Another version of a step is another step, whatever else is the same.
            builder.set_variables({"MODELYARD_STEP_VERSION": self._version})

    def _finish(self, builder: Any, command: str, folder: Optional[str]) -> dict[str, Any]:
        document = builder.finish(keeping_outputs(command), folder)
        target = builder.graph.compute(self._compute_target if self._compute_target is not None else self._target_of_runconfig())
        if target is not None:
            document["compute"] = target
        if not self._allow_reuse:
            document["allow_reuse"] = False
        return {**document, **environment_of(self._runconfig)}

    def _target_of_runconfig(self) -> Any:
        return None if self._runconfig is None else self._runconfig._target_name()


def environment_of(runconfig: Any) -> dict[str, Any]:
    """The environment of a run configuration as it stands in a step of our file."""
    found = None if runconfig is None else runconfig.environment._for_job()
    return {} if found is None else {"environment": found}
