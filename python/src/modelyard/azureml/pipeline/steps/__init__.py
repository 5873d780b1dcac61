"""``azureml.pipeline.steps``: what a pipeline is made of."""

from __future__ import annotations

from ...names import lazy_names

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "AdlaStep": ".engines",
        "AutoMLStep": ".engines",
        "AzureBatchStep": ".engines",
        "CommandStep": ".command_step",
        "DataTransferStep": ".engines",
        "DatabricksStep": ".engines",
        "EstimatorStep": ".engines",
        "HyperDriveStep": ".engines",
        "KustoStep": ".engines",
        "ModuleStep": ".module_step",
        "MpiStep": ".engines",
        "ParallelRunConfig": ".parallel_run_step",
        "ParallelRunStep": ".parallel_run_step",
        "PythonScriptStep": ".python_script_step",
        "RScriptStep": ".engines",
        "SynapseSparkStep": ".engines",
    },
)
