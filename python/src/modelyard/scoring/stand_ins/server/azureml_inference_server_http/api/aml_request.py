"""The request of a script with raw access."""

from modelyard.scoring.raw_request import AMLRequest, rawhttp

__all__ = ["AMLRequest", "rawhttp"]
