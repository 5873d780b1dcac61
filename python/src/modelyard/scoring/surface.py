"""Makes the names importable that scoring scripts of Azure ML's SDK v1 use.

``azureml.*`` and ``inference_schema`` are ours only where the real packages are absent. ``azureml_inference_server_http`` is always ours: it is what the
script says to the server it runs under, and that is this one.
"""

from __future__ import annotations

import os
import sys

_folder = os.path.join(os.path.dirname(__file__), "stand_ins")


def install() -> None:
    """Again and again is the same as once."""
    from ..azureml.finder import install as serve_names

    serve_names()
    server = os.path.join(_folder, "server")
    if server not in sys.path:
        sys.path.insert(0, server)
    schema = os.path.join(_folder, "schema")
    if schema not in sys.path:
        sys.path.append(schema)
