"""``azureml.core.profile``: what a model was measured to need."""

from __future__ import annotations

from ._model_profile import ModelProfile

__all__ = ["ModelProfile"]
