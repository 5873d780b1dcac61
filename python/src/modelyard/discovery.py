"""How a client finds its server and its workspace: each key by itself, the first place that has it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple, Optional

from .errors import ServerUnreachable

_config_files = (Path(".modelyard") / "config.json", Path(".azureml") / "config.json")


class Settings(NamedTuple):
    """Where to connect."""

    url: str
    token: Optional[str]
    workspace: str


def find_settings(url: Optional[str] = None, token: Optional[str] = None, workspace: Optional[str] = None) -> Settings:
    """Arguments, then environment, then a configuration file here or above, then the server that runs for this user.

    Raises:
        ServerUnreachable: no place names an address.
    """
    config = find_config(Path.cwd())
    running = running_server()
    found_url = url or os.environ.get("MODELYARD_URL") or config.get("url") or running.get("url")
    if not found_url:
        raise ServerUnreachable("No server is known. Start one with `modelyard up`, or set MODELYARD_URL.")
    found_token = token or os.environ.get("MODELYARD_TOKEN")
    # The token of a running server belongs to that server and is sent to no other.
    if not found_token and same_address(found_url, str(running.get("url", ""))):
        found_token = running.get("token")
    found_workspace = workspace or os.environ.get("MODELYARD_WORKSPACE") or config.get("workspace") or config.get("workspace_name")
    return Settings(found_url.rstrip("/"), found_token, found_workspace or "default")


def find_config(folder: Path) -> dict[str, Any]:
    """The nearest configuration file, in ``folder`` or above; empty when there is none."""
    for candidate in (folder, *folder.parents):
        for name in _config_files:
            document = _read(candidate / name)
            if document:
                return document
    return {}


def home_folder() -> Path:
    """The folder of this user's installation."""
    return Path(os.environ.get("MODELYARD_HOME") or Path.home() / ".modelyard")


def running_server() -> dict[str, Any]:
    """The document of the server that runs for this user; empty when none does."""
    return _read(home_folder() / "server.json")


def same_address(left: str, right: str) -> bool:
    return bool(left) and left.rstrip("/") == right.rstrip("/")


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
