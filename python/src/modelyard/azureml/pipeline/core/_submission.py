"""What a submission of a pipeline says, and what is printed of it."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from .graph import PipelineParameter


def check_parameters(declared: Mapping[str, PipelineParameter], given: Optional[Mapping[str, Any]]) -> dict[str, Any]:
    """The values of a submission.

    Raises:
        ValueError: a name that no step uses.
    """
    values = dict(given or {})
    for name in values:
        if name not in declared:
            raise ValueError(f"Pipeline parameter with name {name} does not exist; the pipeline has {', '.join(declared) or 'none'}.")
    return values


def values_of(declared: Mapping[str, PipelineParameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are plain values; data goes into the file."""
    return {name: value for name, value in values.items() if declared[name].is_value}


def print_steps(job: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Says of each step whether it runs, and where the run is."""
    for step in job["steps"]:
        print(f"Created step {names.get(step['name'], step['name'])} [{job['id']}][{step['name']}], ({_what_happens(step)})")
    print_run(job)


def print_run(job: Mapping[str, Any]) -> None:
    print(f"Submitted PipelineRun {job['id']}")
    print(f"Link to the run's page: {job['url']}")


def _what_happens(step: Mapping[str, Any]) -> str:
    if step["reused"]:
        return "This step is eligible to reuse a previous run's output"
    if step["status"] == "pending" and step["needs"]:
        return "This step will run and generate new outputs, unless the steps before it leave what they left before"
    return "This step will run and generate new outputs"
