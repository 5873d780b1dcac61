"""Automations: triggers, the loops they start, and webhooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

from .connection import Connection, segment
from .documents import Document
from .waiting import wait_until


class Trigger(Document):
    """What an alert starts: a published pipeline, and a rollout of what it registers."""

    _shown = ("name", "pipeline", "enabled", "lastFiredAt", "lastSkip")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def last_skip(self) -> Optional[str]:
        """What held it back last; ``None`` when nothing did."""
        skip = self._document.get("lastSkip")
        return str(skip["reason"]) if skip else None


class Loop(Document):
    """From an alert to a better model in production, or to the reason why not."""

    _shown = ("id", "trigger", "status", "reason", "model", "version")

    @property
    def id(self) -> str:
        return str(self._document["id"])

    @property
    def status(self) -> str:
        """``running``, ``waiting`` (for a person), ``promoted``, ``registered``, ``refused``, ``rolledBack``, ``failed`` or ``canceled``."""
        return str(self._document["status"])

    @property
    def reason(self) -> str:
        """Why it ended as it did."""
        return str(self._document["reason"])

    @property
    def version(self) -> Optional[str]:
        """The model version that the loop registered; ``None`` when it registered none."""
        version = self._document["version"]
        return None if version is None else str(version)

    @property
    def ended(self) -> bool:
        return self._document["endedAt"] is not None

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The story: what was decided when, and the evidence."""
        return list(self._document["stages"])


class Webhook(Document):
    """An address that gets events as signed POSTs."""

    _shown = ("name", "url", "events", "format", "enabled")

    @property
    def name(self) -> str:
        return str(self._document["name"])

    @property
    def secret(self) -> Optional[str]:
        """What receivers check signatures with; only right after :meth:`WebhookCollection.create`."""
        return self._document.get("secret")


class TriggerCollection:
    """The triggers of a workspace."""

    def __init__(self, connection: Connection, workspace_path: str) -> None:
        self._connection = connection
        self._path = f"{workspace_path}/triggers"

    def create(self, file: "str | Path") -> Trigger:
        """Creates a trigger from its file.

        Raises:
            ConflictError: the name is taken. InvalidInput: the file is not valid. NotFound: it names what does not exist.
        """
        path = Path(file)
        source = {"name": path.name, "text": path.read_text(encoding="utf-8")}
        return Trigger(self._connection.call("POST", self._path, body={"source": source}))

    def get(self, name: str) -> Trigger:
        """One trigger.

        Raises:
            NotFound: there is none of that name.
        """
        return Trigger(self._connection.call("GET", f"{self._path}/{segment(name)}"))

    def list(self) -> Iterator[Trigger]:
        return (Trigger(document) for document in self._connection.pages(self._path))

    def delete(self, name: str) -> None:
        """Deletes a trigger; loops that run go on."""
        self._connection.call("DELETE", f"{self._path}/{segment(name)}")

    def fire(self, name: str, reason: str = "") -> Loop:
        """Starts a trigger by hand.

        Raises:
            ConflictError: a guard rail holds it back; the text names it.
        """
        return Loop(self._connection.call("POST", f"{self._path}/{segment(name)}/fire", body={"reason": reason}))


class LoopCollection:
    """The loops of a workspace."""

    def __init__(self, connection: Connection, workspace_path: str) -> None:
        self._connection = connection
        self._path = f"{workspace_path}/loops"

    def get(self, loop_id: str) -> Loop:
        """One loop.

        Raises:
            NotFound: there is none of that id.
        """
        return Loop(self._connection.call("GET", f"{self._path}/{segment(loop_id)}"))

    def list(self, *, trigger: Optional[str] = None, monitor: Optional[str] = None, endpoint: Optional[str] = None) -> Iterator[Loop]:
        """Newest first."""
        query = {"trigger": trigger, "monitor": monitor, "endpoint": endpoint}
        return (Loop(document) for document in self._connection.pages(self._path, query))

    def wait(self, loop_id: str, timeout_seconds: Optional[float] = None) -> Loop:
        """Waits until a loop has ended, or waits for a person.

        Raises:
            WaitTimeout: it took longer.
        """
        return wait_until(lambda: self.get(loop_id), lambda loop: loop.ended or loop.status == "waiting", f"The end of loop {loop_id}", timeout_seconds)

    def cancel(self, loop_id: str, note: str = "") -> Loop:
        """Stops a loop: its job is canceled, its rollout rolled back.

        Raises:
            ConflictError: it has ended already.
        """
        return Loop(self._connection.call("POST", f"{self._path}/{segment(loop_id)}/cancel", body={"note": note}))


class WebhookCollection:
    """The webhooks of a workspace."""

    def __init__(self, connection: Connection, workspace_path: str) -> None:
        self._connection = connection
        self._path = f"{workspace_path}/webhooks"

    def create(self, name: str, url: str, *, events: Sequence[str] = ("*",), format: str = "standard") -> Webhook:
        """Sends events to an address. Keep the ``secret`` of the answer: it is shown once.

        Args:
            events: names such as ``model_version.registered``; ``*`` for all.
            format: ``standard`` (CloudEvents, signed by Standard Webhooks), ``alertmanager`` or ``slack``.

        Raises:
            ConflictError: the name is taken. InvalidInput: the address is not called.
        """
        return Webhook(self._connection.call("POST", self._path, body={"name": name, "url": url, "events": list(events), "format": format}))

    def get(self, name: str) -> Webhook:
        """One webhook.

        Raises:
            NotFound: there is none of that name.
        """
        return Webhook(self._connection.call("GET", f"{self._path}/{segment(name)}"))

    def list(self) -> Iterator[Webhook]:
        return (Webhook(document) for document in self._connection.pages(self._path))

    def delete(self, name: str) -> None:
        """Deletes a webhook with its deliveries."""
        self._connection.call("DELETE", f"{self._path}/{segment(name)}")

    def deliveries(self, name: str) -> Iterator[dict[str, Any]]:
        """What was sent, newest first; ``mail`` names the mails of alerts."""
        return self._connection.pages(f"{self._path}/{segment(name)}/deliveries")

    def redeliver(self, name: str, delivery_id: str) -> dict[str, Any]:
        """Tries a delivery again at once."""
        return dict(self._connection.call("POST", f"{self._path}/{segment(name)}/deliveries/{segment(delivery_id)}/redeliver"))
