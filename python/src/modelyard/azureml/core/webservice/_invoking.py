"""Sending a request to a service."""

from __future__ import annotations

import json
from typing import Any, Optional
from urllib.parse import urlsplit

from ....connection import Connection
from ....discovery import Settings


def send(scoring_uri: str, credential: Optional[str], data: Any, deployment: Optional[str] = None) -> bytes:
    """The answer's bytes; text and bytes go out as they are, anything else as JSON."""
    address = urlsplit(scoring_uri)
    body = data.encode() if isinstance(data, str) else bytes(data) if isinstance(data, (bytes, bytearray)) else json.dumps(data).encode()
    headers = {"content-type": "application/json"}
    if deployment is not None:
        headers["azureml-model-deployment"] = deployment
    gateway = Connection(Settings(f"{address.scheme}://{address.netloc}", credential, ""), timeout_seconds=200)
    try:
        return gateway.open("POST", address.path, data=body, headers=headers).read()
    finally:
        gateway.close()


def parsed(content: bytes) -> Any:
    """The answer as JSON; what is none comes as text, or as bytes."""
    try:
        return json.loads(content)
    except ValueError:
        pass
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content
