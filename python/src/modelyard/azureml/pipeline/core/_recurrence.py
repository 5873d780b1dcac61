"""When a schedule starts its pipeline."""

from __future__ import annotations

import datetime
from typing import Any, Mapping, Optional, Sequence

_frequencies = ("Minute", "Hour", "Day", "Week", "Month")


class ScheduleRecurrence:
    """Every so many minutes, hours, days, weeks or months; by default from now on.

    ``hours`` and ``minutes`` (or ``time_of_day`` as ``"HH:MM"``) go with days and weeks, ``week_days`` with weeks.
    """

    def __init__(
        self,
        frequency: str,
        interval: int,
        start_time: Any = None,
        time_zone: Optional[str] = None,
        hours: Optional[Sequence[int]] = None,
        minutes: Optional[Sequence[int]] = None,
        week_days: Optional[Sequence[str]] = None,
        time_of_day: Optional[str] = None,
    ) -> None:
        if frequency not in _frequencies:
            raise ValueError(f"The frequency {frequency!r} is none of {', '.join(_frequencies)}.")
        if not isinstance(interval, int) or isinstance(interval, bool) or interval < 1:
            raise ValueError("The interval is a whole number from 1.")
        if time_of_day is not None:
            hour, _, minute = time_of_day.partition(":")
            hours, minutes = [int(hour)], [int(minute or 0)]
        self.frequency = frequency
        self.interval = interval
        self.start_time = start_time
        self.time_zone = time_zone
        self.hours = None if hours is None else [*hours]
        self.minutes = None if minutes is None else [*minutes]
        self.week_days = None if week_days is None else [*week_days]
        self.time_of_day = time_of_day

    @classmethod
    def _of(cls, trigger: Mapping[str, Any]) -> "ScheduleRecurrence":
        """From the trigger of one of our schedules."""
        days = trigger["weekDays"]
        return cls(str(trigger["frequency"]).capitalize(), trigger["interval"], trigger["startTime"], trigger["timeZone"], trigger["hours"], trigger["minutes"], None if days is None else [str(day).capitalize() for day in days])

    def _trigger(self) -> "dict[str, Any]":
        """As it stands in the file of a schedule."""
        found: dict[str, Any] = {"type": "recurrence", "frequency": self.frequency.lower(), "interval": self.interval}
        if self.start_time is not None:
            start = self.start_time
            found["start_time"] = start.isoformat() if isinstance(start, datetime.datetime) else str(start)
        if self.time_zone is not None:
            found["time_zone"] = self.time_zone
        pattern = {"hours": self.hours, "minutes": self.minutes, "week_days": self.week_days}
        given = {name: value for name, value in pattern.items() if value}
        if given:
            found["schedule"] = given
        return found

    def __repr__(self) -> str:
        return f"ScheduleRecurrence(frequency={self.frequency!r}, interval={self.interval})"
