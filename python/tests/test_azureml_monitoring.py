"""The v1 SDK's collector over ours: both names of its argument, what it answers, and that it never fails a prediction."""

from __future__ import annotations

import io
import os
import warnings
from contextlib import redirect_stderr
from typing import Any
from unittest import mock

import numpy
import pandas
from modelyard.azureml.monitoring.modeldatacollector import ModelDataCollector
from modelyard.monitoring import writer
from modelyard.scoring.output import RequestLog
from support import FolderCase


class Collecting(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.kept: "list[writer.Rows]" = []
        patched = mock.patch.object(writer, "put", lambda rows: self.kept.append(rows) or True)
        patched.start()
        self.addCleanup(patched.stop)
        RequestLog.current_request = "req_7"
        self.addCleanup(RequestLog.end)

    def documents(self) -> "list[Any]":
        return [(rows.label, rows.request_id, rows.document()) for rows in self.kept]

    def test_identifier_is_designation_and_is_warned_about(self) -> None:
        """Trap T3: the article's own argument."""
        with warnings.catch_warnings(record=True) as told, redirect_stderr(io.StringIO()) as printed:
            warnings.simplefilter("always")
            old = ModelDataCollector("best_model", identifier="inputs", feature_names=["a", "b"])
        self.assertEqual((len(told), "identifier" in printed.getvalue(), old.designation), (1, True, "inputs"))
        old.collect(numpy.array([[1.0, 2.0]]))
        ModelDataCollector("best_model", designation="predictions", feature_names=["p"]).collect([3])
        ModelDataCollector("best_model").collect({"note": "x"})
        self.assertEqual(
            self.documents(),
            [
                ("inputs", "req_7", {"dataframe_split": {"columns": ["a", "b"], "data": [[1.0, 2.0]]}}),
                ("predictions", "req_7", {"dataframe_split": {"columns": ["p"], "data": [[3]]}}),
                ("general", "req_7", {"dataframe_split": {"columns": ["note"], "data": [["x"]]}}),
            ],
        )

    def test_inputs_come_back_with_the_request_and_predictions_take_it_on(self) -> None:
        inputs = ModelDataCollector("m", "inputs", ["a"])
        back = inputs.collect([[1], [2]])
        self.assertEqual(back.to_dict("list"), {"a": [1, 2], "$aml_dc_correlation_id": ["req_7", "req_7"]})
        predictions = ModelDataCollector("m", "predictions", ["p"])
        joined = predictions.add_correlations(pandas.DataFrame({"p": [5, 6]}), back)
        self.assertEqual(joined["$aml_dc_correlation_id"].tolist(), ["req_7", "req_7"])
        self.assertIsNone(predictions.collect(joined))

    def test_switched_off_or_not_understood_nothing_happens(self) -> None:
        """A service without collect_model_data, and data of a kind that is not understood: no rows, no exception."""
        collector = ModelDataCollector("m", "inputs")
        with mock.patch.dict(os.environ, {"AML_MODEL_DC_STORAGE_ENABLED": "false"}):
            self.assertIsNone(collector.collect([1]))
        with redirect_stderr(io.StringIO()):
            self.assertIsNone(collector.collect(object()))
        self.assertEqual(self.kept, [])
