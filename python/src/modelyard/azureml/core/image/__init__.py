"""``azureml.core.image``: what the first scripts of the v1 SDK described a service by."""

from __future__ import annotations

from ...names import lazy_names

__getattr__, __dir__ = lazy_names(__name__, {"ContainerImage": ".container", "Image": ".container"})
