"""``azureml.core.run``: runs, from inside and from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

import modelyard

from ..connection import translated
from ..exceptions import RunEnvironmentException
from ..names import missing_name
from . import _run_documents as documents
from ._run_children import RunChildren
from ._run_code import RunCode
from ._run_end import RunEnd, end_with_process
from ._run_files import RunFiles
from ._run_tags import RunTags
from ._run_values import RunValues
from ._spool import Spool

if TYPE_CHECKING:
    from .experiment import Experiment
    from .model import Model
    from .workspace import Workspace


class Run(RunValues, RunFiles, RunTags, RunChildren, RunCode, RunEnd):
    """One run of an experiment.

    Args:
        experiment: its experiment.
        run_id: its id.
    """

    def __init__(self, experiment: "Experiment", run_id: str, outputs: Optional[str] = None, **others: Any) -> None:
        document = documents.get_run(experiment.workspace._own, run_id)
        self._take(experiment.workspace, document)
        self._experiment = experiment

    def _take(self, workspace: "Workspace", document: dict[str, Any], outputs: Optional[Path] = None) -> None:
        self._workspace = workspace
        self._document = document
        self._experiment: Optional["Experiment"] = None
        # Values and files of a submitted script are its step's; the job's own run has none.
        self._data_id = documents.data_id(document)
        self._spool: Optional[Spool] = None
        self._outputs = outputs
        self._interactive = False
        self._submitted = False
        self._over = False

    @classmethod
    def _of(cls, workspace: "Workspace", document: dict[str, Any]) -> "Run":
        """A run whose document is at hand."""
        run = cls.__new__(cls)
        run._take(workspace, document)
        return run

    @classmethod
    def _find(cls, workspace: "Workspace", run_id: str) -> "Run":
        return cls._of(workspace, documents.get_run(workspace._own, run_id))

    @classmethod
    def _start(cls, workspace: "Workspace", experiment: str, name: Optional[str], parent: Optional[str], outputs: Optional[Path], tags: Mapping[str, str]) -> "Run":
        """A run of this process: it ends with it at the latest."""
        run = cls._of(workspace, documents.create_run(workspace._own, experiment, name, parent, tags))
        run._interactive = True
        run._outputs = outputs
        end_with_process(run)
        run._open_spool()
        return run

    @staticmethod
    def get_context(allow_offline: bool = True, used_for_context_manager: bool = False, **others: Any) -> "Run":
        """The run that this code is part of; outside a job one that prints what is logged.

        Raises:
            RunEnvironmentException: there is none and ``allow_offline`` is false.
        """
        global _context
        if _context is None:
            _context = _context_run(allow_offline)
        return _context

    # What it is

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def description(self) -> Optional[str]:
        return self._document["tags"].get("mlflow.note.content")

    @property
    def number(self) -> int:
        """Its place among the experiment's runs, from 1."""
        return documents.number_of(self._workspace._own, self._document)

    @property
    def type(self) -> Optional[str]:
        return "azureml.scriptrun" if self._document["jobId"] else None

    @property
    def status(self) -> str:
        return self.get_status()

    @property
    def experiment(self) -> "Experiment":
        if self._experiment is None:
            from .experiment import Experiment

            self._experiment = Experiment._named(self._workspace, self._document["experiment"])
        return self._experiment

    @property
    def parent(self) -> "Optional[Run]":
        parent = self._document["parentRunId"]
        return None if parent is None else Run._find(self._workspace, parent)

    @property
    def tags(self) -> dict[str, Optional[str]]:
        return self.get_tags()

    @property
    def properties(self) -> dict[str, str]:
        return self.get_properties()

    @property
    def input_datasets(self) -> Any:
        """The inputs of a submitted script by their names: in the script their paths, outside what they are."""
        from ._inputs import input_datasets

        return input_datasets(self)

    def get_status(self) -> str:
        """The run's state in the words of the v1 SDK."""
        self._document = documents.get_run(self._workspace._own, self.id)
        return documents.status_of(self._workspace._own, self._document)

    def get_details(self) -> dict[str, Any]:
        """The run's document with the keys of the v1 SDK."""
        self._document = documents.get_run(self._workspace._own, self.id)
        return {**documents.details_of(self._workspace._own, self._document), "properties": self._properties_of(self._merged())}

    def get_details_with_logs(self) -> dict[str, Any]:
        """As :meth:`get_details`; ``logFiles`` holds the texts."""
        details = self.get_details()
        return {**details, "logFiles": {name: self._log_text() for name in details["logFiles"]}}

    def get_portal_url(self) -> str:
        """The run's page."""
        return str(self._document["url"])

    # Models, code

    def register_model(
        self,
        model_name: str,
        model_path: Optional[str] = None,
        tags: Optional[Mapping[str, Any]] = None,
        properties: Optional[Mapping[str, Any]] = None,
        model_framework: Optional[str] = None,
        model_framework_version: Optional[str] = None,
        description: Optional[str] = None,
        datasets: Any = None,
        sample_input_dataset: Any = None,
        sample_output_dataset: Any = None,
        resource_configuration: Any = None,
        **others: Any,
    ) -> "Model":
        """Registers files of the run as the next version of a model.

        Without ``model_path``: the file or folder called like the model, else the single file that looks like one, else ``outputs``.

        Raises:
            ModelPathNotFoundException: the run has no such file; the text lists what it has.
        """
        from ._model_of_run import register

        self._upload_outputs()
        return register(self, model_name, model_path, tags, properties, description, datasets, (model_framework, model_framework_version), resource_configuration)

    @staticmethod
    def list(experiment: "Experiment", type: Optional[str] = None, tags: Any = None, properties: Any = None, status: Optional[str] = None, include_children: bool = False) -> "Iterator[Run]":
        """The runs of an experiment, newest first."""
        return experiment.get_runs(type, tags, properties, include_children, status)

    @staticmethod
    def get(workspace: "Workspace", run_id: str) -> "Run":
        return Run._find(workspace, run_id)

    def __enter__(self) -> "Run":
        return self

    def __repr__(self) -> str:
        return f"Run(Experiment: {self._document['experiment']},\nId: {self.id},\nType: {self.type},\nStatus: {self.get_status()})"

    def _repr_html_(self) -> str:
        from .._display import html_table

        heads = ("Experiment", "Id", "Type", "Status", "Details Page")
        return html_table(heads, [(self._document["experiment"], self.id, self.type, self.get_status(), self.get_portal_url())])


_context: Optional[Run] = None


def _context_run(allow_offline: bool) -> Run:
    run_id = os.environ.get("MLFLOW_RUN_ID") if os.environ.get("MODELYARD_JOB_ID") else None
    if run_id is None:
        if not allow_offline:
            raise RunEnvironmentException("This code runs in no job, so it has no run. Submit it, or call Run.get_context() with allow_offline.")
        from ._offline_run import _OfflineRun

        return _OfflineRun()
    from .workspace import Workspace

    workspace = Workspace._of(modelyard.Workspace.get())
    with translated(lambda error: RunEnvironmentException(str(error), error)):
        step = documents.get_run(workspace._own, run_id)
        job = documents.get_run(workspace._own, os.environ["MODELYARD_JOB_ID"])
    run = _SubmittedRun._of(workspace, job if documents.is_script(job) else step)
    run._data_id = run_id
    run._submitted = True
    run._outputs = Path("outputs").absolute()
    return run


class _SubmittedRun(Run):
    """The run of the job that this code is part of."""


def __getattr__(name: str) -> Any:
    """Scripts ask whether their run is an ``_OfflineRun``."""
    if name == "_OfflineRun":
        from ._offline_run import _OfflineRun

        return _OfflineRun
    raise missing_name(__name__, name)
