"""``azureml.data``: datasets, datastores' paths, and what runs write."""

from __future__ import annotations

from ..names import lazy_names

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "DataType": ".dataset_factory",
        "FileDataset": ".file_dataset",
        "OutputFileDatasetConfig": ".output_dataset_config",
        "TabularDataset": ".tabular_dataset",
    },
)
