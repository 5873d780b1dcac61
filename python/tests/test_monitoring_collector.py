"""The collectors of scoring scripts: what reaches a segment, and that nothing of it reaches the script."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib
from typing import Any, Iterator, NamedTuple

sources = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src")
sys.path.insert(0, sources)

from modelyard.monitoring import Collector, CorrelationContext, ModelDataCollector, writer  # noqa: E402
from modelyard.monitoring.collectors import fraction_of  # noqa: E402
from modelyard.monitoring.tables import table_of  # noqa: E402
from modelyard.scoring.frames import Request, Result, requests_of, result_frame  # noqa: E402
from modelyard.scoring.output import RequestLog  # noqa: E402


class Record(NamedTuple):
    event_time_ms: float
    request_id: str
    label: str
    document: Any


def records_of(folder: str) -> "Iterator[Record]":
    """Whole records of the closed segments, with their check sums looked at."""
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".seg"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        assert data[:8] == b"MYSEG001"
        offset = 8
        while offset < len(data):
            length, crc = struct.unpack_from("<II", data, offset)
            rest = data[offset + 8 : offset + 8 + length]
            assert zlib.crc32(rest) == crc
            event_time_ms, kind = struct.unpack_from("<dB", rest)
            assert kind == 1
            parts, at = [], 9
            for _ in range(4):
                (size,) = struct.unpack_from("<I", rest, at)
                parts.append(rest[at + 4 : at + 4 + size])
                at += 4 + size
            assert parts[3] == b"" and at == len(rest)
            yield Record(event_time_ms, parts[0].decode(), parts[1].decode(), json.loads(parts[2]))
            offset += 8 + length


class Collecting(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        os.environ["MODELYARD_COLLECT_FOLDER"] = self.folder
        os.environ.pop("MODELYARD_COLLECT_REDACT", None)
        writer._forget()
        writer._warned.clear()
        RequestLog.end()

    def tearDown(self) -> None:
        writer.stop()
        os.environ.pop("MODELYARD_COLLECT_FOLDER", None)
        RequestLog.end()

    def written(self) -> "list[Record]":
        writer.stop(5)
        return list(records_of(self.folder))

    def begin(self, *ids: str, event_time_ms: float = 5.0) -> None:
        RequestLog.begin([Request(number, 0, name, b"", event_time_ms) for number, name in enumerate(ids)])

    def test_rows_carry_the_request_and_its_event_time(self) -> None:
        collector = ModelDataCollector("m", designation="inputs", feature_names=["a", "b"])
        self.begin("one", event_time_ms=1_172_707_200_000.0)
        self.assertTrue(collector.collect([[1, 2.5], [3, None]]))
        self.assertEqual(self.written(), [Record(1_172_707_200_000.0, "one", "inputs", {"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2.5], [3, None]]}})])

    def test_identifier_is_another_word_for_designation_and_bad_names_are_refused(self) -> None:
        self.assertEqual(ModelDataCollector("m", identifier="predictions").designation, "predictions")
        for name in ("../up", "Inputs", "", "a/b", "x" * 64):
            with self.assertRaises(ValueError):
                Collector(name)

    def test_an_own_correlation_id_is_a_column_beside_the_request_and_the_id_where_none_runs(self) -> None:
        collector = ModelDataCollector("m", designation="inputs", feature_names=["a"])
        self.begin("one")
        collector.collect([[1]], user_correlation_id="mine")
        RequestLog.end()
        collector.collect([[2]], user_correlation_id="mine")
        one, two = self.written()
        self.assertEqual((one.request_id, one.document["dataframe_split"]), ("one", {"columns": ["a", "correlation_id"], "data": [[1, "mine"]]}))
        self.assertEqual((two.request_id, two.document["dataframe_split"]), ("mine", {"columns": ["a"], "data": [[2]]}))

    def test_the_context_joins_two_collections(self) -> None:
        inputs, outputs = Collector("model_inputs"), Collector("model_outputs")
        context = inputs.collect([{"a": 1}])
        self.assertIs(outputs.collect([{"p": 2}], context), context)
        other = outputs.collect([{"p": 3}], CorrelationContext("given"))
        first, second, third = self.written()
        self.assertEqual(first.request_id, context.get_id())
        self.assertEqual(second.request_id, first.request_id)
        self.assertEqual((third.request_id, other.get_id()), ("given", "given"))

    def test_in_a_batch_each_row_goes_to_its_request_or_none_does(self) -> None:
        collector = ModelDataCollector("m", designation="inputs", feature_names=["a"])
        self.begin("one", "two")
        self.assertTrue(collector.collect([[1], [2]]))
        self.assertFalse(collector.collect([[1], [2], [3]]))
        self.assertEqual([(record.request_id, record.document["dataframe_split"]["data"]) for record in self.written()], [("one", [[1]]), ("two", [[2]])])
        self.assertEqual(writer.counts()["dropped"], {"ambiguous": 1})

    def test_redacted_columns_are_never_written_and_unnamed_ones_not_at_all(self) -> None:
        os.environ["MODELYARD_COLLECT_REDACT"] = '["email"]'
        Collector("c").collect([{"email": "secret", "a": 1}])
        ModelDataCollector("m", designation="inputs").collect([["secret", 1]])
        self.assertEqual([record.document for record in self.written()], [{"dataframe_split": {"columns": ["a"], "data": [[1]]}}])
        self.assertEqual(writer.counts()["dropped"], {"unreadable": 1})

    def test_the_same_requests_are_kept_as_by_the_gateway(self) -> None:
        self.assertEqual([f"{fraction_of(text):.9f}" for text in ("", "a", "req_01abc")], VECTORS)
        collector = ModelDataCollector("m", designation="inputs", sample_rate=0.5)
        kept = []
        for number in range(200):
            self.begin(f"r{number}")
            if collector.collect([[number]]):
                kept.append(f"r{number}")
        self.assertEqual(kept, [f"r{number}" for number in range(200) if fraction_of(f"r{number}") < 0.5])
        self.assertEqual([record.request_id for record in self.written()], kept)

    def test_nothing_raises_into_the_script(self) -> None:
        told: "list[Exception]" = []
        Collector("c", on_error=told.append).collect(object())
        self.assertIsInstance(told[0], TypeError)
        Collector("c", on_error=lambda error: 1 / 0).collect(object())
        self.assertFalse(ModelDataCollector("m").collect(object()))

        class Bad:
            def __str__(self) -> str:
                raise RuntimeError("no text")

        ModelDataCollector("m").collect([[Bad()]])
        self.assertEqual(self.written(), [])

    def test_without_a_gateway_nothing_happens(self) -> None:
        os.environ.pop("MODELYARD_COLLECT_FOLDER")
        self.assertFalse(ModelDataCollector("m").collect([[1]]))
        self.assertIsNone(writer._state.thread)

    def test_a_disk_that_refuses_costs_rows_and_nothing_else(self) -> None:
        path = os.path.join(self.folder, "file")
        with open(path, "w"):
            pass
        os.environ["MODELYARD_COLLECT_FOLDER"] = os.path.join(path, "below")
        self.assertTrue(ModelDataCollector("m").collect([[1]]))
        deadline = time.monotonic() + 10
        while writer.counts()["dropped"].get("disk") != 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(writer.counts(), {"written": 0, "dropped": {"disk": 1}})

    def test_a_full_queue_drops_what_comes_and_counts_it(self) -> None:
        collector = ModelDataCollector("m", feature_names=["a"])
        with writer._state.lock:
            writer._state.bytes = writer.MOST_BYTES
        self.assertFalse(collector.collect([[1]]))
        self.assertEqual(writer.counts()["dropped"], {"buffer_full": 1})

    def test_what_is_held_back_before_workers_run_is_not_kept_and_starts_no_thread(self) -> None:
        writer.hold()
        try:
            self.assertFalse(ModelDataCollector("m").collect([[1]]))
            self.assertIsNone(writer._state.thread)
        finally:
            writer.start()

    def test_forked_processes_write_files_of_their_own(self) -> None:
        script = (
            "import os\n"
            "from modelyard.monitoring import ModelDataCollector, writer\n"
            "c = ModelDataCollector('m', designation='inputs', feature_names=['a'])\n"
            "c.collect([[1]], user_correlation_id='parent')\n"
            "pid = os.fork()\n"
            "c.collect([[2]], user_correlation_id='child' if pid == 0 else 'parent')\n"
            "writer.stop(5)\n"
            "if pid: os.waitpid(pid, 0)\n"
            "os._exit(0)\n"
        )
        environment = {**os.environ, "PYTHONPATH": sources}
        subprocess.run([sys.executable, "-W", "ignore", "-c", script], env=environment, check=True, timeout=30)
        self.assertEqual(sorted(record.request_id for record in records_of(self.folder)), ["child", "parent", "parent"])
        self.assertFalse([name for name in os.listdir(self.folder) if name.endswith(".open")])


class Tables(unittest.TestCase):
    def rows(self, data: Any, names: Any = None) -> Any:
        table = table_of(data, names)
        assert table is not None
        return table.columns, table.rows()

    def test_lists_and_dictionaries(self) -> None:
        self.assertEqual(self.rows([1, "x", True], ["a", "b", "c"]), (["a", "b", "c"], [[1, "x", True]]))
        self.assertEqual(self.rows([[1], [2]]), (None, [[1], [2]]))
        self.assertEqual(self.rows([{"a": 1}, {"b": 2}]), (["a", "b"], [[1, None], [None, 2]]))
        self.assertEqual(self.rows({"a": [1, 2], "b": 3}), (["a", "b"], [[1, 3], [2, 3]]))
        self.assertEqual(self.rows({"a": 1, "b": float("inf")}), (["a", "b"], [[1, None]]))
        self.assertIsNone(table_of(object(), None))

    def test_a_snapshot_does_not_change(self) -> None:
        data = [[1, 2]]
        table = table_of(data, None)
        data[0][0] = 99
        assert table is not None
        self.assertEqual(table.rows(), [[1, 2]])

    def test_arrays_and_frames(self) -> None:
        try:
            import numpy
            import pandas
        except ImportError:
            self.skipTest("pandas is not here")
        array = numpy.array([[1.0, numpy.nan], [numpy.inf, 4.0]])
        table = table_of(array, ["a", "b"])
        array[0, 0] = 99
        assert table is not None
        self.assertEqual((table.columns, table.rows()), (["a", "b"], [[1.0, None], [None, 4.0]]))
        self.assertEqual(self.rows(numpy.array([1, 2])), (None, [[1, 2]]))
        frame = pandas.DataFrame({"n": [1, 2], "t": pandas.to_datetime(["2007-03-01", None]), "s": ["x", None]})
        self.assertEqual(self.rows(frame), (["n", "t", "s"], [[1, "2007-03-01T00:00:00", "x"], [2, None, None]]))
        self.assertEqual(self.rows(pandas.Series({"a": 1, "b": 2})), (["a", "b"], [[1, 2]]))


class Frames(unittest.TestCase):
    def test_a_request_carries_its_event_time_and_a_result_its_exception(self) -> None:
        item = struct.pack("<IBdH", 7, 1, 12.5, 2) + b"id" + struct.pack("<I", 2) + b"{}" + struct.pack("<I", 3) + b"abc"
        self.assertEqual(list(requests_of(item)), [Request(7, 1, "id", b"abc", 12.5, b"{}")])
        frame = result_frame([Result(7, 424, "t", 9, b"body", b"{}")])
        self.assertTrue(frame.endswith(struct.pack("<I", 4) + b"body" + struct.pack("<I", 2) + b"{}"))


#: The gateway's tests have the same.
VECTORS = ["0.668922188", "0.103526217", "0.824439920"]

if __name__ == "__main__":
    unittest.main()
