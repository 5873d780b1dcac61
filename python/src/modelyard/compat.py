"""``python -m modelyard.compat SCRIPT [ARG…]``: runs a script that imports ``azureml``, as ``python SCRIPT`` would."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import NoReturn, Sequence

from .azureml.finder import install

usage = "usage: python -m modelyard.compat SCRIPT [ARG…]\n       python -m modelyard.compat -m MODULE [ARG…]"


def run(arguments: Sequence[str]) -> None:
    """Runs a script in this process: its folder first on ``sys.path``, ``__name__ == "__main__"``, ``sys.argv`` its own."""
    install()
    if arguments[0] == "-m":
        _run_module(arguments[1:])
        return
    script = arguments[0]
    with open(script, "rb") as source:
        code = compile(source.read(), script, "exec")
    sys.argv[:] = list(arguments)
    sys.path[0] = os.path.dirname(os.path.realpath(script))
    main = ModuleType("__main__")
    main.__dict__.update(__file__=script, __builtins__=__builtins__, __spec__=None, __cached__=None)
    # What the script defines stays reachable as `__main__.X` until the process ends: pickles and exit handlers need it.
    sys.modules["__main__"] = main
    exec(code, main.__dict__)


def _run_module(arguments: Sequence[str]) -> None:
    import runpy

    sys.argv[:] = list(arguments)
    sys.path[0] = os.getcwd()
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _main(arguments: Sequence[str]) -> None:
    if not arguments or arguments[0] in ("-h", "--help") or arguments == ["-m"]:
        print(usage, file=sys.stderr if not arguments else sys.stdout)
        sys.exit(0 if arguments and arguments != ["-m"] else 2)
    if arguments[0] != "-m" and not os.path.isfile(arguments[0]):
        print(f"There is no script at {arguments[0]}.", file=sys.stderr)
        sys.exit(2)
    try:
        run(arguments)
    except SystemExit as error:
        if error.code not in (None, 0):
            sys.last_value = error
        raise
    except KeyboardInterrupt as error:
        sys.last_value = error
        raise
    except BaseException as error:
        _end_with(error)


def _end_with(error: BaseException) -> NoReturn:
    """The script's traceback without our own frames, and exit code 1."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    # As after any script: exit handlers see here that it failed, and end its runs so.
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
    sys.excepthook(type(error), error.with_traceback(trace), trace)
    sys.exit(1)


if __name__ == "__main__":
    _main(sys.argv[1:])
