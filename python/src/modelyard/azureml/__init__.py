"""Azure ML's SDK v1 names on a Modelyard server.

``python -m modelyard.compat SCRIPT`` (or ``import modelyard.azureml.install``) serves them as ``azureml``. Written from the described behaviour; it
translates into calls of :mod:`modelyard` and owns no rule.
"""

from __future__ import annotations

from typing import Any

from .names import missing_name


def __getattr__(name: str) -> Any:
    raise missing_name(__name__, name)
