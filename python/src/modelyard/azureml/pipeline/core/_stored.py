"""Documents of the surface that the server keeps as versions of a data asset: modules and drafts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Iterator, Mapping, Optional

from ....errors import NotFound
from ....trees import download_blob, store_entries, tree_entries, upload_files
from ...connection import translated
from ...exceptions import UserErrorException

# Where the document lies beside the files that belong to it.
_document_path = ".modelyard-document.json"


def save(own: Any, asset: str, document: Mapping[str, Any], entries: "list[dict[str, Any]] | None" = None, tags: Optional[Mapping[str, str]] = None) -> str:
    """Keeps a document with files as the asset's next version; answers that version."""
    with TemporaryDirectory() as folder, translated():
        file = Path(folder) / "document.json"
        file.write_text(json.dumps(document, sort_keys=True), encoding="utf-8")
        added = upload_files(own.connection, own.name, [(_document_path, file)])
        digest = store_entries(own.connection, own.name, [*(entries or []), *added])
        body = {"name": asset, "type": "uri_folder", "digest": digest, "tags": dict(tags or {})}
        return str(own.connection.call("POST", f"{own.path}/data", body=body)["version"])


def load(own: Any, asset: str, version: str = "latest") -> "tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]":
    """A document, the files beside it, and the asset's tags.

    Raises:
        UserErrorException: there is none.
    """

    def absent(error: NotFound) -> UserErrorException:
        return UserErrorException(f"There is no {asset.replace('-', ' ', 1)} in the workspace {own.name}.", error)

    with translated(absent), TemporaryDirectory() as folder:
        found = own.data.get(asset, version).to_dict()
        entries = tree_entries(own.connection, own.name, found["digest"])
        digest = next(entry["digest"] for entry in entries if entry["path"] == _document_path)
        file = Path(folder) / "document.json"
        download_blob(own.connection, own.name, digest, file)
        document = json.loads(file.read_text(encoding="utf-8"))
    return document, [entry for entry in entries if entry["path"] != _document_path], dict(found["tags"])


def names(own: Any, prefix: str) -> Iterator[str]:
    """Assets that begin with ``prefix``, without it."""
    with translated():
        for item in own.data.list():
            if item["name"].startswith(prefix):
                yield item["name"][len(prefix) :]


def versions(own: Any, asset: str) -> "list[str]":
    """The versions of an asset, oldest first."""
    with translated():
        found = own.connection.call("GET", f"{own.path}/data/{asset}").get("versions") or []
    return sorted((str(version["version"]) for version in found), key=int)


def asset_name(prefix: str, name: str) -> str:
    return prefix + re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:100]
