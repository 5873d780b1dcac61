"""Runs an entry script over mini-batches of files; put beside the entry script in a step's folder, so it imports nothing of this package.

The entry script has ``init()`` (optional) and ``run(mini_batch)``, which gets a list of paths and answers a list (or a data frame) with one item for each
that it processed. Work goes to processes; a mini-batch that fails is tried again, and what it still fails with counts against the error threshold.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import sys
import traceback


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--modelyard-entry", required=True)
    parser.add_argument("--modelyard-input", action="append", default=[])
    parser.add_argument("--modelyard-output", required=True)
    parser.add_argument("--modelyard-append", default="")
    parser.add_argument("--modelyard-batch", default="10")
    parser.add_argument("--modelyard-processes", type=int, default=0)
    parser.add_argument("--modelyard-tries", type=int, default=3)
    parser.add_argument("--modelyard-threshold", type=int, default=-1)
    parser.add_argument("--modelyard-timeout", type=float, default=60)
    settings, rest = parser.parse_known_args()
    # The entry script parses the step's own arguments, as if it had been started with them.
    sys.argv = [settings.modelyard_entry, *rest]
    files = [file for folder in settings.modelyard_input for file in files_below(folder)]
    batches = batches_of(files, settings.modelyard_batch)
    processes = min(len(batches), settings.modelyard_processes or os.cpu_count() or 1) or 1
    print(f"{len(files)} files in {len(batches)} mini-batches, {processes} processes", flush=True)
    results, failed = work_off(batches, processes, settings)
    if settings.modelyard_append:
        with open(os.path.join(settings.modelyard_output, settings.modelyard_append), "w", encoding="utf-8") as output:
            for result in results:
                output.writelines(line + "\n" for line in result or [])
    print(f"{len(files) - failed} items processed, {failed} failed", flush=True)
    if settings.modelyard_threshold >= 0 and failed > settings.modelyard_threshold:
        print(f"The error threshold is {settings.modelyard_threshold}.", file=sys.stderr)
        return 1
    return 0


def files_below(place: str) -> "list[str]":
    if os.path.isfile(place):
        return [place]
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names)


def batches_of(files: "list[str]", size: str) -> "list[list[str]]":
    """Groups of so many files, or of so many bytes when the size has a unit."""
    units = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
    unit = size[-2:].upper()
    if unit not in units:
        count = max(1, int(size))
        return [files[start : start + count] for start in range(0, len(files), count)]
    limit = int(float(size[:-2]) * units[unit])
    batches: "list[list[str]]" = []
    used = 0
    for file in files:
        weight = os.path.getsize(file)
        if not batches or used + weight > limit:
            batches.append([])
            used = 0
        batches[-1].append(file)
        used += weight
    return batches


def work_off(batches: "list[list[str]]", processes: int, settings: argparse.Namespace) -> "tuple[list[list[str] | None], int]":
    """The rows of each mini-batch in its place, and how many items failed."""
    results: "list[list[str] | None]" = [None] * len(batches)
    failed = 0
    waiting = [(number, 1) for number in range(len(batches))]
    context = multiprocessing.get_context("spawn")
    pool = context.Pool(processes, start, (settings.modelyard_entry, sys.argv))
    try:
        while waiting:
            asked = [(number, tries, pool.apply_async(run_batch, (batches[number],))) for number, tries in waiting]
            waiting = []
            for number, tries, answer in asked:
                try:
                    rows, count, error = answer.get(settings.modelyard_timeout * max(1, -(-len(asked) // processes)))
                except multiprocessing.TimeoutError:
                    rows, count, error = None, 0, f"no answer within {settings.modelyard_timeout:g} s"
                if error is None:
                    results[number] = rows
                    failed += max(0, len(batches[number]) - count)
                elif tries < settings.modelyard_tries:
                    waiting.append((number, tries + 1))
                else:
                    print(f"Mini-batch {number} failed {tries} times:\n{error}", file=sys.stderr, flush=True)
                    failed += len(batches[number])
    finally:
        pool.terminate()
    return results, failed


_entry = None


def start(path: str, arguments: "list[str]") -> None:
    """Loads the entry script in a process and calls its ``init``."""
    global _entry
    sys.argv = arguments
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location("entry_script", path)
    assert spec is not None and spec.loader is not None
    _entry = importlib.util.module_from_spec(spec)
    sys.modules["entry_script"] = _entry
    try:
        spec.loader.exec_module(_entry)
        getattr(_entry, "init", lambda: None)()
    except Exception:
        # A pool would start such a process again and again.
        _entry = traceback.format_exc()


def run_batch(batch: "list[str]") -> "tuple[list[str] | None, int, str | None]":
    if isinstance(_entry, str):
        return None, 0, _entry
    try:
        rows = lines_of(_entry.run(batch))
        return rows, len(rows), None
    except Exception:
        return None, 0, traceback.format_exc()


def lines_of(result: object) -> "list[str]":
    """A data frame's rows separated by spaces, any other item as text."""
    if hasattr(result, "to_csv") and hasattr(result, "columns"):
        return str(result.to_csv(sep=" ", header=False, index=False)).splitlines()
    return [str(item) for item in result]  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
