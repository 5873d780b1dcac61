"""``azureml.pipeline.steps.python_script_step``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

from ..core.builder import PipelineStep
from ._script import ScriptStep


class PythonScriptStep(ScriptStep):
    """Runs a Python script of ``source_directory`` on a compute target.

    Its result is reused while script, folder, arguments, parameters, inputs and environment stay the same, unless ``allow_reuse=False``.
    """

    def __init__(
        self,
        script_name: str,
        name: Optional[str] = None,
        arguments: Optional[Sequence[Any]] = None,
        compute_target: Any = None,
        runconfig: Any = None,
        runconfig_pipeline_params: Optional[Mapping[str, Any]] = None,
        inputs: Optional[Sequence[Any]] = None,
        outputs: Optional[Sequence[Any]] = None,
        params: Optional[Mapping[str, Any]] = None,
        source_directory: Optional[str] = None,
        allow_reuse: bool = True,
        version: Optional[str] = None,
        hash_paths: Optional[Sequence[str]] = None,
    ) -> None:
        if not isinstance(script_name, (str, os.PathLike)) or not str(script_name):
            raise ValueError("script_name must name the script to run.")
        PipelineStep.__init__(self, name or str(script_name), inputs, outputs, arguments)
        self._script_name = str(script_name)
        self._set_up(compute_target=compute_target, runconfig=runconfig, runconfig_pipeline_params=runconfig_pipeline_params, params=params, source_directory=source_directory, allow_reuse=allow_reuse, version=version, hash_paths=hash_paths)

    def _describe(self, builder: Any) -> dict[str, Any]:
        folder = self._folder(builder)
        script = Path(folder, self._script_name)
        if not script.is_file():
            raise ValueError(f"Step [{self.name}]: script not found at: {script.resolve()}. Make sure to specify an appropriate source_directory on the Step or default_source_directory on the Pipeline.")
        self._prepare(builder)
        # The script stands as it is: the server looks for it in the folder before anything starts.
        command = builder.command_of([Path(self._script_name).as_posix(), *self._arguments], ["python"])
        return self._finish(builder, command, folder)
