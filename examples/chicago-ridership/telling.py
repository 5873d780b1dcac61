"""How the story is told on a terminal: chapters with their time, a table at the end."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, Callable, Optional


class Story:
    """Chapters in order. One that raises ends the story."""

    class Broken(Exception):
        """A chapter did not hold."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.command: Path = Path(__file__).resolve().parents[2] / "bin" / "modelyard"
        self._chapters: list[tuple[str, Callable[[], str]]] = []
        self._kept: dict[str, Any] = {}
        self._links: dict[str, str] = {}
        self._terminal = sys.stdout.isatty()
        self._colour = self._terminal and "NO_COLOR" not in os.environ

    def chapter(self, title: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
        """Marks a function as the next chapter; it returns what came out, in one line."""

        def add(work: Callable[[], str]) -> Callable[[], str]:
            self._chapters.append((title, work))
            return work

        return add

    def keep(self, name: str, value: Any) -> Any:
        """Keeps something for later chapters."""
        self._kept[name] = value
        return value

    def kept(self, name: str) -> Any:
        return self._kept[name]

    def link(self, name: str, url: str) -> None:
        """A page for the table at the end."""
        self._links[name] = url

    def say(self, text: str) -> None:
        self._clear()
        print(f"     {text}", flush=True)

    def progress(self, text: str) -> None:
        """A line that the next one replaces; nothing where the output is no terminal."""
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K     {text}"[: width + 4], end="", flush=True)

    def tell(self) -> int:
        """Runs the chapters; 0 when every one held."""
        started = time.monotonic()
        print(f"\n{self._paint('1', self.title)}\n", flush=True)
        rows: list[tuple[str, str, float, str]] = []
        for number, (title, work) in enumerate(self._chapters, start=1):
            print(f"{self._paint('1', f'{number}. {title}')}", flush=True)
            begun = time.monotonic()
            failure: Optional[Exception] = None
            try:
                outcome = work()
            except Exception as error:  # every failure of a chapter is shown the same way
                failure, outcome = error, str(error)
            self._clear()
            elapsed = time.monotonic() - begun
            print(f"   {self._paint('31', '✗') if failure else self._paint('32', '✓')} {outcome}  {self._paint('2', f'{elapsed:.1f} s')}", flush=True)
            rows.append((f"{number}. {title}", "broke" if failure else "held", elapsed, outcome.splitlines()[0] if outcome else ""))
            if failure is not None and not isinstance(failure, self.Broken) and os.environ.get("MODELYARD_DEBUG"):
                raise failure
            if failure is not None:
                break
        self._table(rows, time.monotonic() - started)
        return 0 if len(rows) == len(self._chapters) and all(row[1] == "held" for row in rows) else 1

    def _table(self, rows: list[tuple[str, str, float, str]], total: float) -> None:
        width = max(len(row[0]) for row in rows)
        print("\n" + self._paint("1", "What happened"))
        for title, state, elapsed, outcome in rows:
            print(f"  {title.ljust(width)}  {state.ljust(5)} {elapsed:6.1f} s  {outcome}")
        print(f"  {'the whole story'.ljust(width)}        {total:6.1f} s")
        if self._links:
            print("\n" + self._paint("1", "Where to look"))
            for name, url in self._links.items():
                print(f"  {name.ljust(12)} {url}")
        print(flush=True)

    def _clear(self) -> None:
        if self._terminal:
            print("\r\033[K", end="")

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colour else text
