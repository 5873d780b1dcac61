"""``azureml.widgets``: runs as they go on."""

from __future__ import annotations

from ..names import lazy_names

__getattr__, __dir__ = lazy_names(__name__, {"RunDetails": ".run_details"})
