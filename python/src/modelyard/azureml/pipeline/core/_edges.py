"""Which step waits for which."""

from __future__ import annotations

from typing import Any, Iterator, Optional, Sequence

from .builder import PipelineStep
from .graph import InputPortBinding


def needed_by(step: PipelineStep) -> list[PipelineStep]:
    """The steps that must have succeeded before ``step``: by order, or because it reads what they write."""
    found = [*step._after]
    for value in [*step._inputs, *step._arguments, *getattr(step, "_read", [])]:
        for source in sources_of(value):
            producer = getattr(source, "_producer", None)
            # A step may mention its own output among its arguments.
            if producer is not None and producer is not step:
                found.append(producer)
    return [*dict.fromkeys(found)]


def sources_of(value: Any) -> Iterator[Any]:
    if isinstance(value, InputPortBinding):
        value = value.bind_object
    if not isinstance(value, (str, bytes, int, float, tuple)):
        yield getattr(value, "_source", value)


def closure_of(steps: Sequence[PipelineStep]) -> list[PipelineStep]:
    """The steps with all that they need, listed or not."""
    found = dict.fromkeys(steps)
    waiting = [*steps]
    while waiting:
        for needed in needed_by(waiting.pop()):
            if needed not in found:
                found[needed] = None
                waiting.append(needed)
    return [*found]


def cycle_among(steps: Sequence[PipelineStep]) -> Optional[list[PipelineStep]]:
    """Steps that wait for each other, in their order; ``None`` when there are none."""
    state: dict[PipelineStep, str] = {}
    for start in steps:
        if start in state:
            continue
        path: list[tuple[PipelineStep, list[PipelineStep]]] = [(start, needed_by(start))]
        state[start] = "open"
        while path:
            step, rest = path[-1]
            if not rest:
                state[step] = "done"
                path.pop()
                continue
            needed = rest.pop()
            if state.get(needed) == "open":
                order = [each for each, _ in path]
                return [*order[order.index(needed) :], needed]
            if needed not in state:
                state[needed] = "open"
                path.append((needed, needed_by(needed)))
    return None
