"""``azureml.ai.monitoring``: the collector of later scoring scripts, which is ours."""

from __future__ import annotations

from ....monitoring import Collector

__all__ = ["Collector"]
