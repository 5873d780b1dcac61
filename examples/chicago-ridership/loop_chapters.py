"""The second part of the story: a model decays, is found out, and a better one takes over by itself."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Optional

import modelyard
from replay import Caller, Sent, copy_days, labels_of, read_days
from telling import Story

here = Path(__file__).resolve().parent
days_file = here / "data" / "chicago.csv"
replayed = ("2004-01-01", "2007-12-31")
later = ("2008-01-01", "2010-12-31")


def add_chapters(story: Story) -> None:
    """Adds the chapters to a story that has deployed a champion before."""

    @story.chapter("Four years pass: requests, and the truth a little later")
    def traffic() -> str:
        workspace = story.kept("workspace")
        with tempfile.TemporaryDirectory() as folder:
            known = workspace.data.create("ridership-days", copy_days(days_file, replayed[1], Path(folder) / "days.csv"), description="Daily ridership of Clark/Lake")
        find_or_create(lambda: workspace.triggers.get("retrain"), lambda: workspace.triggers.create(here / "trigger.yml"))
        monitor = find_or_create(lambda: workspace.monitors.get("ridership-watch"), lambda: workspace.monitors.create(here / "monitor.yml"))
        story.link("monitor", monitor.url)
        days = read_days(days_file, *replayed)
        if monitor.windows and monitor.windows[-1]["end"] > replayed[1]:
            return f"{len(days)} days were replayed before; data asset {known.name} version {known.version} has them"
        sent = caller(workspace, connections=24).send(days, progress=lambda done: story.progress(f"{done} of {len(days)} days"))
        if sent.failures:
            raise story.Broken(f"{len(sent.failures)} of {len(days)} requests failed, the first: {sent.failures[0]}")
        report = monitor.add_labels(labels_of(days))
        return f"{sent.answered} requests answered, {report['added']} labels added; data asset {known.name} version {known.version} has the days up to {replayed[1]}"

    @story.chapter("The monitor says what changed, and since when")
    def watched() -> str:
        monitor = story.keep("monitor", story.kept("workspace").monitors.get("ridership-watch").run())
        windows = [window for window in monitor.windows if window["end"] <= "2008-01-02"]
        for window in windows:
            story.say(window_words(window))
        judged = [result for window in windows if (result := accuracy_of(window)) is not None]
        if not judged or judged[0]["fired"] or not any(result["fired"] for result in judged):
            raise story.Broken("the accuracy should be within its limit at first, and past it later")
        for alert in monitor.alerts[:4]:
            story.say(f"alert {alert.status}: {alert.summary}")
        first = next(window["start"][:10] for window in windows if (accuracy_of(window) or {}).get("fired"))
        return f"mean absolute error {judged[0]['value']:.2f} at first, past its limit from {first}; {drift_words(windows)}"

    @story.chapter("A better model takes over by itself, or the story says why not")
    def loop() -> str:
        workspace, monitor = story.kept("workspace"), story.kept("monitor")
        found = newest_loop(workspace, monitor)
        if found is None:
            trigger = workspace.triggers.get("retrain")
            raise story.Broken(f"no alert has started the trigger; it was held back by: {trigger.last_skip or 'nothing'}")
        sent = None if found.ended else keep_calling(story, workspace, found)
        found = workspace.loops.get(found.id)
        for stage in found.stages:
            story.say(f"{stage['name']}: {stage['status']}, {stage['title']}{'; ' + stage['detail'] if stage['detail'] else ''}")
        if found.status not in ("promoted", "refused"):
            raise story.Broken(f"the loop ended as {found.status}: {found.reason}")
        if sent is not None and sent.failures:
            raise story.Broken(f"{len(sent.failures)} requests failed while the traffic moved, the first: {sent.failures[0]}")
        if found.status == "refused":
            return f"no better model: {found.reason}"
        return f"version {found.version} is champion; {accuracy_words(story, monitor, found, sent)}"


def newest_loop(workspace: modelyard.Workspace, monitor: modelyard.Monitor) -> Optional[modelyard.Loop]:
    """The alert starts the trigger within moments."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if found := next(workspace.loops.list(monitor=monitor.name), None):
            return found
        time.sleep(0.1)
    return None


