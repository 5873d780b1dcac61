"""``azureml.core.compute``: compute targets."""

from __future__ import annotations

from ...names import lazy_names

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "AksCompute": ".aks",
        "AmlCompute": ".amlcompute",
        "ComputeTarget": ".compute",
        "ComputeTargetException": "...exceptions",
    },
)
