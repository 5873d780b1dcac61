"""``azureml.core.compute_target``: where scripts import the exception from."""

from __future__ import annotations

from ..exceptions import ComputeTargetException
from .compute.compute import ComputeTarget

__all__ = ["ComputeTarget", "ComputeTargetException"]
