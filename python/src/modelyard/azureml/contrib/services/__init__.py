"""``azureml.contrib.services``: raw requests and answers in scoring scripts."""

from __future__ import annotations

from ...names import lazy_names

__getattr__, __dir__ = lazy_names(__name__, {"AMLRequest": ".aml_request", "AMLResponse": ".aml_response", "rawhttp": ".aml_request"})
