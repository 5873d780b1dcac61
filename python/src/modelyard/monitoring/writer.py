"""The background thread that brings collected rows to the disk.

One per process, started with the first row, so that a process which forks workers has no thread. What waits is bounded; what does not fit, or what the
disk refuses, is dropped and counted; nothing here ever raises into a scoring script.
"""

from __future__ import annotations

import atexit
import collections
import json
import os
import sys
import threading
import time
from typing import Any, Callable, Deque, NamedTuple, Optional

from .segments import SegmentFile, encode_record

MOST_RECORDS = 10_000
MOST_BYTES = 16 * 2**20
ROTATE_SECONDS = 1.0
RETRY_SECONDS = 1.0


class Rows(NamedTuple):
    """Rows of one call that wait to be written; ``document`` is made by the thread."""

    label: str
    request_id: str
    event_time_ms: float
    size: int
    document: Callable[[], Optional[Any]]


class _State:
    """What of the writer belongs to this process, and must not be carried over a fork."""

    def __init__(self) -> None:
        self.lock = threading.Condition(threading.Lock())
        self.waiting: "Deque[Rows]" = collections.deque()
        self.bytes = 0
        self.thread: Optional[threading.Thread] = None
        self.stopping = False
        self.file: Optional[SegmentFile] = None
        self.broken_until = 0.0
        self.written = 0
        self.dropped: "dict[str, int]" = {}


_state = _State()
_held = False
_warned: "set[str]" = set()


def hold() -> None:
    """Collects nothing until :func:`start`: this process only loads the model and forks."""
    global _held
    _held = True


def start() -> None:
    """Rows are taken from now on."""
    global _held
    _held = False


def counts() -> "dict[str, Any]":
    """``written`` and ``dropped`` by reason, in calls of ``collect``, of this process."""
    with _state.lock:
        return {"written": _state.written, "dropped": dict(_state.dropped)}


def drop(reason: str, words: str) -> None:
    """Counts what is not kept, and says so once for each reason."""
    with _state.lock:
        _state.dropped[reason] = _state.dropped.get(reason, 0) + 1
    warn(reason, words)


def warn(reason: str, words: str) -> None:
    if reason not in _warned:
        _warned.add(reason)
        print(f"modelyard.monitoring: {words}", file=sys.stderr)


def folder() -> Optional[str]:
    return os.environ.get("MODELYARD_COLLECT_FOLDER") or None


def put(rows: Rows) -> bool:
    """Hands rows to the thread; false when they are not kept."""
    if folder() is None:
        warn("no_folder", "this process runs under no gateway; nothing is collected")
        return False
    if _held:
        drop("no_request", "what is collected in init() belongs to no request and is not kept")
        return False
    state = _state
    with state.lock:
        full = len(state.waiting) >= MOST_RECORDS or state.bytes + rows.size > MOST_BYTES
        if not full and not state.stopping:
            state.waiting.append(rows)
            state.bytes += rows.size
            if state.thread is None:
                state.thread = threading.Thread(target=_run, args=(state,), name="modelyard-collector", daemon=True)
                state.thread.start()
            state.lock.notify()
            return True
    drop("buffer_full", "rows come faster than the disk takes them; some are not kept")
    return False


def stop(seconds: float = 0.4) -> None:
    """Writes what waits and closes the segment, if that can be done in the time."""
    state = _state
    with state.lock:
        state.stopping = True
        thread = state.thread
        state.lock.notify()
    if thread is not None and thread is not threading.current_thread():
        thread.join(seconds)


def _run(state: _State) -> None:
    while True:
        with state.lock:
            if not state.waiting and not state.stopping:
                state.lock.wait(_until_rotation(state))
            batch = list(state.waiting)
            state.waiting.clear()
            state.bytes = 0
            stopping = state.stopping
        if batch:
            _write(state, batch)
        if state.file is not None and (stopping or time.monotonic() - state.file.opened >= ROTATE_SECONDS):
            _close(state)
        if stopping and not batch:
            return
        # A short rest lets rows come together: one write for many.
        if not stopping:
            time.sleep(0.02)


def _until_rotation(state: _State) -> Optional[float]:
    return None if state.file is None else max(0.01, state.file.opened + ROTATE_SECONDS - time.monotonic())


def _write(state: _State, batch: "list[Rows]") -> None:
    records = []
    for rows in batch:
        try:
            document = rows.document()
            if document is None:
                drop("unreadable", "rows without names of columns cannot be redacted and are not kept")
                continue
            text = json.dumps(document, allow_nan=False).encode()
            records.append(encode_record(rows.event_time_ms, rows.request_id, rows.label, text))
        except Exception as error:
            drop("unreadable", f"rows could not be written as JSON and are not kept: {type(error).__name__}: {error}")
    if not records:
        return
    try:
        where = folder()
        if where is None or time.monotonic() < state.broken_until:
            raise OSError("the disk refused a moment ago")
        if state.file is None:
            state.file = SegmentFile(where)
        state.file.append(b"".join(records))
        with state.lock:
            state.written += len(records)
    except OSError as error:
        if time.monotonic() >= state.broken_until:
            state.broken_until = time.monotonic() + RETRY_SECONDS
        for _ in records:
            drop("disk", f"rows could not be written and are not kept: {error}")
        _close(state)


def _close(state: _State) -> None:
    file, state.file = state.file, None
    try:
        if file is not None:
            file.close()
    except OSError:
        pass  # left open; the gateway closes it when this process is gone


def _forget() -> None:
    """In a forked child: nothing waits, and the parent's file is the parent's."""
    global _state
    _state = _State()


os.register_at_fork(after_in_child=_forget)
atexit.register(stop)
