"""A folder from which an image of models and scoring script can be built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Sequence

from ...trees import download_tree
from ..exceptions import WebserviceException
from . import _model_files as files
from ._inference_config import InferenceConfig
from ._refusals import refused

if TYPE_CHECKING:
    from .workspace import Workspace

_app = "/var/azureml-app"
# The server that answers in the container: Azure's own, which is free software and on PyPI. It takes the same scripts.
_server = "azureml-inference-server-http"

_dockerfile = """\
FROM python:3.11-slim
WORKDIR {app}
COPY requirements.txt {app}/
RUN pip install --no-cache-dir -r requirements.txt
COPY {models} {app}/{models}
COPY code {app}/code
ENV AML_APP_ROOT={app}/code \\
    AZUREML_MODEL_DIR={app}/{model_dir} \\
    AZUREML_ENTRY_SCRIPT={script}
WORKDIR {app}/code
EXPOSE 5001
CMD ["azmlinfsrv", "--entry_script", "{script}", "--port", "5001"]
"""


class ModelPackage:
    """Dockerfile, models, code and requirements; ``save`` writes them. ``docker build`` of the folder gives an image that answers at port 5001."""

    def __init__(self, workspace: "Workspace", models: "Sequence[Any]", config: Optional[InferenceConfig], generate_dockerfile: bool) -> None:
        if config is None:
            raise WebserviceException("package() needs an inference_config.")
        if not generate_dockerfile:
            raise WebserviceException("No images are built here: nothing of it needs Docker. Pass generate_dockerfile=True and save() the folder; `docker build` makes the image.")
        self.workspace, self.name, self.location = workspace, "package", None
        self._models = [model._version for model in models]
        with refused():
            self._code, self._script = config._upload(workspace._own)
        self._requirements = _requirements_of(config._environment())
        self.environment_variables: "dict[str, str]" = {}
        self.state, self.creation_state = "Succeeded", "Succeeded"

    def wait_for_creation(self, show_output: bool = False) -> None:
        """Nothing is built, so nothing is waited for."""
        if show_output:
            print("Package creation Succeeded")

    def save(self, output_directory: str) -> None:
        """Writes the folder."""
        root, own = Path(output_directory), self.workspace._own
        with refused():
            download_tree(own.connection, own.name, self._code, root / "code")
            for version in self._models:
                download_tree(own.connection, own.name, version.tree, root / files.folder_name / version.model / version.version)
        (root / files.folder_name).mkdir(parents=True, exist_ok=True)
        only = f"/{self._models[0].model}/{self._models[0].version}" if len(self._models) == 1 else ""
        words = {"app": _app, "models": files.folder_name, "model_dir": f"{files.folder_name}{only}", "script": self._script}
        (root / "Dockerfile").write_text(_dockerfile.format(**words), encoding="utf-8")
        (root / "requirements.txt").write_text("\n".join(self._requirements) + "\n", encoding="utf-8")
        config = {"models": {f"{version.model}": {version.version: {"id": f"{version.model}:{version.version}"}} for version in self._models}}
        (root / "model_config_map.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    def pull(self) -> None:
        raise WebserviceException("There is no image to pull; save() the folder and build it.")

    def get_logs(self, decode: bool = True, offset: int = 0) -> str:
        return "No image was built: the folder of save() is what there is.\n"

    def __repr__(self) -> str:
        return f"ModelPackage(models={[f'{version.model}:{version.version}' for version in self._models]}, script={self._script})"


def _requirements_of(environment: Any) -> "list[str]":
    """The script's pip packages, and the server's."""
    dependencies = getattr(getattr(environment, "python", None), "conda_dependencies", None)
    listed = [str(name) for name in getattr(dependencies, "pip_packages", None) or []]
    return [*listed, *([] if any(name.startswith(_server) or name.startswith("azureml-defaults") for name in listed) else [_server])]
