"""A port of this machine that leads to a service of the gateway."""

from __future__ import annotations

import http.client
import http.server
import threading
from urllib.parse import urlsplit

from ...exceptions import WebserviceException

_open: "dict[int, _Door]" = {}
_lock = threading.Lock()
# What belongs to one connection and is not handed on.
_hops = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}


class _Door(http.server.ThreadingHTTPServer):
    daemon_threads = True
    target = ""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        assert isinstance(self.server, _Door)
        service = urlsplit(self.server.target)
        base = service.path.rpartition("/")[0]
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _hops}
        connection = http.client.HTTPConnection(service.hostname or "127.0.0.1", service.port, timeout=200)
        try:
            connection.request(self.command, base + self.path, body=body or None, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.send_error(502, f"the service does not answer: {type(error).__name__}")
            return
        finally:
            connection.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _hops and name.lower() not in ("date", "server"):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST
    do_OPTIONS = do_POST

    def log_message(self, format: str, *args: object) -> None:
        pass


def open_port(port: int, target: str) -> str:
    """Opens the port, once, for this machine alone; answers the scoring address there.

    Raises:
        WebserviceException: something else has it.
    """
    with _lock:
        door = _open.get(port)
        if door is None:
            try:
                door = _Door(("127.0.0.1", port), _Handler)
            except OSError as error:
                raise WebserviceException(f"The port {port} cannot be opened: {error.strerror}. Leave out port to have the service's own address.") from error
            threading.Thread(target=door.serve_forever, name=f"modelyard-port-{port}", daemon=True).start()
            _open[port] = door
        door.target = target
    return f"http://localhost:{port}/score"
