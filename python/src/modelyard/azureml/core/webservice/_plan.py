"""A service's version as what is deployed, kept with the deployment so that it can be changed later."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional

import modelyard

from ....models import ModelVersion
from ...exceptions import WebserviceException
from .. import _model_files as files
from .._inference_config import InferenceConfig
from ._packages import specification, upload_packages

if TYPE_CHECKING:
    from ..workspace import Workspace

plain_name = "main"
_label = "azureml.service"
_hidden = "azureml."
# A tag holds 5,000 characters.
_piece = 4_900
_folder = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")


@dataclass(frozen=True)
class Plan:
    """Everything that makes one version of a service."""

    kind: str
    deployment: str
    models: "tuple[str, ...]" = ()
    model_tree: Optional[str] = None
    code: Optional[str] = None
    script: Optional[str] = None
    packages: Optional[str] = None
    variables: "Mapping[str, str]" = field(default_factory=dict)
    settings: "Mapping[str, Any]" = field(default_factory=dict)
    tags: "Mapping[str, str]" = field(default_factory=dict)
    properties: "Mapping[str, str]" = field(default_factory=dict)
    is_default: bool = False

    def document(self, workspace: "Workspace", service: str, traffic: Optional[int] = None) -> "tuple[dict[str, Any], dict[str, str]]":
        """The deployment's file, and the digests of the folders it names."""
        settings = self.settings
        document: "dict[str, Any]" = {
            "name": self.deployment,
            "environment_variables": {**self.variables, **self._own_variables(workspace.name, service)},
            "instance_count": settings.get("replicas", 1),
            "app_insights_enabled": settings.get("appInsights", False),
            "request_settings": self._request_settings(),
            "tags": {**self.tags, **self._record()},
        }
        trees: "dict[str, str]" = {}
        if self.script is not None and self.code is not None:
            trees["code"] = self.code
            document["code_configuration"] = {"code": "code", "scoring_script": self.script}
        if len(self.models) == 1:
            document["model"] = f"azureml:{self.models[0]}"
        elif self.model_tree is not None:
            trees["models"] = self.model_tree
            document["model"] = {"path": "models"}
        if self.packages is not None:
            trees[specification] = self.packages
            document["environment"] = {"conda_file": specification}
        if settings.get("collect"):
            document["data_collector"] = {"sampling_rate": 1, "format": "csv", **_labels(workspace)}
        if traffic is not None:
            document["traffic"] = traffic
        return document, trees

    def _request_settings(self) -> "dict[str, Any]":
        names = {"timeoutMs": "request_timeout_ms", "concurrency": "max_concurrent_requests_per_instance", "queueWaitMs": "max_queue_wait_ms"}
        return {name: self.settings[key] for key, name in names.items() if self.settings.get(key) is not None}

    def _own_variables(self, workspace: str, service: str) -> "dict[str, str]":
        """What a container of the original had in its environment."""
        return {
            "SERVICE_NAME": service,
            "WORKSPACE_NAME": workspace,
            "AZUREML_ENTRY_SCRIPT": self.script or "",
            "AML_MODEL_DC_STORAGE_ENABLED": "true" if self.settings.get("collect") else "false",
            "AML_APP_INSIGHTS_ENABLED": "true" if self.settings.get("appInsights") else "false",
        }

    def _record(self) -> "dict[str, str]":
        record = {
            "kind": self.kind,
            "models": list(self.models),
            "modelTree": self.model_tree,
            "code": self.code,
            "script": self.script,
            "packages": self.packages,
            "settings": dict(self.settings),
            "properties": dict(self.properties),
            "default": self.is_default,
        }
        text = json.dumps(record, separators=(",", ":"))
        return {f"{_label}.{number}": text[start : start + _piece] for number, start in enumerate(range(0, len(text), _piece))}

    def with_models(self, own: modelyard.Workspace, models: "Iterable[Any]") -> "Plan":
        """The same with other models."""
        versions: "list[ModelVersion]" = [model._version for model in models]
        for version in versions:
            if version.tree is None:
                raise WebserviceException(f"The model {version.model}:{version.version} has no files.")
        names = tuple(f"{version.model}:{version.version}" for version in versions)
        return replace(self, models=names, model_tree=files.combined(own, versions) if len(versions) > 1 else None)

    def with_script(self, own: modelyard.Workspace, config: InferenceConfig) -> "Plan":
        """The same with another scoring script, as its files are now."""
        config.validate_configuration()
        code, script = config._upload(own)
        variables = dict(getattr(config.environment, "environment_variables", None) or {})
        packages = upload_packages(own, config._packages())
        return replace(self, code=code, script=script, packages=packages, variables={name: str(value) for name, value in variables.items()})

    def with_settings(self, changes: "Mapping[str, Any]") -> "Plan":
        """The same with some settings changed; ``None`` leaves one as it is."""
        return replace(self, settings={**self.settings, **{name: value for name, value in changes.items() if value is not None}})


def read_plan(deployment: "Mapping[str, Any]") -> Plan:
    """The plan of a deployment; of one that was made another way, what can be known of it."""
    tags: "dict[str, str]" = deployment["tags"]
    pieces = sorted((name for name in tags if name.startswith(f"{_label}.")), key=lambda name: int(name.rpartition(".")[2]))
    record = json.loads("".join(tags[name] for name in pieces)) if pieces else {}
    model = deployment["model"]
    return Plan(
        kind=record.get("kind", ""),
        deployment=deployment["name"],
        models=tuple(record.get("models", [f"{model['name']}:{model['version']}"] if model else [])),
        model_tree=record.get("modelTree"),
        code=record.get("code"),
        script=record.get("script"),
        packages=record.get("packages"),
        variables=deployment["environmentVariables"],
        settings=record.get("settings", {"replicas": deployment["instanceCount"], "timeoutMs": deployment["requestTimeoutMs"]}),
        tags={name: value for name, value in tags.items() if not name.startswith(_hidden)},
        properties=record.get("properties", {}),
        is_default=bool(record.get("default")),
    )


def _labels(workspace: "Workspace") -> "dict[str, Any]":
    """The folders above the workspace's in the collected data, where they can be folders."""
    labels = {"subscription_id": workspace.subscription_id, "resource_group": workspace.resource_group}
    return {"azure": labels} if all(_folder.match(label) for label in labels.values()) else {}
