"""The run of code that belongs to none: what it logs is printed."""

from __future__ import annotations

import uuid
from typing import Any, Mapping, Optional

from .run import Run


class _OfflineRun(Run):
    """Prints what is logged, so that the same script runs on a laptop and in a job."""

    def __init__(self) -> None:
        self._run_id = f"OfflineRun_{uuid.uuid4()}"
        self._tags: dict[str, Optional[str]] = {}
        self._properties: dict[str, str] = {}
        self._metrics: dict[str, list[Any]] = {}
        self._submitted = False

    @property
    def id(self) -> str:
        return self._run_id

    @property
    def name(self) -> str:
        return self._run_id

    @property
    def experiment(self) -> Any:
        """No experiment."""
        return None

    @property
    def parent(self) -> Any:
        return None

    @property
    def input_datasets(self) -> dict[str, Any]:
        return {}

    def get_status(self) -> str:
        return "Running"

    def get_portal_url(self) -> str:
        return ""

    def get_details(self) -> dict[str, Any]:
        return {"runId": self.id, "target": "local", "status": "Running", "properties": dict(self._properties)}

    def _number(self, name: str, value: Any, step: Optional[int] = None) -> None:
        self._metrics.setdefault(name, []).append(value)
        print(f"Attempted to log scalar metric {name}:\n{value}")

    def _record(self, name: str, kind: str, value: Any) -> None:
        self._metrics.setdefault(name, []).append(value)
        print(f"Attempted to log {'scalar' if kind == 'text' else kind} metric {name}:\n{value}")

    def _column(self, name: str, column: str, values: list[Any]) -> None:
        """The row itself was printed."""

    def log_list(self, name: str, value: Any, description: str = "") -> None:
        self._record(name, "list", list(value))

    def _keep(self, name: str, data: bytes) -> None:
        print(f"Attempted to keep {name} ({len(data)} bytes)")

    def flush(self, timeout_seconds: float = 300) -> None:
        """Everything was printed."""

    def get_metrics(self, name: Optional[str] = None, recursive: bool = False, run_type: Any = None, populate: bool = False) -> dict[str, Any]:
        return {key: values[0] if len(values) == 1 else values for key, values in self._metrics.items() if name in (None, key)}

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        self._tags.update({key: None if value is None else str(value) for key, value in tags.items()})

    def get_tags(self) -> dict[str, Optional[str]]:
        return dict(self._tags)

    def add_properties(self, properties: Mapping[str, Any]) -> None:
        self._properties.update({key: str(value) for key, value in properties.items()})

    def get_properties(self) -> dict[str, str]:
        return dict(self._properties)

    def upload_file(self, name: str, path_or_stream: Any, datastore_name: Optional[str] = None) -> dict[str, Any]:
        print(f"Attempted to keep {name}")
        return {}

    def upload_folder(self, name: str, path: Any, datastore_name: Optional[str] = None) -> None:
        print(f"Attempted to keep the folder {name}")

    def get_file_names(self) -> list[str]:
        return []

    def get_children(self, *arguments: Any, **others: Any) -> Any:
        return iter(())

    def child_run(self, name: Optional[str] = None, run_id: Optional[str] = None, outputs: Optional[str] = None) -> Run:
        return _OfflineRun()

    def _end(self, status: str) -> None:
        """It ends with the process."""

    def cancel(self) -> None:
        """Nothing runs elsewhere."""

    def wait_for_completion(self, show_output: bool = False, wait_post_processing: bool = False, raise_on_error: bool = True) -> dict[str, Any]:
        return self.get_details()

    def __repr__(self) -> str:
        return f"Run(Id: {self.id}, Type: None, Status: Running)"

    def _repr_html_(self) -> str:
        return repr(self)
