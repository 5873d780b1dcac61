"""Views of the server's JSON documents."""

from __future__ import annotations

import html
from typing import Any


class Document:
    """A document of the server; ``to_dict`` is what the API sent."""

    _shown: tuple[str, ...] = ()

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def to_dict(self) -> dict[str, Any]:
        """The document as the API sent it, keys in camelCase."""
        return dict(self._document)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self._document.get(name)!r}" for name in self._shown)
        return f"{type(self).__name__}({shown})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(self._document.get(name)))}</td></tr>" for name in self._shown)
        return f"<table>{rows}</table>"
