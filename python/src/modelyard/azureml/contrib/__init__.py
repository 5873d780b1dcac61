"""``azureml.contrib``: only ``services`` is here."""
