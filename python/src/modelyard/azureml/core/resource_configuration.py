"""``azureml.core.resource_configuration``: what a model needs to run."""

from __future__ import annotations

from typing import Any, Optional


class ResourceConfiguration:
    """Processors and memory that a model was measured or said to need."""

    def __init__(self, cpu: Optional[float] = None, memory_in_gb: Optional[float] = None, gpu: Optional[int] = None) -> None:
        self.cpu, self.memory_in_gb, self.gpu = cpu, memory_in_gb, gpu

    def serialize(self) -> "dict[str, Any]":
        return {"cpu": self.cpu, "memoryInGB": self.memory_in_gb, "gpu": self.gpu}

    @classmethod
    def _read(cls, document: "Optional[dict[str, Any]]") -> "Optional[ResourceConfiguration]":
        return None if document is None else cls(document.get("cpu"), document.get("memoryInGB"), document.get("gpu"))

    def __repr__(self) -> str:
        return f"ResourceConfiguration(cpu={self.cpu}, memory_in_gb={self.memory_in_gb}, gpu={self.gpu})"
