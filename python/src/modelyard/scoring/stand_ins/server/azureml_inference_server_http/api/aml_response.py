"""The answer of a script with raw access."""

from modelyard.scoring.raw_request import AMLResponse

__all__ = ["AMLResponse"]
