"""``azureml.train``: trying out settings of a script."""
