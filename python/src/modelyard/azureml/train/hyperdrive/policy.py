"""``azureml.train.hyperdrive.policy``: ending runs early. Accepted; every run goes to its end here."""

from __future__ import annotations

from typing import Any

from ...connection import warn_ignored


class EarlyTerminationPolicy:
    """The base of the policies."""

    def __init__(self, *arguments: Any, evaluation_interval: int = 1, delay_evaluation: int = 0, **others: Any) -> None:
        if not isinstance(self, NoTerminationPolicy):
            warn_ignored(type(self).__name__, "no run of a sweep is ended early")


class BanditPolicy(EarlyTerminationPolicy):
    pass


class MedianStoppingPolicy(EarlyTerminationPolicy):
    pass


class TruncationSelectionPolicy(EarlyTerminationPolicy):
    pass


class NoTerminationPolicy(EarlyTerminationPolicy):
    pass
