"""Every way in which a table comes in as JSON."""

from __future__ import annotations

import json
import unittest
from typing import Any

from modelyard.scoring.failures import InputError
from modelyard.scoring.tables import Table, read_table, read_tensors


def read(document: Any) -> Table:
    return read_table(json.dumps(document).encode())


class Tables(unittest.TestCase):
    def test_every_shape_with_names_is_the_same_table(self) -> None:
        """A client of Azure ML, of MLflow and of TensorFlow Serving see one model."""
        records = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
        split = {"columns": ["a", "b"], "data": [[1, "x"], [2, "y"]]}
        columns = {"a": [1, 2], "b": ["x", "y"]}
        shapes: "list[Any]" = [
            records,
            {"data": records},
            {"inputs": records},
            {"instances": records},
            {"dataframe_records": records},
            {"data": columns},
            {"inputs": columns},
            {"input_data": split},
            {"dataframe_split": split},
            {"input_data": records},
            {"input_data": {**split, "index": [0, 1]}},
        ]
        for shape in shapes:
            with self.subTest(json.dumps(shape)):
                self.assertEqual(read(shape), Table(["a", "b"], [[1, "x"], [2, "y"]]))

    def test_rows_without_names_have_none(self) -> None:
        """The model's signature names them."""
        for shape in ([[1, 2], [3, 4]], {"data": [[1, 2], [3, 4]]}, {"input_data": [[1, 2], [3, 4]]}, {"dataframe_split": {"data": [[1, 2], [3, 4]]}}):
            self.assertEqual(read(shape), Table(None, [[1, 2], [3, 4]]))

    def test_a_list_of_values_is_a_column(self) -> None:
        """One value a row."""
        self.assertEqual(read({"inputs": [1, 2, 3]}), Table(None, [[1], [2], [3]]))
        self.assertEqual(read({"data": {"a": 1}}), Table(["a"], [[1]]))

    def test_no_rows_are_no_rows(self) -> None:
        """An empty list is a table, and nothing to complain about."""
        self.assertEqual(read({"data": []}), Table(None, []))
        self.assertEqual(read({"data": {"a": []}}), Table(["a"], []))

    def test_records_go_by_name_not_by_order(self) -> None:
        """JSON objects have no order."""
        self.assertEqual(read([{"a": 1, "b": 2}, {"b": 4, "a": 3}]), Table(["a", "b"], [[1, 2], [3, 4]]))

    def test_what_is_no_table_says_what_is_wrong(self) -> None:
        """As the caller's mistake, in words that name the part."""
        mistakes = {
            "object or a list": 5,
            "none of": {"rows": []},
            "`data` must be a list": {"data": "text"},
            "different lengths": {"data": {"a": [1, 2], "b": [1]}},
            "do not all have the columns": [{"a": 1}, {"b": 1}],
            "`dataframe_split` must have `data`": {"dataframe_split": {"columns": ["a"]}},
        }
        for words, document in mistakes.items():
            with self.subTest(words), self.assertRaisesRegex(InputError, words):
                read(document)
        with self.assertRaises(ValueError):
            read_table(b'{"data": ')


class Tensors(unittest.TestCase):
    def infer(self, *tensors: "dict[str, Any]") -> Table:
        return read_tensors(json.dumps({"id": "1", "inputs": tensors}).encode())[0]

    def test_one_matrix_flat_or_nested_is_a_table(self) -> None:
        """The protocol allows both ways to write the data."""
        expected = Table(None, [[1, 2], [3, 4], [5, 6]])
        for data in ([1, 2, 3, 4, 5, 6], [[1, 2], [3, 4], [5, 6]]):
            self.assertEqual(self.infer({"name": "x", "shape": [3, 2], "datatype": "FP64", "data": data}), expected)

    def test_one_tensor_a_column(self) -> None:
        """The way MLServer writes a data frame; the names come from the tensors."""
        columns = [{"name": name, "shape": [2], "datatype": "INT64", "data": data} for name, data in (("a", [1, 2]), ("b", [3, 4]))]
        self.assertEqual(self.infer(*columns), Table(["a", "b"], [[1, 3], [2, 4]]))

    def test_what_is_no_tensor_is_refused(self) -> None:
        """A shape that the data does not have, too."""
        with self.assertRaisesRegex(InputError, "5 values, not 3 × 2"):
            self.infer({"name": "x", "shape": [3, 2], "datatype": "FP64", "data": [1, 2, 3, 4, 5]})
        with self.assertRaisesRegex(InputError, "every tensor needs"):
            self.infer({"name": "x", "data": [1]})
        with self.assertRaisesRegex(InputError, "list of tensors"):
            self.infer()
