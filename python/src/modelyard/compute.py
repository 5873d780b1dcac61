"""Compute targets."""

from __future__ import annotations

from typing import Any, Iterator, Optional

from .connection import Connection, segment
from .documents import Document
from .errors import NotFound


class Cluster(Document):
    """A compute target: ``local``, or a cluster of nodes."""

    _shown = ("name", "type", "minNodes", "maxNodes", "nodeCounts", "queuedSteps")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes now; only on a document from :meth:`ComputeCollection.get`."""
        return list(self._document.get("nodes") or [])

    @property
    def node_count(self) -> int:
        """Nodes that are there or coming."""
        return sum(count for state, count in self._document["nodeCounts"].items() if state not in ("gone", "leaving"))


class ComputeCollection:
    """The compute targets of a workspace."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = f"{path}/compute"

    def get(self, name: str) -> Cluster:
        """One compute target with its nodes.

        Raises:
            NotFound: there is none of that name.
        """
        return Cluster(self._connection.call("GET", f"{self._path}/{segment(name)}"))

    def create(self, name: str, *, size: str = "STANDARD_D2_V2", min_nodes: int = 0, max_nodes: int = 4, idle_seconds: float = 120) -> Cluster:
        """Creates a cluster that grows with its queue and shrinks when nodes idle.

        Raises:
            ConflictError: the name is taken.
        """
        body = {"name": name, "size": size, "minNodes": min_nodes, "maxNodes": max_nodes, "idleSeconds": idle_seconds}
        return Cluster(self._connection.call("POST", self._path, body=body))

    def get_or_create(self, name: str, *, size: str = "STANDARD_D2_V2", min_nodes: int = 0, max_nodes: int = 4, idle_seconds: float = 120) -> Cluster:
        """Finds a cluster or creates it."""
        try:
            return self.get(name)
        except NotFound:
            return self.create(name, size=size, min_nodes=min_nodes, max_nodes=max_nodes, idle_seconds=idle_seconds)

    def update(self, name: str, *, size: Optional[str] = None, min_nodes: Optional[int] = None, max_nodes: Optional[int] = None, idle_seconds: Optional[float] = None) -> Cluster:
        """Changes a cluster; what is left out stays.

        Raises:
            NotFound: there is none of that name.
        """
        change = {"size": size, "minNodes": min_nodes, "maxNodes": max_nodes, "idleSeconds": idle_seconds}
        body = {key: value for key, value in change.items() if value is not None}
        return Cluster(self._connection.call("PATCH", f"{self._path}/{segment(name)}", body=body))

    def scaling(self, name: str) -> Iterator[dict[str, Any]]:
        """Scaling decisions, newest first: ``at``, ``from``, ``to``, ``reason``."""
        return self._connection.pages(f"{self._path}/{segment(name)}/scaling")

    def list(self) -> Iterator[Cluster]:
        return (Cluster(document) for document in self._connection.pages(self._path))

    def delete(self, name: str) -> None:
        self._connection.call("DELETE", f"{self._path}/{segment(name)}")
