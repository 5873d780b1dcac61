"""``azureml.train.hyperdrive``: the same script with many settings, and the best of its runs."""

from __future__ import annotations

from ...names import lazy_names

_expressions = ("choice", "loguniform", "lognormal", "normal", "qlognormal", "qloguniform", "qnormal", "quniform", "randint", "uniform")
_policies = ("BanditPolicy", "MedianStoppingPolicy", "NoTerminationPolicy", "TruncationSelectionPolicy")
_samplings = ("BayesianParameterSampling", "GridParameterSampling", "RandomParameterSampling")

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        **{name: ".parameter_expressions" for name in _expressions},
        **{name: ".policy" for name in _policies},
        **{name: ".sampling" for name in _samplings},
        "HyperDriveConfig": ".runconfig",
        "HyperDriveRun": ".run",
        "PrimaryMetricGoal": ".run",
    },
)
