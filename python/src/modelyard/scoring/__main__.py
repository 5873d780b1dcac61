"""The zygote: loads the model once, then forks workers that share what was loaded.

It talks with the gateway over file descriptor 3 in lines of JSON: it says ``ready`` (with the schema) or ``failed`` (with the traceback), is told to
``fork`` or, where forking is not safe, to ``become`` the worker itself, and says when a worker ``exited``. Each worker connects to the gateway's socket.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from typing import Any, Protocol

from . import output
from .answer_counter import AnswerCounter
from ..monitoring import writer
from .frames import FrameReader, Request, Result, requests_of, result_frame

class Model(Protocol):
    batches: bool

    def schema(self) -> "dict[str, Any]": ...

    def answer(self, requests: "list[Request]") -> "list[Result]": ...


def main() -> None:
    settings = json.loads(os.environ["MODELYARD_SCORING"])
    control = socket.socket(fileno=3)
    os.set_inheritable(3, False)
    output.install()
    # What is collected before a worker runs belongs to no request, and a thread here would forbid forking.
    writer.hold()
    try:
        model = load(settings)
    except BaseException as error:
        lines = traceback.format_exc()
        print(lines, flush=True)
        say(control, {"failed": lines[-20_000:], "message": f"{type(error).__name__}: {error}"})
        sys.exit(3)
    gc.collect()
    gc.freeze()
    say(control, {"ready": model.schema(), "batches": bool(model.batches), "forkable": is_forkable(), "head": bool(getattr(model, "wants_head", False))})
    serve_control(control, model, settings)


def load(settings: "dict[str, Any]") -> Model:
    """The scoring script where there is one, else the MLflow model."""
    if settings["script"] is not None:
        from .script_model import ScriptModel

        return ScriptModel(settings["code"], settings["script"])
    from .mlflow_model import MlflowModel

    return MlflowModel(settings["model"], settings["name"], settings["version"])


def is_forkable() -> bool:
    """Threads and CUDA contexts do not survive a fork."""
    torch = sys.modules.get("torch")
    cuda = torch is not None and getattr(torch, "cuda", None) is not None and torch.cuda.is_initialized()
    return threading.active_count() == 1 and not cuda


def say(control: socket.socket, message: "dict[str, Any]") -> None:
    control.sendall(json.dumps(message).encode() + b"\n")


def serve_control(control: socket.socket, model: Model, settings: "dict[str, Any]") -> None:
    """Forks on demand and buries the dead, until the gateway goes away; then everything of it goes."""
    workers: set[int] = set()
    rest = b""
    while True:
        readable, _, _ = select.select([control], [], [], 0.1)
        for pid, status in reap(workers):
            say(control, {"exited": pid, "status": status})
        if not readable:
            continue
        piece = control.recv(65_536)
        if not piece:
            break
        rest += piece
        *lines, rest = rest.split(b"\n")
        for line in lines:
            command = json.loads(line)
            if "become" in command:
                work(command["become"], model, settings)
                return
            pid = os.fork()
            if pid == 0:
                control.close()
                work(command["fork"], model, settings)
                os._exit(0)
            workers.add(pid)
            say(control, {"forked": command["fork"], "pid": pid})
    for pid in workers:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def reap(workers: "set[int]") -> "list[tuple[int, int]]":
    gone = []
    for pid in list(workers):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            workers.discard(pid)
            gone.append((pid, status))
    return gone


def work(worker: int, model: Model, settings: "dict[str, Any]") -> None:
    """Answers requests until the gateway closes the connection."""
    counters = settings.get("counters")
    counter = AnswerCounter(f"{counters}{worker}" if counters is not None else None)
    writer.start()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(settings["socket"])
    connection.sendall(json.dumps({"deployment": settings["deployment"], "worker": worker, "pid": os.getpid(), "secret": settings["secret"]}).encode() + b"\n")
    frames = FrameReader(connection)
    try:
        while (frame := frames.read()) is not None:
            results = model.answer(list(requests_of(frame)))
            answered = sum(1 for result in results if result.status < 400)
            # Before they go out: who is killed in between has counted one too many, which shows as lost, and never one too few.
            counter.add(answered)
            try:
                connection.sendall(result_frame(results))
            except OSError:
                counter.add(-answered)
                raise
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        writer.stop()


if __name__ == "__main__":
    main()
