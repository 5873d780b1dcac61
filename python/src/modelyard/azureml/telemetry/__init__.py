"""``azureml.telemetry``: nothing is sent to anybody, so there is nothing to switch."""

from __future__ import annotations


def set_diagnostics_collection(send_diagnostics: bool = True, verbosity: int = 20) -> None:
    """Accepted; Modelyard collects no diagnostics."""
    if send_diagnostics:
        print("Modelyard sends no diagnostics.")
