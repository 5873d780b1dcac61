"""The bytes between gateway and worker, and the log of what a script prints."""

from __future__ import annotations

import os
import socket
import struct
import threading
import unittest

from modelyard.scoring.frames import FrameReader, Result, requests_of, result_frame
from modelyard.scoring.output import RequestLog


def request_frame(*items: "tuple[int, int, str, bytes]") -> bytes:
    """A frame as the gateway writes it, by the documented layout and not by the code under test."""
    payload = b"".join(struct.pack("<IBdH", number, kind, 12.5, len(text.encode())) + text.encode() + struct.pack("<I", 0) + struct.pack("<I", len(body)) + body for number, kind, text, body in items)
    return struct.pack("<I", len(payload)) + payload


class Frames(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway, worker = socket.socketpair()
        self.addCleanup(self.gateway.close)
        self.addCleanup(worker.close)
        self.reader = FrameReader(worker)

    def test_items_come_out_as_they_went_in(self) -> None:
        """Empty bodies, bytes that are no text, ids of several bytes a letter."""
        items = [(1, 0, "req_a", b'{"data": []}'), (2**32 - 1, 3, "üñ", b""), (3, 2, "", bytes(range(256)))]
        self.gateway.sendall(request_frame(*items))
        frame = self.reader.read()
        assert frame is not None
        self.assertEqual([tuple(request) for request in requests_of(frame)], [(*item, 12.5, b"") for item in items])

    def test_frames_are_cut_where_they_end_however_the_bytes_arrive(self) -> None:
        """One byte at a time, and two frames in one piece."""
        both = request_frame((1, 0, "a", b"first")) + request_frame((2, 0, "b", b"second"), (3, 0, "c", b""))

        def drip() -> None:
            for position in range(len(both)):
                self.gateway.sendall(both[position : position + 1])

        sender = threading.Thread(target=drip)
        sender.start()
        self.addCleanup(sender.join)
        bodies = [[request.body for request in requests_of(self.reader.read() or b"")] for _ in range(2)]
        self.assertEqual(bodies, [[b"first"], [b"second", b""]])
        self.gateway.sendall(both)
        self.assertEqual([len(list(requests_of(self.reader.read() or b""))) for _ in range(2)], [1, 2])

    def test_a_body_of_megabytes_passes(self) -> None:
        """As much as the gateway takes at most."""
        body = os.urandom(16 << 20)
        sender = threading.Thread(target=self.gateway.sendall, args=(request_frame((1, 0, "big", body)),))
        sender.start()
        self.addCleanup(sender.join)
        (request,) = requests_of(self.reader.read() or b"")
        self.assertEqual(request.body, body)

    def test_the_end_of_the_connection_is_none_in_the_middle_of_a_frame_too(self) -> None:
        """The worker ends itself then; half a request is no request."""
        self.gateway.sendall(request_frame((1, 0, "a", b"whole"))[:-2])
        self.gateway.close()
        self.assertIsNone(self.reader.read())

    def test_a_result_frame_has_the_documented_layout(self) -> None:
        """Read back by hand; a run time beyond 32 bits is cut, not an exception."""
        frame = result_frame([Result(7, 200, "application/json", 1500, b"[1]"), Result(8, 424, "text/plain", 2**40, b"", b"{}")])
        (size,) = struct.unpack_from("<I", frame)
        self.assertEqual(size, len(frame) - 4)
        offset, found, exceptions = 4, [], []
        while offset < len(frame):
            number, status, type_length = struct.unpack_from("<IHH", frame, offset)
            content_type = frame[offset + 8 : offset + 8 + type_length].decode()
            offset += 8 + type_length
            run, length = struct.unpack_from("<II", frame, offset)
            found.append((number, status, content_type, run, frame[offset + 8 : offset + 8 + length]))
            offset += 8 + length
            (exception_length,) = struct.unpack_from("<I", frame, offset)
            exceptions.append(frame[offset + 4 : offset + 4 + exception_length])
            offset += 4 + exception_length
        self.assertEqual(found, [(7, 200, "application/json", 1500, b"[1]"), (8, 424, "text/plain", 2**32 - 1, b"")])
        self.assertEqual(exceptions, [b"", b"{}"])


class WhatAScriptPrints(unittest.TestCase):
    def setUp(self) -> None:
        self.read_end, write_end = os.pipe()
        self.log = RequestLog(write_end)
        self.addCleanup(os.close, self.read_end)
        self.addCleanup(setattr, RequestLog, "current_request", "")
        self.addCleanup(os.close, write_end)

    def written(self) -> str:
        return os.read(self.read_end, 65_536).decode()

    def test_every_line_carries_its_request(self) -> None:
        """Two lines of one print as well; outside of a request there is none to name."""
        print("loading", file=self.log)
        RequestLog.current_request = "req_1"
        print("one\ntwo", file=self.log)
        self.assertEqual(self.written(), "loading\n[req_1] one\n[req_1] two\n")

    def test_a_line_is_written_whole_and_a_flush_writes_the_rest(self) -> None:
        """Lines of workers that share a file do not mix."""
        self.log.write("half")
        self.log.write(" and half\nrest")
        self.assertEqual(self.written(), "half and half\n")
        self.log.flush()
        self.assertEqual(self.written(), "rest\n")

    def test_text_that_is_no_unicode_does_not_fail_a_prediction(self) -> None:
        """A lone surrogate comes out of many a broken file name."""
        print("file \udcff", file=self.log)
        self.assertEqual(self.written(), "file ?\n")

    def test_a_log_that_cannot_be_written_does_not_fail_a_prediction(self) -> None:
        """A full disk is the operator's trouble, not the caller's."""
        print("lost", file=RequestLog(10_000))
