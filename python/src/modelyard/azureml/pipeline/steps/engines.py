"""Steps that other engines run. Importing them works; making one says which engine is not attached."""

from __future__ import annotations

from typing import Any


class _ForeignStep:
    """A step of an engine that a Modelyard server does not have."""

    _engine = ""
    _instead = "Run the work as a PythonScriptStep or CommandStep."

    def __init__(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} needs {self._engine}, and no such engine is attached to this Modelyard server. {self._instead}")


class DatabricksStep(_ForeignStep):
    """A notebook or script on a Databricks cluster."""

    _engine = "a Databricks workspace"

    # Scripts name these when they build the arguments.
    EXTRA_LIBRARIES: "tuple[str, ...]" = ()


class AzureBatchStep(_ForeignStep):
    """An executable on an Azure Batch pool."""

    _engine = "an Azure Batch account"


class AdlaStep(_ForeignStep):
    """A U-SQL script on Azure Data Lake Analytics."""

    _engine = "Azure Data Lake Analytics"


class KustoStep(_ForeignStep):
    """A query on a Kusto cluster."""

    _engine = "a Kusto cluster"


class SynapseSparkStep(_ForeignStep):
    """A script on a Synapse Spark pool."""

    _engine = "a Synapse Spark pool"


class DataTransferStep(_ForeignStep):
    """A copy by Azure Data Factory."""

    _engine = "Azure Data Factory"
    _instead = "Copy the files in a PythonScriptStep."


class AutoMLStep(_ForeignStep):
    """An automated search for a model."""

    _engine = "Azure's AutoML service"
    _instead = "Search in a script of your own with a PythonScriptStep."


class HyperDriveStep(_ForeignStep):
    """A search over hyperparameters inside a pipeline."""

    _engine = "a hyperparameter search inside a pipeline"
    _instead = "Search in a script of your own with a PythonScriptStep."


class MpiStep(_ForeignStep):
    """A script on several nodes that talk by MPI."""

    _engine = "an MPI launcher over several nodes"
    _instead = "Run the script on one node with a PythonScriptStep."


class EstimatorStep(_ForeignStep):
    """A script in the old form of an estimator."""

    _engine = "the estimator classes that Azure gave up in 2021"
    _instead = "Run the script with a PythonScriptStep and a RunConfiguration."


class RScriptStep(_ForeignStep):
    """An R script."""

    _engine = "an R environment"
    _instead = "Run Rscript with a CommandStep where R is installed."
