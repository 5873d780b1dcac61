"""``azureml.core.model``: registered models, and deploying them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Union

from ...models import ModelVersion
from ..exceptions import WebserviceException
from . import _model_files as files
from ._inference_config import InferenceConfig as InferenceConfig
from ._model_labels import Labels, details, details_tag, fits, hidden, texts, versions_of
from ._refusals import refused
from .resource_configuration import ResourceConfiguration

if TYPE_CHECKING:
    from .webservice import Webservice
    from .workspace import Workspace



class Model:
    """One version of a registered model: the newest one that fits.

    Raises:
        WebserviceException: nothing fits (``ModelNotFound``).
    """

    class Framework:
        """Names of what a model was made with."""

        CUSTOM = "Custom"
        SCIKITLEARN = "ScikitLearn"
        TENSORFLOW = "TensorFlow"
        ONNX = "Onnx"
        PYTORCH = "PyTorch"

    def __init__(self, workspace: "Workspace", name: Optional[str] = None, id: Optional[str] = None, tags: Labels = None, properties: Labels = None, version: "Union[int, str, None]" = None, run_id: Optional[str] = None, model_framework: Optional[str] = None, expand: bool = True, **kwargs: Any) -> None:
        if id is not None:
            name, _, numbered = id.rpartition(":")
            version = numbered
        if name is None and not any((tags, properties, run_id, model_framework)):
            raise WebserviceException("Model needs a name, an id, tags, properties or a run_id.")
        wanted = None if version is None else str(version)
        candidates = versions_of(workspace, name)
        for found in candidates:
            if (wanted is None or found.version == wanted) and fits(found, tags, properties, run_id, model_framework):
                self._take(workspace, found)
                return
        asked = f"{name}{'' if wanted is None else f':{wanted}'}" if name is not None else "that fits"
        raise WebserviceException(f"ModelNotFound: Model {asked} not found in workspace {workspace.name}.", 404)

    def _take(self, workspace: "Workspace", found: ModelVersion) -> None:
        self.workspace = workspace
        self._version = found
        document = found.to_dict()
        kept = json.loads(document["tags"].get(details, "{}"))
        self.name: str = found.model
        self.version: int = int(found.version)
        self.id = f"{self.name}:{self.version}"
        self.description: str = document["description"]
        self.tags: "dict[str, str]" = {key: value for key, value in document["tags"].items() if not key.startswith(hidden)}
        self.properties: "dict[str, str]" = dict(kept.get("properties", {}))
        self.model_framework: Optional[str] = kept.get("framework")
        self.model_framework_version: Optional[str] = kept.get("frameworkVersion")
        self.resource_configuration = ResourceConfiguration._read(kept.get("resources"))
        self.run_id: Optional[str] = document["lineage"]["runId"]
        self.created_by: str = document["createdBy"]
        self.created_time = datetime.fromisoformat(document["createdAt"].replace("Z", "+00:00"))
        self.mime_type = "application/x-python"
        self.unpack = False

    @classmethod
    def _of(cls, workspace: "Workspace", found: ModelVersion) -> "Model":
        model = cls.__new__(cls)
        model._take(workspace, found)
        return model

    @property
    def url(self) -> str:
        """What other files name it by."""
        return f"azureml:{self.id}"

    @property
    def run(self) -> Any:
        """The run that made it; ``None`` when it was registered from a file."""
        return None if self.run_id is None else self.workspace.get_run(self.run_id)

    @property
    def experiment_name(self) -> Optional[str]:
        return None if self.run_id is None else str(self.run.experiment.name)

    @staticmethod
    def register(
        workspace: "Workspace",
        model_path: str,
        model_name: str,
        tags: Optional[Mapping[str, Any]] = None,
        properties: Optional[Mapping[str, Any]] = None,
        description: Optional[str] = None,
        datasets: Any = None,
        model_framework: Optional[str] = None,
        model_framework_version: Optional[str] = None,
        child_paths: Optional[Iterable[str]] = None,
        sample_input_dataset: Any = None,
        sample_output_dataset: Any = None,
        resource_configuration: Optional[ResourceConfiguration] = None,
    ) -> "Model":
        """Registers a file or a folder as the next version of a model.

        Raises:
            WebserviceException: there is no such file, or the name is not valid.
        """
        kept = details_tag(properties, model_framework, model_framework_version, resource_configuration, datasets)
        own = workspace._own
        with refused():
            tree = files.upload(own, model_path, child_paths)
            print(f"Registering model {model_name}")
            found = own.models.register_tree(model_name, tree, description=description or "", tags={**texts(tags), **kept})
        return Model._of(workspace, found)

    @staticmethod
    def list(workspace: "Workspace", name: Optional[str] = None, tags: Labels = None, properties: Labels = None, run_id: Optional[str] = None, latest: bool = False, dataset_id: Optional[str] = None, expand: bool = True, page_count: int = 255, model_framework: Optional[str] = None) -> "list[Model]":
        """Versions that fit, newest first; with ``latest`` one of each name."""
        fitting = [found for found in versions_of(workspace, name) if fits(found, tags, properties, run_id, model_framework)]
        if dataset_id is not None:
            fitting = [found for found in fitting if any(dataset_id in (data["name"], f"{data['name']}:{data['version']}", data["digest"]) for data in found.to_dict()["lineage"]["data"])]
        if latest:
            newest: "dict[str, ModelVersion]" = {}
            for found in fitting:
                newest.setdefault(found.model, found)
            fitting = [*newest.values()]
        return [Model._of(workspace, found) for found in fitting]

    @staticmethod
    def get_model_path(model_name: str, version: Optional[int] = None, _workspace: "Optional[Workspace]" = None) -> str:
        """Where a script finds a model: below the scoring process's model folder, fetched into a job, or beside the script.

        Raises:
            ModelNotFoundException: it is nowhere.
        """
        with refused():
            return files.path_of(model_name, version, None if _workspace is None else _workspace._own)

    def download(self, target_dir: str = ".", exist_ok: bool = False, exists_ok: Optional[bool] = None) -> str:
        """Writes its files into a folder; returns the path of the file or folder that was registered."""
        if self._version.tree is None:
            raise WebserviceException(f"The model {self.id} has no files.")
        with refused():
            return files.download(self.workspace._own, self._version.tree, Path(target_dir), exist_ok or bool(exists_ok))

    def delete(self) -> None:
        """Deletes this version. What is deployed of it serves on."""
        with refused():
            self.workspace._own.models.delete_version(self.name, str(self.version))

    def update(self, tags: Optional[Mapping[str, Any]] = None, description: Optional[str] = None, sample_input_dataset: Any = None, sample_output_dataset: Any = None, resource_configuration: Optional[ResourceConfiguration] = None) -> None:
        """Replaces tags, description or resources."""
        own, number = self.workspace._own.models, str(self.version)
        with refused():
            if tags is not None:
                for key in set(self.tags) - set(tags):
                    own.delete_tag(self.name, number, key)
                for key, value in texts(tags).items():
                    own.set_tag(self.name, number, key, value)
            if description is not None:
                own.set_description(self.name, number, description)
            if resource_configuration is not None:
                kept = {**json.loads(self._version.to_dict()["tags"].get(details, "{}")), "resources": resource_configuration.serialize()}
                own.set_tag(self.name, number, details, json.dumps(kept))
            self._take(self.workspace, own.get(self.name, number))

    def add_tags(self, tags: Mapping[str, Any]) -> None:
        """Writes tags beside those that are there."""
        self.update(tags={**self.tags, **tags})

    def remove_tags(self, tags: Iterable[str]) -> None:
        gone = set(tags)
        self.update(tags={key: value for key, value in self.tags.items() if key not in gone})

    def add_properties(self, properties: Mapping[str, Any]) -> None:
        """Writes properties; one that is there stays as it is."""
        taken = [key for key in properties if key in self.properties]
        if taken:
            raise WebserviceException(f"Properties are not changed once they are there: {', '.join(taken)}.")
        kept = json.loads(self._version.to_dict()["tags"].get(details, "{}"))
        kept["properties"] = {**self.properties, **texts(properties)}
        with refused():
            self.workspace._own.models.set_tag(self.name, str(self.version), details, json.dumps(kept))
        self.properties = dict(kept["properties"])

    def update_tags_properties(self, add_tags: Optional[Mapping[str, Any]] = None, remove_tags: Optional[Iterable[str]] = None, add_properties: Optional[Mapping[str, Any]] = None) -> None:
        if add_tags:
            self.add_tags(add_tags)
        if remove_tags:
            self.remove_tags(remove_tags)
        if add_properties:
            self.add_properties(add_properties)

    @staticmethod
    def deploy(workspace: "Workspace", name: str, models: "Iterable[Model]", inference_config: Optional[InferenceConfig] = None, deployment_config: Any = None, deployment_target: Any = None, overwrite: bool = False, show_output: bool = False) -> "Webservice":
        """Deploys models as a web service; it comes up while this returns: see ``wait_for_deployment``.

        Raises:
            WebserviceException: the name is taken or not valid, or arguments do not go together.
        """
        from .webservice._deploying import deploy

        service = deploy(workspace, name, [*models], inference_config, deployment_config, deployment_target, overwrite)
        if show_output:
            service.wait_for_deployment(show_output=True)
        return service

    @staticmethod
    def package(workspace: "Workspace", models: "Iterable[Model]", inference_config: Optional[InferenceConfig] = None, generate_dockerfile: bool = False, image_name: Optional[str] = None, image_label: Optional[str] = None) -> Any:
        """What builds an image of models and scoring script: a folder with a Dockerfile. No image is built here."""
        from ._model_package import ModelPackage

        return ModelPackage(workspace, [*models], inference_config, generate_dockerfile)

    @staticmethod
    def profile(workspace: "Workspace", profile_name: str, models: "Iterable[Model]", inference_config: InferenceConfig, input_dataset: Any = None, cpu: Optional[float] = None, memory_in_gb: Optional[float] = None, description: Optional[str] = None, input_data: Any = None) -> Any:
        """Measures what models need: they are deployed for a moment and asked what ``input_dataset`` (a column of request bodies) holds."""
        from ._model_profile import measure

        return measure(workspace, profile_name, [*models], inference_config, input_data if input_data is not None else input_dataset)

    @staticmethod
    def print_configuration(models: "Iterable[Model]", inference_config: Optional[InferenceConfig], deployment_config: Any, deployment_target: Any = None) -> None:
        """Prints what would be deployed."""
        print(f"Models: {', '.join(model.id for model in models)}")
        if inference_config is not None:
            print(inference_config)
        if deployment_config is not None:
            deployment_config.print_deploy_configuration()

    def serialize(self) -> "dict[str, Any]":
        """The model as a dictionary."""
        return {
            "createdTime": self.created_time.isoformat(),
            "createdBy": self.created_by,
            "description": self.description,
            "id": self.id,
            "mimeType": self.mime_type,
            "name": self.name,
            "framework": self.model_framework,
            "frameworkVersion": self.model_framework_version,
            "tags": dict(self.tags),
            "properties": dict(self.properties),
            "unpack": self.unpack,
            "url": self.url,
            "version": self.version,
            "runId": self.run_id,
            "resourceConfiguration": None if self.resource_configuration is None else self.resource_configuration.serialize(),
        }

    def __repr__(self) -> str:
        return f"Model(workspace={self.workspace!r}, name={self.name}, id={self.id}, version={self.version}, tags={self.tags}, properties={self.properties})"
