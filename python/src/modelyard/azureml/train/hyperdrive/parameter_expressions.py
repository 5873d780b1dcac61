"""``azureml.train.hyperdrive.parameter_expressions``: what values a setting may take."""

from __future__ import annotations

import math
import random
from typing import Any, Callable, Optional, Sequence


class Expression:
    """Values of one setting: a list to choose from, or a way to draw one."""

    def __init__(self, name: str, draw: Callable[[random.Random], Any], options: Optional[Sequence[Any]] = None) -> None:
        self.name = name
        self.draw = draw
        self.options = options

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.options))})" if self.options is not None else self.name


def choice(*options: Any) -> Expression:
    """One of these; a single list or range counts as its members."""
    chosen = list(options[0]) if len(options) == 1 and isinstance(options[0], (list, tuple, range)) else list(options)
    if not chosen:
        raise ValueError("choice() needs something to choose from.")
    return Expression("choice", lambda chance: chance.choice(chosen), chosen)


def randint(upper: int) -> Expression:
    """A whole number from 0 up to, not including, ``upper``."""
    return Expression("randint", lambda chance: chance.randrange(upper))


def uniform(min_value: float, max_value: float) -> Expression:
    return Expression("uniform", lambda chance: chance.uniform(min_value, max_value))


def quniform(min_value: float, max_value: float, q: float) -> Expression:
    return Expression("quniform", lambda chance: _stepped(chance.uniform(min_value, max_value), q))


def loguniform(min_value: float, max_value: float) -> Expression:
    """The logarithm is uniform between the two."""
    return Expression("loguniform", lambda chance: math.exp(chance.uniform(min_value, max_value)))


def qloguniform(min_value: float, max_value: float, q: float) -> Expression:
    return Expression("qloguniform", lambda chance: _stepped(math.exp(chance.uniform(min_value, max_value)), q))


def normal(mu: float, sigma: float) -> Expression:
    return Expression("normal", lambda chance: chance.gauss(mu, sigma))


def qnormal(mu: float, sigma: float, q: float) -> Expression:
    return Expression("qnormal", lambda chance: _stepped(chance.gauss(mu, sigma), q))


def lognormal(mu: float, sigma: float) -> Expression:
    return Expression("lognormal", lambda chance: math.exp(chance.gauss(mu, sigma)))


def qlognormal(mu: float, sigma: float, q: float) -> Expression:
    return Expression("qlognormal", lambda chance: _stepped(math.exp(chance.gauss(mu, sigma)), q))


def _stepped(value: float, q: float) -> float:
    return round(value / q) * q
