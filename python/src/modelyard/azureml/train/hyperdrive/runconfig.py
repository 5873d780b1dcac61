"""``azureml.train.hyperdrive.runconfig``: a sweep over settings of a script."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Optional

from ....trees import upload_tree
from ...connection import translated, warn_ignored
from ...core._script_document import ScriptDocument
from ...core.script_run_config import ScriptRunConfig
from ...exceptions import UserErrorException
from .run import HyperDriveRun, PrimaryMetricGoal, settings_variable
from .sampling import RandomParameterSampling

if TYPE_CHECKING:
    from ...core.experiment import Experiment

_most_runs = 1000


class HyperDriveConfig:
    """A script, the settings to try, and the metric that says which is best. All runs are one job; the compute target says how many go on at once."""

    def __init__(
        self,
        hyperparameter_sampling: RandomParameterSampling,
        primary_metric_name: str,
        primary_metric_goal: str,
        max_total_runs: int,
        max_concurrent_runs: Optional[int] = None,
        max_duration_minutes: float = 10_080,
        policy: Any = None,
        estimator: Any = None,
        run_config: Optional[ScriptRunConfig] = None,
        resume_from: Any = None,
        resume_child_runs: Any = None,
        pipeline: Any = None,
        debug_flag: Any = None,
    ) -> None:
        if not isinstance(run_config, ScriptRunConfig):
            raise UserErrorException("HyperDriveConfig takes run_config=ScriptRunConfig(...).")
        if primary_metric_goal not in (PrimaryMetricGoal.MAXIMIZE, PrimaryMetricGoal.MINIMIZE):
            raise UserErrorException(f"primary_metric_goal is {primary_metric_goal!r}; use PrimaryMetricGoal.MAXIMIZE or MINIMIZE.")
        if not 0 < max_total_runs <= _most_runs:
            raise UserErrorException(f"max_total_runs is {max_total_runs}; use 1 to {_most_runs}.")
        if max_concurrent_runs is not None and max_concurrent_runs < max_total_runs:
            warn_ignored("HyperDriveConfig(max_concurrent_runs=…)", "the compute target's nodes say how many runs go on at once")
        if resume_from is not None or resume_child_runs is not None:
            warn_ignored("HyperDriveConfig(resume_from=…)", "every sweep begins anew")
        self.hyperparameter_sampling = hyperparameter_sampling
        self.primary_metric_name = primary_metric_name
        self.primary_metric_goal = primary_metric_goal
        self.max_total_runs = max_total_runs
        self.run_config = run_config

    def _submit(self, experiment: "Experiment", tags: Optional[Mapping[str, str]] = None, **others: Any) -> HyperDriveRun:
        """Submits one job with a step for each combination of settings."""
        own = experiment.workspace._own
        source = Path(self.run_config.source_directory)
        if self.run_config.script is not None and not (source / self.run_config.script).is_file():
            raise UserErrorException(f"There is no script {self.run_config.script} in {source.resolve()}.")
        draws = list(self.hyperparameter_sampling._draws(self.max_total_runs))
        written = [ScriptDocument(self._with(settings)) for settings in draws]
        jobs: dict[str, Any] = {}
        for position, (document, settings) in enumerate(zip(written, draws)):
            step = document.document(f"run {position}")
            step["environment_variables"] = {**step.get("environment_variables", {}), settings_variable: json.dumps(settings, default=str)}
            jobs[f"run_{position}"] = step
        text = json.dumps({"type": "pipeline", "display_name": "sweep", "settings": {"continue_on_step_failure": True}, "jobs": jobs})
        labels = {"azureml.sweep.metric": self.primary_metric_name, "azureml.sweep.goal": self.primary_metric_goal, **{key: str(value) for key, value in (tags or {}).items()}}
        with translated():
            code = {ScriptDocument.code: upload_tree(own.connection, own.name, source), **written[0].upload(own)}
            body = {"source": {"name": "sweep.yml", "text": text}, "code": code, "experiment": experiment.name, "tags": labels, "force": True}
            job = own.connection.call("POST", f"{own.path}/jobs", body=body)
        return HyperDriveRun(experiment, job["id"], self)

    def _with(self, settings: Mapping[str, Any]) -> ScriptRunConfig:
        config = copy.copy(self.run_config)
        added = [word for name, value in settings.items() for word in (name if name.startswith("-") else f"--{name}", value if isinstance(value, (int, float)) else str(value))]
        config.arguments = [*self.run_config.arguments, *added]
        return config


__all__ = ["HyperDriveConfig", "PrimaryMetricGoal"]
