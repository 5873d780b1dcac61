"""``azureml.monitoring``: collecting what a scoring script sees and says."""

from __future__ import annotations

from ..names import lazy_names

__getattr__, __dir__ = lazy_names(__name__, {"ModelDataCollector": ".modeldatacollector"})
