"""The request of a script with raw access."""

from __future__ import annotations

from ....scoring.raw_request import AMLRequest, rawhttp

__all__ = ["AMLRequest", "rawhttp"]
