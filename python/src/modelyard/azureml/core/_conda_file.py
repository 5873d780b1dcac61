"""Reading and writing conda files: the part of YAML that they are written in."""

from __future__ import annotations

import json
import re
from typing import Any

from ..exceptions import UserErrorException

_plain = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./<>=!~,\[\]+*@ -]*")


def parse(text: str, name: str) -> dict[str, Any]:
    """A conda file as ``name``, ``channels`` and ``dependencies`` (texts, and one ``{"pip": [...]}``).

    Raises:
        UserErrorException: it is written in a way that this reader does not know.
    """
    found: dict[str, Any] = {}
    block: "list[Any] | None" = None
    pip: "list[str] | None" = None
    pip_indent = 0
    for number, line in enumerate(text.splitlines(), 1):
        content = re.sub(r"(^|\s)#.*$", "", line).rstrip()
        if not content.strip() or content.strip() == "---":
            continue
        indent = len(content) - len(content.lstrip())
        item = content.strip()
        if not item.startswith("-"):
            key, colon, value = item.partition(":")
            if not colon or indent > 0:
                raise UserErrorException(f"{name}, line {number}: `{item}` is not understood. Write one package a line.")
            pip = None
            block = _inline(value.strip()) if value.strip().startswith("[") else []
            found[key.strip()] = _scalar(value.strip()) if value.strip() and not value.strip().startswith("[") else block
            continue
        if block is None:
            raise UserErrorException(f"{name}, line {number}: `{item}` belongs to no list.")
        value = item[1:].strip()
        if pip is not None and indent > pip_indent:
            pip.append(_scalar(value))
        elif re.fullmatch(r"pip\s*:", value):
            pip, pip_indent = [], indent
            block.append({"pip": pip})
        else:
            pip = None
            block.append(_scalar(value))
    return found


def serialize(document: dict[str, Any]) -> str:
    """A conda file as text."""
    lines = [f"name: {_text(str(document.get('name', 'project_environment')))}"]
    for key in ("channels", "dependencies"):
        entries = document.get(key) or []
        lines += [f"{key}:"] if entries else []
        for entry in entries:
            if isinstance(entry, dict):
                lines += ["- pip:", *(f"  - {_text(package)}" for package in entry["pip"])]
            else:
                lines.append(f"- {_text(entry)}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return value if _plain.fullmatch(value) and ": " not in value and " #" not in value else json.dumps(value)


def _scalar(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def _inline(value: str) -> list[Any]:
    return [_scalar(part.strip()) for part in value.strip("[]").split(",") if part.strip()]
