"""What of a folder is left out of uploads: the lines of an ignore file, read as git reads its own."""

from __future__ import annotations

import re
from typing import Callable, Iterable, Optional

# Never code or data: caches, version control, installed packages.
never = {".git", "__pycache__", "node_modules", ".venv", ".ipynb_checkpoints", ".modelyard", ".azureml", ".DS_Store"}

Ignore = Callable[[str, bool], bool]


def create_ignore(lines: Iterable[str]) -> Ignore:
    """Whether a path (relative, with ``/``) is left out: the last pattern that fits decides, ``!`` takes back."""
    patterns = [pattern for pattern in map(_pattern, lines) if pattern is not None]

    def ignore(path: str, is_folder: bool) -> bool:
        if path.rpartition("/")[2] in never:
            return True
        fitting = (negated for expression, negated, only_folders in reversed(patterns) if (is_folder or not only_folders) and expression.match(path))
        return next(fitting, True) is False

    return ignore


def _pattern(line: str) -> "Optional[tuple[re.Pattern[str], bool, bool]]":
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[1:] if negated else text
    only_folders = text.endswith("/")
    text = text[:-1] if only_folders else text
    anchored = "/" in text
    text = text[1:] if text.startswith("/") else text
    return (_expression(text, anchored), negated, only_folders) if text else None


def _expression(glob: str, anchored: bool) -> "re.Pattern[str]":
    body = "/".join(part if part == "**" else _segment(part) for part in glob.split("/"))
    body = body.replace("**/", "(?:[^/]+/)*")
    if body.endswith("/**"):
        body = body[:-2] + ".+"
    elif body == "**":
        body = ".*"
    return re.compile(("" if anchored else "(?:.*/)?") + body + r"\Z")


def _segment(part: str) -> str:
    escaped = re.sub(r"[.+^${}()|\\\[\]]", lambda match: "\\" + match[0], part)
    return re.sub(r"\*+", "[^/]*", escaped).replace("?", "[^/]")
