"""``import modelyard.azureml.install`` makes ``azureml`` importable in this process, where the real packages are absent."""

from __future__ import annotations

from .finder import install

install()
