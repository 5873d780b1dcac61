"""``azureml.train.hyperdrive.run``: a sweep and its runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Iterator, Optional

from ....connection import segment
from ...connection import translated
from ...core import _run_documents as documents
from ...core.run import Run

if TYPE_CHECKING:
    from ...core.experiment import Experiment

settings_variable = "AZUREML_HYPERPARAMETERS"


class PrimaryMetricGoal:
    """Which values of the metric are better."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"


class HyperDriveRun(Run):
    """A sweep: one job whose steps are its runs."""

    def __init__(self, experiment: "Experiment", run_id: str, hyperdrive_config: Any = None, **others: Any) -> None:
        super().__init__(experiment, run_id)
        tags = self._document["tags"]
        self._metric = str(tags.get("azureml.sweep.metric", ""))
        self._goal = str(tags.get("azureml.sweep.goal", PrimaryMetricGoal.MAXIMIZE))

    @property
    def type(self) -> str:
        return "hyperdrive"

    def get_metrics(self, name: Optional[str] = None, recursive: bool = False, run_type: Any = None, populate: bool = False) -> dict[str, Any]:
        """The values of each run, by its id."""
        return {child.id: child.get_metrics(name) for child in self.get_children()}

    def get_children_sorted_by_primary_metric(self, top: int = 0, reverse: bool = False, discard_no_metric: bool = False) -> list[dict[str, Any]]:
        """The runs, best first: ``run_id``, ``best_primary_metric``, ``status``, ``hyperparameters``."""
        settings = self.get_hyperparameters()
        rows = [{"run_id": child.id, "hyperparameters": settings.get(child.id), "best_primary_metric": self._best_of(child), "status": child.get_status()} for child in self.get_children()]
        with_value = [row for row in rows if row["best_primary_metric"] is not None]
        with_value.sort(key=lambda row: row["best_primary_metric"], reverse=(self._goal == PrimaryMetricGoal.MAXIMIZE) != reverse)
        found = with_value + ([] if discard_no_metric else [row for row in rows if row["best_primary_metric"] is None])
        return found[:top] if top else found

    def get_best_run_by_primary_metric(self, include_failed: bool = True, include_canceled: bool = True, include_resume_from_runs: bool = True) -> Optional[Run]:
        """The run with the best value; ``None`` when none has one."""
        skipped = {name for name, kept in (("Failed", include_failed), ("Canceled", include_canceled)) if not kept}
        best = next((row for row in self.get_children_sorted_by_primary_metric(discard_no_metric=True) if row["status"] not in skipped), None)
        return None if best is None else Run._find(self._workspace, best["run_id"])

    def get_hyperparameters(self) -> dict[str, str]:
        """The settings of each run as JSON, by its id."""
        own = self._workspace._own
        with translated():
            source = json.loads(own.connection.call("GET", f"{own.path}/jobs/{segment(self.id)}/source")["source"]["text"])
        steps = {name: step["environment_variables"][settings_variable] for name, step in source["jobs"].items()}
        return {child._document["id"]: steps[child._document["step"]] for child in self.get_children() if child._document["step"] in steps}

    def _best_of(self, child: Run) -> Optional[float]:
        value = child.get_metrics(self._metric).get(self._metric)
        values = [number for number in (value if isinstance(value, list) else [value]) if isinstance(number, (int, float)) and number == number]
        return (max if self._goal == PrimaryMetricGoal.MAXIMIZE else min)(values, default=None)

    def get_children(self, recursive: bool = False, tags: Any = None, properties: Any = None, type: Optional[str] = None, status: Optional[str] = None, _rehydrate_runs: bool = True) -> Iterator[Run]:
        """The runs of the sweep, newest first."""
        for document in documents.children_of(self._workspace._own, self.id):
            child = Run._of(self._workspace, document)
            if documents.fits(document, tags, properties) and status in (None, child.get_status()):
                yield child


__all__ = ["HyperDriveRun", "PrimaryMetricGoal"]
