"""Days of the data source, sent to an endpoint in the order in which they happened."""

from __future__ import annotations

import csv
import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Callable, Iterator, Sequence
from urllib.parse import urlsplit

TARGET = "ridership"
Day = dict[str, Any]


def read_days(file: Path, first: str, last: str) -> list[Day]:
    """The days from ``first`` to ``last`` (ISO dates, both included), their numbers as numbers."""
    with file.open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if first <= row["date"] <= last]
    return [{name: value if name == "date" else float(value) for name, value in row.items()} for row in rows]


def copy_days(file: Path, last: str, target: Path) -> Path:
    """What the data source had on the day ``last``: the same file, its later lines not there yet."""
    with file.open(newline="") as source, target.open("w", newline="") as copy:
        head = source.readline()
        copy.write(head)
        copy.writelines(line for line in source if line.rstrip().rsplit(",", 1)[-1].strip('"') <= last)
    return target


def labels_of(days: Sequence[Day]) -> Iterator[dict[str, Any]]:
    """What came true of days that were asked for: the request's id is the day."""
    return ({"request_id": day["date"], TARGET: day[TARGET]} for day in days)


@dataclass
class Sent:
    """What became of the requests."""

    answered: int = 0
    failures: list[str] = field(default_factory=list)
    by_deployment: dict[str, int] = field(default_factory=dict)


class Caller:
    """An application that asks for one day a request, over a few connections that stay open."""

    def __init__(self, scoring_uri: str, key: str | None, connections: int = 8) -> None:
        self._address = urlsplit(scoring_uri)
        self._headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
        self._connections = connections

    def send(self, days: Sequence[Day], *, progress: Callable[[int], None] = lambda _done: None, until: Callable[[], bool] = lambda: False, pause_seconds: float = 0) -> Sent:
        """Sends the days in order, each at noon of its day; stops early once ``until`` says so."""
        waiting: "Queue[Day]" = Queue()
        for day in days:
            waiting.put(day)
        sent, lock = Sent(), threading.Lock()

        def work() -> None:
            connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=30)
            while not until():
                try:
                    day = waiting.get_nowait()
                except Empty:
                    break
                deployment, failure = self._ask(connection, day)
                with lock:
                    if failure is None:
                        sent.answered += 1
                        sent.by_deployment[deployment] = sent.by_deployment.get(deployment, 0) + 1
                    else:
                        sent.failures.append(f"{day['date']}: {failure}")
                    progress(sent.answered)
                if pause_seconds:
                    time.sleep(pause_seconds)
            connection.close()

        workers = [threading.Thread(target=work) for _ in range(self._connections)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return sent

    def _ask(self, connection: http.client.HTTPConnection, day: Day) -> "tuple[str, str | None]":
        body = json.dumps({"data": [{name: value for name, value in day.items() if name != TARGET}]})
        headers = {**self._headers, "x-request-id": day["date"], "modelyard-event-time": f"{day['date']}T12:00:00Z"}
        try:
            connection.request("POST", self._address.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return "", f"{type(error).__name__}: {error}"
        deployment = answer.headers.get("azureml-model-deployment", "")
        return (deployment, None) if answer.status == 200 else (deployment, f"{answer.status} {content[:200]!r}")
