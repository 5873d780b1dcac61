"""Builds one environment: a virtual environment with what a specification asks for, on top of the Python that runs this file.

``python environment.py FOLDER SPECIFICATION [--report-fd N] [-- ARGUMENT …]``

FOLDER is ``…/environments/<digest>``; SPECIFICATION is JSON: ``{"digest": …, "requirements": […]}``. Whoever comes first builds, the others wait: the
kernel holds the lock, so a builder that is killed leaves none behind. ``environment.json`` is written last; a folder without it is no environment and
is built anew. With arguments this process becomes the environment's ``python ARGUMENT …``.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import time
import venv
from collections import deque
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Optional

kept_lines = 20
# What would send the installation somewhere else, or make it read another Python's packages.
unwanted = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIREMENT", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV")


class BuildFailed(Exception):
    """The packages could not be installed; ``tail`` are the installer's last lines."""

    def __init__(self, message: str, tail: "list[str]") -> None:
        super().__init__(message)
        self.tail = tail


def main(arguments: "list[str]") -> int:
    own, after = _split(arguments)
    folder, specification = Path(own[0]), json.loads(own[1])
    report_fd = int(own[own.index("--report-fd") + 1]) if "--report-fd" in own else None
    try:
        ensure(folder, specification)
    except BuildFailed as error:
        _report(report_fd, {"message": str(error), "failed": "\n".join([*error.tail, str(error)])})
        return 1
    if after:
        os.execv(str(folder / "bin" / "python"), [str(folder / "bin" / "python"), *after])
    return 0


def ensure(folder: Path, specification: "dict[str, Any]") -> None:
    """Builds the environment unless it is there; another builder's work is waited for."""
    if _is_complete(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say(f"Environment {folder.name[:12]}: another step builds it; waiting.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_complete(folder):
            return
        try:
            _build(folder, specification, lock.fileno())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _build(folder: Path, specification: "dict[str, Any]", lock: int) -> None:
    begun = time.monotonic()
    requirements = list(specification["requirements"])
    shutil.rmtree(folder, ignore_errors=True)
    _say(f"Environment {folder.name[:12]}: building on Python {sys.version.split()[0]} with {len(requirements)} requirements.")
    try:
        venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
        _layer(folder)
        if requirements:
            asked = folder / "requirements.txt"
            asked.write_text("\n".join(requirements) + "\n", encoding="utf-8")
            _install(folder, asked, lock)
    except OSError as error:
        raise BuildFailed(f"The environment could not be written: {error}", []) from error
    seconds = round(time.monotonic() - begun, 3)
    record = {
        "digest": specification["digest"],
        "python": sys.version.split()[0],
        "requirements": requirements,
        "packages": _packages([_site_of(folder)]),
        "basePackages": _packages(_base_folders()),
        "installer": "uv" if shutil.which("uv") else "pip",
        "seconds": seconds,
        "builtAt": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
    }
    temporary = folder / "environment.json.new"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(record, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / "environment.json")
    _say(f"Environment {folder.name[:12]}: {len(record['packages'])} packages installed in {seconds:.1f} s.")


def _layer(folder: Path) -> None:
    """The packages of the Python below stay importable, after the environment's own: logging works in every environment."""
    lines = [f"import site; site.addsitedir({below!r})" for below in _base_folders()]
    (_site_of(folder) / "modelyard-base.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _install(folder: Path, asked: Path, lock: int) -> None:
    python = str(folder / "bin" / "python")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    uv = shutil.which("uv")
    if uv is not None:
        _run([uv, "pip", "install", "--python", python, *_registry_of_pip(environment), "-r", str(asked)], environment, lock)
        return
    if subprocess.run([python, "-c", "import pip"], env=environment, capture_output=True, check=False).returncode != 0:
        _run([python, "-m", "ensurepip", "--upgrade"], environment, lock)
    _run([python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "-r", str(asked)], environment, lock)


def _registry_of_pip(environment: "dict[str, str]") -> "list[str]":
    """The index that this machine's pip is set to: uv does not read pip's settings."""
    if any(name in environment for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX")):
        return []
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], env=environment, capture_output=True, text=True, check=False)
    options: "list[str]" = []
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2]
        if key in ("index-url", "extra-index-url", "find-links"):
            for part in value.strip("'\"").split():
                options += [f"--{key}", part]
        if key == "cert":
            environment.setdefault("SSL_CERT_FILE", value.strip("'\""))
    return options


def _run(command: "list[str]", environment: "dict[str, str]", lock: int) -> None:
    tail: "deque[str]" = deque(maxlen=kept_lines)
    problem: "list[str]" = []
    # The installer holds the lock too: when only this process is killed, nobody builds beside an installer that goes on.
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", pass_fds=(lock,))
    assert process.stdout is not None
    for line in process.stdout:
        # Of the packages below only those that this environment replaces or asks for are of interest.
        if not line.startswith("Requirement already satisfied"):
            sys.stdout.write(line)
            sys.stdout.flush()
        tail.append(line.rstrip()[:500])
        # The installers say what is wrong last: from the line that begins it to the end.
        if line.lower().lstrip(" ×x").startswith(("error:", "no solution found")):
            problem = []
        elif not problem:
            continue
        problem.append(line.strip())
    if process.wait() == 0:
        return
    why = " ".join(problem)[:1500] if problem else f"the installer ended with exit code {process.returncode}"
    raise BuildFailed(f"The environment could not be built: {why}", list(tail))


def _packages(folders: "list[Path] | list[str]") -> "list[str]":
    found = {}
    for distribution in distributions(path=[str(folder) for folder in folders]):
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(name.lower().replace("_", "-"), f"{name}=={distribution.version}")
    return [found[name] for name in sorted(found)]


def _site_of(folder: Path) -> Path:
    variables = {"base": str(folder), "platbase": str(folder), "installed_base": str(folder), "installed_platbase": str(folder)}
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"
    return Path(sysconfig.get_path("purelib", scheme, variables))


def _base_folders() -> "list[str]":
    folders = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    return [folder for folder in folders if os.path.isdir(folder)]


def _is_complete(folder: Path) -> bool:
    return (folder / "environment.json").is_file()


def _split(arguments: "list[str]") -> "tuple[list[str], list[str]]":
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def _report(descriptor: Optional[int], document: "dict[str, str]") -> None:
    _say(document["message"])
    if descriptor is not None:
        os.write(descriptor, (json.dumps(document) + "\n").encode())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
