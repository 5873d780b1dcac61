"""``azureml.pipeline``: steps, graphs, published pipelines."""
