"""Runs below a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional, Sequence

from ..exceptions import UserErrorException
from . import _run_documents as documents

if TYPE_CHECKING:
    from .experiment import Experiment
    from .run import Run
    from .workspace import Workspace


class RunChildren:
    """What ``Run`` has of children."""

    _workspace: "Workspace"
    _document: dict[str, Any]
    _submitted: bool
    id: str
    experiment: "Experiment"

    if TYPE_CHECKING:

        def _data(self) -> str: ...

    def child_run(self, name: Optional[str] = None, run_id: Optional[str] = None, outputs: Optional[str] = None) -> "Run":
        """A run below this one, running until it is completed."""
        from .run import Run

        parent = self._data() if self._submitted else self.id
        return Run._start(self._workspace, self._document["experiment"], name, parent, None if outputs is None else _made(outputs), {})

    def create_children(self, count: Optional[int] = None, tag_key: Optional[str] = None, tag_values: Optional[Sequence[Any]] = None) -> "list[Run]":
        """Several children at once: ``count`` of them, or one for each value of a tag."""
        if count is None and tag_values is None:
            raise UserErrorException("create_children takes count, or tag_key and tag_values.")
        values = list(tag_values or [None] * (count or 0))
        children = [self.child_run() for _ in values]
        if tag_key is not None:
            for child, value in zip(children, values):
                child.tag(tag_key, value)
        return children

    def get_children(self, recursive: bool = False, tags: Any = None, properties: Any = None, type: Optional[str] = None, status: Optional[str] = None, _rehydrate_runs: bool = True) -> "Iterator[Run]":
        """The runs below this one, newest first."""
        from .run import Run

        for document in documents.children_of(self._workspace._own, self._data() if self._data() != self.id else self.id):
            child = Run._of(self._workspace, document)
            if documents.fits(document, tags, properties) and (status is None or documents.status_of(self._workspace._own, document) == status):
                yield child
            if recursive:
                yield from child.get_children(True, tags, properties, type, status)

    def submit_child(self, config: Any, tags: Optional[Mapping[str, str]] = None, **others: Any) -> "Run":
        """Submits a script that belongs to this run; the two are linked by a tag, since jobs stand beside each other."""
        return self.experiment.submit(config, tags={**(tags or {}), "azureml.parentRunId": self.id}, **others)


def _made(folder: str) -> Path:
    path = Path(folder).absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path
