"""Measuring what models need: they are deployed for a moment and asked."""

from __future__ import annotations

import json
import math
import time
import uuid
from typing import TYPE_CHECKING, Any, Optional, Sequence

from ..exceptions import WebserviceException
from ._inference_config import InferenceConfig
from ._refusals import refused

if TYPE_CHECKING:
    from .workspace import Workspace

_seconds = 5.0
_least_requests = 20
_ready_seconds = 120.0


def measure(workspace: "Workspace", profile_name: str, models: "Sequence[Any]", config: InferenceConfig, data: Any) -> "ModelProfile":
    """Deploys a service of one instance, sends it the given bodies over and over for some seconds, and deletes it again.

    Raises:
        WebserviceException: the service did not come up, or there is nothing to ask it.
    """
    from .webservice._deploying import deploy
    from .webservice.aci import AciWebservice

    bodies = _bodies_of(data)
    name = f"profile-{uuid.uuid4().hex[:12]}"
    service = deploy(workspace, name, models, config, AciWebservice.deploy_configuration(description=f"measures {profile_name}"), None, False)
    try:
        service.wait_for_deployment(timeout_sec=_ready_seconds)
        latencies, failures, seconds = _ask_for_a_while(service, bodies)
        with refused():
            # The processes are looked at every second or so; the last look has to be one under load.
            deployment = _under_load(workspace, service, bodies)
    finally:
        service.delete()
    return ModelProfile(workspace, profile_name, [model.id for model in models], latencies, failures, seconds, deployment)


def _ask_for_a_while(service: Any, bodies: "list[str]") -> "tuple[list[float], list[str], float]":
    latencies: "list[float]" = []
    failures: "list[str]" = []
    started = time.monotonic()
    number = 0
    while time.monotonic() - started < _seconds or number < _least_requests:
        asked = time.monotonic()
        try:
            service.run(bodies[number % len(bodies)])
            latencies.append((time.monotonic() - asked) * 1000)
        except WebserviceException as error:
            failures.append(str(error))
            if len(failures) >= _least_requests:
                break
        number += 1
    return sorted(latencies), failures, time.monotonic() - started


def _under_load(workspace: "Workspace", service: Any, bodies: "list[str]") -> "dict[str, Any]":
    found: "dict[str, Any]" = {}
    until = time.monotonic() + _seconds
    most = 0.0
    number = 0
    while time.monotonic() < until:
        try:
            service.run(bodies[number % len(bodies)])
        except WebserviceException:
            pass
        number += 1
        if number % 20 == 0:
            found = workspace._own.endpoints.deployment(service.name, service._plan.deployment).to_dict()
            most = max(most, found.get("cpuCores") or 0.0)
    found = workspace._own.endpoints.deployment(service.name, service._plan.deployment).to_dict()
    return {**found, "cpuCores": max(most, found.get("cpuCores") or 0.0)}


class ModelProfile:
    """What was measured."""

    def __init__(self, workspace: "Workspace", name: str, models: "list[str]", latencies: "list[float]", failures: "list[str]", seconds: float, deployment: "dict[str, Any]") -> None:
        self.workspace, self.name, self.models = workspace, name, models
        self.state = "Succeeded" if latencies else "Failed"
        self.error = None if latencies else {"message": failures[0] if failures else "nothing was answered"}
        self._latencies, self._failures, self._elapsed = latencies, failures, seconds
        self._cpu: Optional[float] = deployment.get("cpuCores")
        self._memory: Optional[int] = deployment.get("memoryBytes")

    def wait_for_completion(self, show_output: bool = False) -> None:
        """The measurement is over when ``Model.profile`` returns."""
        if show_output:
            print(self.state)
        if self.error is not None:
            raise WebserviceException(f"The model profile failed: {self.error['message']}")

    def get_details(self) -> "dict[str, Any]":
        """Use of processor and memory, latencies, and what a deployment may ask for on their ground."""
        found = self._latencies
        memory = None if self._memory is None else self._memory / 2**30
        return {
            "name": self.name,
            "state": self.state,
            "modelIds": list(self.models),
            "requestedQueriesPerSecond": None,
            "measuredQueriesPerSecond": round(len(found) / self._elapsed, 2) if self._elapsed else 0.0,
            "totalQueries": len(found) + len(self._failures),
            "successQueries": len(found),
            "successRate": round(100 * len(found) / max(1, len(found) + len(self._failures)), 2),
            "averageLatencyInMs": sum(found) / len(found) if found else None,
            "latencyPercentile50InMs": _percentile(found, 0.5),
            "latencyPercentile90InMs": _percentile(found, 0.9),
            "latencyPercentile95InMs": _percentile(found, 0.95),
            "latencyPercentile99InMs": _percentile(found, 0.99),
            "maxUtilizedCpu": self._cpu,
            "maxUtilizedMemoryInGB": memory,
            "recommendedCpu": None if self._cpu is None else max(0.1, math.ceil(self._cpu * 12) / 10),
            "recommendedMemoryInGB": None if memory is None else max(0.1, math.ceil(memory * 12) / 10),
            "error": self.error,
        }

    def serialize(self) -> "dict[str, Any]":
        return self.get_details()

    def __repr__(self) -> str:
        return f"ModelProfile(name={self.name}, state={self.state}, models={self.models})"


def _percentile(values: "list[float]", share: float) -> Optional[float]:
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def _bodies_of(data: Any) -> "list[str]":
    """Request bodies: texts, or the first column of a table's rows."""
    if data is None:
        raise WebserviceException("profile() needs an input_dataset with request bodies, or input_data.")
    if isinstance(data, (str, bytes)):
        return [data if isinstance(data, str) else data.decode("utf-8")]
    if hasattr(data, "to_pandas_dataframe"):
        data = data.to_pandas_dataframe()
    if hasattr(data, "iloc"):
        data = data.iloc[:, 0].tolist()
    bodies = [row if isinstance(row, str) else json.dumps(row) for row in data]
    if not bodies:
        raise WebserviceException("The input_dataset has no rows.")
    return bodies
