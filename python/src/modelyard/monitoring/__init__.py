"""Collecting what a model sees and says from inside a scoring script. Standard library only; pandas and NumPy are understood where a script has them."""

from .collectors import Collector, CorrelationContext, ModelDataCollector

__all__ = ["Collector", "CorrelationContext", "ModelDataCollector"]
