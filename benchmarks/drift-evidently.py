"""Evidently's drift report of two Parquet files, as its documentation has it; prints how many columns drifted."""
import sys

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
result = Report([DataDriftPreset()]).run(reference_data=reference, current_data=current)
print(result.dict()["metrics"][0]["value"])
