"""The Python packages that a scoring script needs, for a deployment."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Optional

import modelyard

from ....trees import upload_tree

#: The conda specification's name in a deployment's file.
specification = "conda.yml"


def upload_packages(own: modelyard.Workspace, text: Optional[str]) -> Optional[str]:
    """Uploads a conda specification; ``None`` stays ``None``."""
    if text is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / specification
        path.write_text(text, encoding="utf-8")
        return upload_tree(own.connection, own.name, path)
