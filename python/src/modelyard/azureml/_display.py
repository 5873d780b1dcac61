"""How objects look as the last expression of a cell."""

from __future__ import annotations

import html
from typing import Any, Iterable, Sequence


def html_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A small table; addresses become links."""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f'<table style="width:100%"><tr>{head}</tr>{body}</table>'


def _cell(value: Any) -> str:
    text = html.escape(str(value))
    return f'<a href="{text}" target="_blank" rel="noopener">{text}</a>' if text.startswith(("http://", "https://")) else text