def keep_calling(story: Story, workspace: modelyard.Workspace, loop: modelyard.Loop) -> Sent:
    """Time goes on while the loop runs: the application asks for the days that come, and their truth follows."""
    ended = threading.Event()
    days = read_days(days_file, *later)
    asked: list[Sent] = []

    def call() -> None:
        # The traffic shifts only where there is some: the calls begin when the rollout does.
        rolling.wait()
        asked.append(caller(workspace).send(days, until=ended.is_set, pause_seconds=0.2))

    rolling = threading.Event()
    thread = threading.Thread(target=call)
    thread.start()
    try:
        while not loop.ended:
            stages = {stage["name"]: stage["status"] for stage in loop.stages}
            if stages.get("rollout") in ("running", "paused"):
                rolling.set()
            story.progress("  ".join(f"{name} {status}" for name, status in stages.items()))
            ended.wait(0.1)
            loop = workspace.loops.get(loop.id)
    finally:
        ended.set()
        rolling.set()
        thread.join()
    return asked[0] if asked else Sent()


def accuracy_words(story: Story, monitor: modelyard.Monitor, loop: modelyard.Loop, sent: Optional[Sent]) -> str:
    """The next half year with the new champion, beside the last quarter of the old one."""
    workspace = story.kept("workspace")
    days = read_days(days_file, "2008-01-01", "2008-06-30")
    if sent is not None:
        # Days that were answered while the traffic moved are not asked again: a request's id is a day.
        more = caller(workspace).send(days[sent.answered :])
        if more.failures:
            raise story.Broken(f"{len(more.failures)} requests failed, the first: {more.failures[0]}")
        monitor.add_labels(labels_of(days))
        monitor.run()
    windows = monitor.refresh().windows
    before = [errors_of(window, None) for window in windows if window["start"].startswith("2007-10")]
    now = [errors_of(window, loop.version) for window in windows if "2008-01-01" <= window["start"] < "2008-07-01"]
    calls = "" if sent is None else f"{sent.answered} requests while the traffic moved, none failed; "
    figures = " and ".join(f"{value:.2f}" for value in now if value is not None)
    return f"{calls}mean absolute error {before[0]:.2f} in the last quarter of the old one, {figures} in the next two" if before and before[0] is not None and figures else f"{calls}no labels yet"


def errors_of(window: dict[str, Any], version: Optional[str]) -> Optional[float]:
    """Mean absolute error of a version in a window; without a version of the one that answered most of it."""
    found = [entry for entry in window["performance"] if entry["labels"] and version in (None, entry["version"])]
    return max(found, key=lambda entry: entry["labels"])["metrics"]["mae"] if found else None


def caller(workspace: modelyard.Workspace, connections: int = 8) -> Caller:
    endpoint = workspace.endpoints.get("ridership")
    return Caller(endpoint.scoring_uri, endpoint.primary_key, connections)


def accuracy_of(window: dict[str, Any]) -> Optional[dict[str, Any]]:
    return next((result for result in window["results"] if result["signal"] == "accuracy" and result["value"] is not None), None)


def drifted(window: dict[str, Any]) -> list[str]:
    """Features beyond their threshold, strongest first."""
    fired = [result for result in window["results"] if result["signal"] == "inputs" and result["decides"] and result["fired"]]
    return [result["feature"] for result in sorted(fired, key=lambda result: -result["value"] / result["threshold"])]


def window_words(window: dict[str, Any]) -> str:
    found, names = accuracy_of(window), drifted(window)
    accuracy = f"mean absolute error {found['value']:.2f}, limit {found['threshold']:.2f}{'  past it' if found['fired'] else ''}" if found and found["threshold"] is not None else "no labels"
    return f"{window['start'][:7]}  {window['rows']:3d} rows  {accuracy.ljust(48)}  {len(names)} features drift{': ' + ', '.join(names[:3]) if names else ''}"


def drift_words(windows: list[dict[str, Any]]) -> str:
    """The real data drifts early, long before the accuracy suffers: that is said, not staged."""
    for window in windows:
        if names := drifted(window):
            return f"drift since {window['start'][:10]}, first of {names[0]}"
    return "no drift"


def find_or_create(find: Any, create: Any) -> Any:
    try:
        return find()
    except modelyard.NotFound:
        return create()
