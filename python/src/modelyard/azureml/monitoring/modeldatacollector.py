"""``azureml.monitoring.modeldatacollector``: the collector of the v1 SDK over ours."""

from __future__ import annotations

import os
import re
import sys
import warnings
from typing import Any, Optional, Sequence

from ...monitoring import collectors
from ...scoring.output import RequestLog

_designations = {"default": "general"}
_correlation = "$aml_dc_correlation_id"


class ModelDataCollector:
    """Keeps inputs, predictions and whatever else a scoring script hands it.

    Every row carries the id of its request, whatever the designation, so that inputs and predictions can be joined without anything further. Nothing here
    raises into a prediction: what cannot be kept is counted. A service that was deployed without ``collect_model_data=True`` keeps nothing.

    Args:
        model_name: the model's name, for the reader.
        designation: ``inputs``, ``predictions``, ``labels``, ``signals``, ``general`` or a name of your own; ``identifier`` is its older name.
        feature_names: names of the columns of data that has none.
    """

    def __init__(
        self,
        model_name: str,
        designation: str = "default",
        feature_names: Optional[Sequence[str]] = None,
        workspace: str = "default/default/default",
        webservice_name: str = "default",
        model_version: str = "default",
        collection_name: str = "default",
        *,
        identifier: Optional[str] = None,
    ) -> None:
        if identifier is not None:
            warnings.warn("ModelDataCollector: identifier is called designation since 2019; it is taken as that", DeprecationWarning, stacklevel=2)
            print("azureml.monitoring: identifier= is taken as designation=", file=sys.stderr)
            designation = identifier if designation == "default" else designation
        self.model_name, self.feature_names = model_name, feature_names
        self.designation = _name_of(_designations.get(designation, designation))
        self._collector = collectors.ModelDataCollector(model_name, self.designation, feature_names)

    def collect(self, input_data: Any, user_correlation_id: str = "") -> Any:
        """Takes rows: a list, an array or a table; a flat one is one row.

        Inputs come back as a table with the column ``$aml_dc_correlation_id`` behind them where pandas is there, for :meth:`add_correlations`; what is not
        kept comes back as ``None``.
        """
        if not _is_on():
            return None
        kept = self._collector.collect(input_data, user_correlation_id or None)
        if os.environ.get("AML_MODEL_DC_DEBUG", "").lower() == "true":
            print(f"{self.model_name}/{self.designation}: {input_data}", file=sys.stderr)
        if not kept or self.designation != "inputs":
            return None
        return _correlated(input_data, self.feature_names, user_correlation_id)

    def add_correlations(self, input_data: Any, correlations: Any) -> Any:
        """The rows with the correlation ids of their inputs beside them."""
        pandas = sys.modules.get("pandas")
        if pandas is None or not hasattr(correlations, "columns"):
            return input_data
        frame = pandas.DataFrame(input_data)
        frame[_correlation] = list(correlations[_correlation])[: len(frame)]
        return frame


def _is_on() -> bool:
    return os.environ.get("AML_MODEL_DC_STORAGE_ENABLED", "true").lower() != "false"


def _name_of(designation: str) -> str:
    """A designation as the name of a collection: small letters, digits, ``-`` and ``_``."""
    name = re.sub(r"[^a-z0-9_-]+", "-", str(designation).lower()).strip("-_")[:63]
    return name or "general"


def _correlated(data: Any, names: "Optional[Sequence[str]]", own_id: str) -> Any:
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    try:
        rows = data if hasattr(data, "columns") or getattr(data, "ndim", 0) > 1 or (isinstance(data, list) and data and isinstance(data[0], (list, dict))) else [list(data)]
        frame = pandas.DataFrame(rows)
        if names is not None and not hasattr(data, "columns") and len(names) == len(frame.columns):
            frame.columns = list(names)
        frame[_correlation] = own_id or RequestLog.current_request
        return frame
    except Exception:  # what comes back must not fail a prediction
        return None
