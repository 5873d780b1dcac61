"""``azureml.core``: workspaces, experiments, runs and what they work with."""

from __future__ import annotations

from ..names import lazy_names

# The last version of the original; scripts print it.
VERSION = "1.60.0"
__version__ = VERSION

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "ComputeTarget": ".compute",
        "CondaDependencies": ".conda_dependencies",
        "Dataset": ".dataset",
        "Datastore": ".datastore",
        "Environment": ".environment",
        "Experiment": ".experiment",
        "Image": ".image",
        "Model": ".model",
        "Run": ".run",
        "RunConfiguration": ".runconfig",
        "ScriptRunConfig": ".script_run_config",
        "Webservice": ".webservice",
        "Workspace": ".workspace",
    },
)
