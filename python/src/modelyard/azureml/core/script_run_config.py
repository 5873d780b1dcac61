"""``azureml.core.script_run_config``: a script, and how it is to run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional

from ...trees import upload_tree
from ..connection import translated, warn_ignored
from ..exceptions import UserErrorException
from . import _run_documents as documents
from .environment import Environment
from .run import Run
from .runconfig import DockerConfiguration, RunConfiguration, target_name

if TYPE_CHECKING:
    from .experiment import Experiment


class ScriptRunConfig:
    """A script with its arguments, target and environment."""

    def __init__(
        self,
        source_directory: Optional[str] = None,
        script: Optional[str] = None,
        arguments: Optional[Iterable[Any]] = None,
        run_config: Optional[RunConfiguration] = None,
        _telemetry_values: Any = None,
        compute_target: Any = None,
        environment: Optional[Environment] = None,
        distributed_job_config: Any = None,
        resume_from: Any = None,
        max_run_duration_seconds: Optional[float] = None,
        command: Any = None,
        docker_runtime_config: Optional[DockerConfiguration] = None,
    ) -> None:
        if script is None and command is None:
            raise UserErrorException("ScriptRunConfig needs a script or a command.")
        if command is not None and (script is not None or arguments):
            raise UserErrorException("ScriptRunConfig takes a command, or a script with arguments, not both.")
        self.source_directory = source_directory or "."
        self.script = script
        self.command = command
        self.arguments = list(arguments or [])
        self.run_config = run_config or RunConfiguration()
        if compute_target is not None:
            self.run_config.target = compute_target
        if environment is not None:
            self.run_config.environment = environment
        if docker_runtime_config is not None:
            self.run_config.docker = docker_runtime_config
        if max_run_duration_seconds is not None:
            self.run_config.max_run_duration_seconds = max_run_duration_seconds
        if distributed_job_config is not None:
            warn_ignored("ScriptRunConfig(distributed_job_config=…)", "one process runs the script")

    def _submit(self, experiment: "Experiment", tags: Optional[Mapping[str, str]] = None, display_name: Optional[str] = None, **others: Any) -> Run:
        """Submits the script as a job of its own.

        Raises:
            UserErrorException: the script is not there, or the file is refused.
        """
        own = experiment.workspace._own
        source = Path(self.source_directory)
        if self.script is not None and not (source / self.script).is_file():
            raise UserErrorException(f"There is no script {self.script} in {source.resolve()}.")
        from ._script_document import ScriptDocument

        written = ScriptDocument(self)
        name = display_name or self.script or "command"
        labels = {documents.script_tag: "true", "azureml.definition": json.dumps(self._definition())[:5000], **{key: str(value) for key, value in (tags or {}).items()}}
        with translated():
            code = {written.code: upload_tree(own.connection, own.name, source), **written.upload(own)}
            body = {"source": {"name": "script.yml", "text": json.dumps(written.document(name))}, "code": code, "experiment": experiment.name, "displayName": name, "tags": labels, "force": True}
            job = own.connection.call("POST", f"{own.path}/jobs", body=body)
        for warning in job["warnings"]:
            warn_ignored(name, warning)
        return Run._find(experiment.workspace, job["id"])

    def _definition(self) -> dict[str, Any]:
        environment = self.run_config.environment
        return {"script": self.script, "command": self.command, "arguments": [str(argument) for argument in self.arguments], "target": target_name(self.run_config.target), "environment": {"name": environment.name, "version": environment.version}}

    def __repr__(self) -> str:
        return f"ScriptRunConfig(source_directory={self.source_directory!r}, script={self.script!r}, target={target_name(self.run_config.target)!r})"
