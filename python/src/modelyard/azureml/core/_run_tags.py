"""Tags and properties of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence

from ...connection import segment
from ..connection import translated
from ..exceptions import UserErrorException
from . import _run_documents as documents

if TYPE_CHECKING:
    from .workspace import Workspace


class RunTags:
    """What ``Run`` has of tags and properties, and of the two runs that a submitted script has."""

    _workspace: "Workspace"
    _document: dict[str, Any]
    _data_id: str
    _submitted: bool
    id: str

    def _merged(self) -> dict[str, str]:
        """All tags: the run's own, and those that the script set on its step."""
        tags = dict(self._document["tags"])
        if self._data() != self.id:
            tags = {**documents.get_run(self._workspace._own, self._data())["tags"], **tags}
        return tags

    def _data(self) -> str:
        """The run that has values and files; a submitted script's begins to exist when the script is queued."""
        if documents.is_script(self._document) and self._data_id == self.id:
            self._document = documents.get_run(self._workspace._own, self.id)
            self._data_id = documents.data_id(self._document)
        return self._data_id

    @property
    def _files_path(self) -> str:
        return f"{self._workspace._own.path}/runs/{segment(self._data())}"

    @property
    def _writable(self) -> str:
        """Inside a job only the step's own run may be changed."""
        return self._data() if self._submitted else self.id

    def tag(self, key: str, value: Any = None) -> None:
        """Sets a tag; without a value it is only there."""
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        self._log_tags({key: "" if value is None else str(value) for key, value in tags.items()})

    def get_tags(self) -> dict[str, Optional[str]]:
        """Tags by name; ``None`` for one without a value."""
        self._document = documents.get_run(self._workspace._own, self.id)
        return {key: value or None for key, value in self._merged().items() if not key.startswith(documents.hidden_tags)}

    def remove_tags(self, tags: "Sequence[str] | Mapping[str, Any]") -> None:
        for key in [tags] if isinstance(tags, str) else tags:
            with translated():
                documents.mlflow(self._workspace._own, "POST", "runs/delete-tag", {"run_id": self._writable, "key": key})

    def add_properties(self, properties: Mapping[str, Any]) -> None:
        """Sets properties, which never change.

        Raises:
            UserErrorException: one of them is there already.
        """
        known = self.get_properties()
        again = [key for key in properties if key in known]
        if again:
            raise UserErrorException(f"Properties do not change once they are set: {', '.join(again)}.")
        self._log_tags({f"{documents.property_tag}{key}": str(value) for key, value in properties.items()})

    def get_properties(self) -> dict[str, str]:
        self._document = documents.get_run(self._workspace._own, self.id)
        return self._properties_of(self._merged())

    @staticmethod
    def _properties_of(tags: Mapping[str, str]) -> dict[str, str]:
        own = {key[len(documents.property_tag) :]: value for key, value in tags.items() if key.startswith(documents.property_tag)}
        git = {key: value for key, value in tags.items() if key.startswith(("mlflow.source.git.", "azureml.git."))}
        snapshot = {"ContentSnapshotId": tags[documents.snapshot_tag]} if documents.snapshot_tag in tags else {}
        return {**git, **snapshot, **own}

    def _log_tags(self, tags: Mapping[str, str]) -> None:
        with translated():
            self._workspace._own.connection.call("POST", f"{self._workspace._own.path}/runs/{segment(self._writable)}/log", body={"tags": dict(tags)})

