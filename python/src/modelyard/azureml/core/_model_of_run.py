"""Registering a model from a run: which of its files are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional

from ..exceptions import ModelPathNotFoundException

if TYPE_CHECKING:
    from .model import Model
    from .run import Run

_model_like = (".pkl", ".joblib", ".onnx", ".pt", ".pth", ".h5", ".keras", ".pb", ".sav", ".model", ".bin", ".json.gz", ".cbm", ".ubj", ".safetensors", ".skops")


def register(
    run: "Run",
    name: str,
    path: Optional[str],
    tags: Optional[Mapping[str, Any]],
    properties: Optional[Mapping[str, Any]],
    description: Optional[str],
    datasets: Any,
    framework: tuple[Optional[str], Optional[str]],
    resources: Any,
) -> "Model":
    """Registers what :func:`chosen` finds; the bytes are on the server already."""
    from ._refusals import refused
    from .model import Model, details_tag

    place = chosen(run.get_file_names(), name, path)
    kept = details_tag(properties, *framework, resources, datasets)
    texts = {key: str(value) for key, value in (tags or {}).items()}
    with refused():
        version = run._workspace._own.models.register_from_run(name, run._data(), place, description=description or "", tags={**texts, **kept})
    return Model._of(run._workspace, version)


def chosen(names: list[str], model: str, path: Optional[str]) -> str:
    """The file or folder of a run that is the model.

    Raises:
        ModelPathNotFoundException: nothing fits; the text lists what there is.
    """
    wanted = (path if path is not None else model).strip("/").removeprefix("./")
    if _is_there(names, wanted):
        return wanted
    if path is None:
        likely = [name for name in names if name.endswith(_model_like)]
        if len(likely) == 1:
            return likely[0]
        if _is_there(names, "outputs"):
            return "outputs"
    files = ", ".join(names) or "none"
    asked = f"Could not locate the provided model_path {path}" if path is not None else f"There is no file called {model}, no single file that looks like a model, and no folder outputs"
    raise ModelPathNotFoundException(f"{asked} in the set of files uploaded to the run: {files}")


def _is_there(names: list[str], path: str) -> bool:
    return any(name == path or name.startswith(f"{path}/") for name in names)
