"""``azureml.ai.monitoring.context``: what joins rows that belong together."""

from __future__ import annotations

from ....monitoring import CorrelationContext

BasicCorrelationContext = CorrelationContext

__all__ = ["BasicCorrelationContext", "CorrelationContext"]
