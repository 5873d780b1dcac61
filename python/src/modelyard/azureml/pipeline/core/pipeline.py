"""``azureml.pipeline.core.pipeline``: a graph of steps that can be submitted and published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional

from ....errors import InvalidInput
from ...connection import translated
from ...exceptions import UserErrorException
from ._document import GraphDocument
from ._edges import closure_of
from ._submission import check_parameters, print_steps, values_of
from .builder import PipelineStep, flatten

if TYPE_CHECKING:
    from .published_pipeline import PublishedPipeline
    from .run import PipelineRun

_submit_arguments = ("continue_on_step_failure", "regenerate_outputs", "pipeline_parameters", "parent_run_id", "tags", "credential_passthrough")


class Pipeline:
    """Steps that run in the order of their data, of ``run_after`` and of ``StepSequence``; what is independent runs at once.

    Raises:
        ValueError: a step's script or folder is not there, or a step is none.
    """

    def __init__(
        self,
        workspace: Any,
        steps: Any,
        description: Optional[str] = None,
        default_datastore: Any = None,
        default_source_directory: Optional[str] = None,
        resolve_closure: bool = True,
        _workflow_provider: Any = None,
        _service_endpoint: Any = None,
        **others: Any,
    ) -> None:
        if others:
            raise ValueError(f"Pipeline takes no {', '.join(others)}.")
        self._workspace = workspace
        self._listed = flatten(steps)
        if not self._listed:
            raise ValueError("A pipeline needs at least one step.")
        self._description = description or ""
        self._default_source_directory = default_source_directory
        self._resolve_closure = resolve_closure
        self._graph()

    @property
    def workspace(self) -> Any:
        return self._workspace

    @property
    def _steps(self) -> list[PipelineStep]:
        return closure_of(self._listed) if self._resolve_closure else self._listed

    def _graph(self) -> GraphDocument:
        """The graph as the steps are now."""
        graph = GraphDocument(self._steps, self._description, self._default_source_directory)
        for step in [] if self._resolve_closure else self._listed:
            for earlier in step._after:
                if earlier not in graph.keys:
                    graph.problems.append(f"The step {step.name} runs after {earlier.name}, which is not in the pipeline.")
        return graph

    def validate(self) -> list[str]:
        """What is wrong with the graph, one text each; empty when it can be submitted. Nothing is uploaded."""
        graph = self._graph()
        if graph.problems:
            return graph.problems
        return self._problems_on_server(graph)

    def _problems_on_server(self, graph: GraphDocument) -> list[str]:
        own = self._workspace._own
        body = {"source": {"name": "pipeline.json", "text": graph.text({})}}
        try:
            own.connection.call("POST", f"{own.path}/jobs/plan", body=body)
        except InvalidInput as error:
            return [_text_of(place) for place in error.places] or [error.detail]
        return []

    def submit(
        self,
        experiment_name: str,
        pipeline_parameters: Optional[Mapping[str, Any]] = None,
        continue_on_step_failure: bool = False,
        regenerate_outputs: bool = False,
        parent_run_id: Optional[str] = None,
        credential_passthrough: Optional[bool] = None,
        **others: Any,
    ) -> "PipelineRun":
        """Submits the pipeline into an experiment, which is made when it is new."""
        from ...core.experiment import Experiment

        experiment = Experiment(self._workspace, experiment_name)
        return self._submit(
            experiment,
            pipeline_parameters=pipeline_parameters,
            continue_on_step_failure=continue_on_step_failure,
            regenerate_outputs=regenerate_outputs,
            parent_run_id=parent_run_id,
            **others,
        )

    def _submit(self, experiment: Any, tags: Optional[Mapping[str, str]] = None, **given: Any) -> "PipelineRun":
        """What ``Experiment.submit`` does with a pipeline."""
        from .run import PipelineRun

        unknown = [name for name in given if name not in _submit_arguments]
        if unknown:
            raise ValueError(f"submit takes no {', '.join(unknown)} for a pipeline; it takes {', '.join(_submit_arguments)}.")
        regenerate = bool(given.get("regenerate_outputs"))
        submission, graph = self._submission(given.get("pipeline_parameters"), bool(given.get("continue_on_step_failure")))
        labels = {str(name): str(value) for name, value in (tags or {}).items()}
        if given.get("parent_run_id"):
            labels["azureml.parentRunId"] = str(given["parent_run_id"])
        own = self._workspace._own
        body = {**submission, "experiment": experiment.name, "force": regenerate, "tags": {"RunSource": "SDK", **labels}}
        with translated():
            job = own.connection.call("POST", f"{own.path}/jobs", body=body)
        print_steps(job, {key: step.name for step, key in graph.keys.items()})
        return PipelineRun(experiment, job["id"], _job=job)

    def _submission(self, parameters: Optional[Mapping[str, Any]] = None, continue_on_step_failure: bool = False) -> "tuple[dict[str, Any], GraphDocument]":
        """The body of a submission, its folders uploaded; a graph that is wrong uploads nothing."""
        graph = self._graph()
        problems = graph.problems or self._problems_on_server(graph)
        if problems:
            raise UserErrorException("The pipeline is not valid:\n" + "\n".join(f"  {problem}" for problem in problems))
        values = check_parameters(graph.parameters, parameters)
        text = graph.text(values, continue_on_step_failure)
        with translated():
            code = {path: upload(self._workspace._own) for path, upload in graph.uploads.items()}
        return {"source": {"name": "pipeline.json", "text": text}, "code": code, "set": values_of(graph.parameters, values)}, graph

    def publish(self, name: Optional[str] = None, description: Optional[str] = None, version: Optional[str] = None, continue_on_step_failure: Optional[bool] = None) -> "PublishedPipeline":
        """Publishes the graph as it is now, with its code: a version that never changes, started by ``POST`` to its ``endpoint``."""
        from .published_pipeline import PublishedPipeline, default_name, server_name

        submission, graph = self._submission(None, bool(continue_on_step_failure))
        body: dict[str, Any] = {"name": server_name(name) if name else default_name(graph), "description": description or self._description, "submission": submission}
        if version is not None:
            body["label"] = str(version)
        own = self._workspace._own
        with translated():
            document = own.connection.call("POST", f"{own.path}/pipelines", body=body)
        return PublishedPipeline(self._workspace, document)

    def __repr__(self) -> str:
        return f"Pipeline(steps=[{', '.join(step.name for step in self._steps)}])"

    def _repr_html_(self) -> str:
        from ..._display import html_table
        from ._edges import needed_by

        rows = [(step.name, type(step).__name__, ", ".join(before.name for before in needed_by(step)) or "-") for step in self._steps]
        return html_table(("Step", "Type", "After"), rows)


def _text_of(place: Mapping[str, Any]) -> str:
    suggestion = place.get("suggestion")
    return f"{place.get('path', '')}: {place.get('message', '')}" + (f"; did you mean {suggestion}?" if suggestion else "")
