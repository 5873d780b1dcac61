"""``azureml.pipeline.steps.module_step``."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from ..core.builder import PipelineStep
from ..core.graph import InputPortBinding
from ..core.module import Module, ModuleVersion
from ._script import ScriptStep


class ModuleStep(ScriptStep):
    """A published module as a step: its ports are bound to data by ``inputs_map`` and ``outputs_map``.

    Raises:
        ValueError: neither a module nor a version is given, or a port is not the module's.
    """

    def __init__(
        self,
        module: Optional[Module] = None,
        version: Optional[str] = None,
        module_version: Optional[ModuleVersion] = None,
        inputs_map: Optional[Mapping[str, Any]] = None,
        outputs_map: Optional[Mapping[str, Any]] = None,
        compute_target: Any = None,
        runconfig: Any = None,
        runconfig_pipeline_params: Optional[Mapping[str, Any]] = None,
        arguments: Optional[Sequence[Any]] = None,
        params: Optional[Mapping[str, Any]] = None,
        name: Optional[str] = None,
        _workflow_provider: Any = None,
    ) -> None:
        if module_version is None and module is None:
            raise ValueError("A ModuleStep needs a module or a module_version.")
        found = module_version if module_version is not None else module.module_version(version)  # type: ignore[union-attr]
        self._version_of_module = found
        self._ports = {**(inputs_map or {}), **(outputs_map or {})}
        declared = [*found._document["inputs"], *found._document["outputs"]]
        unknown = [port for port in self._ports if port not in declared]
        if unknown:
            raise ValueError(f"The module {found._module.name} has no port {', '.join(unknown)}; it has {', '.join(declared) or 'none'}.")
        inputs = [InputPortBinding(port, bind_object=data) for port, data in (inputs_map or {}).items()]
        PipelineStep.__init__(self, name or found._module.name, inputs, [*(outputs_map or {}).values()], arguments if arguments is not None else found._document["arguments"])
        self._set_up(compute_target=compute_target, runconfig=runconfig, runconfig_pipeline_params=runconfig_pipeline_params, params={**found.params, **(params or {})})

    def _describe(self, builder: Any) -> "dict[str, Any]":
        for port, data in self._ports.items():
            # The module's script knows its data by the names of its ports.
            builder.mention(port, data)
        self._prepare(builder)
        found = self._version_of_module
        document = self._finish(builder, builder.command_of([found.script_name, *self._arguments], ["python"]), None)
        return {**document, "code": builder.graph.stored_code(f"{found._module.id}-{found.version}", found._upload)}
