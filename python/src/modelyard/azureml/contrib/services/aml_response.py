"""The answer of a script with raw access."""

from __future__ import annotations

from ....scoring.raw_request import AMLResponse

__all__ = ["AMLResponse"]
