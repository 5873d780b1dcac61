"""``azureml.ai``: only ``monitoring`` is here."""
