"""``azureml.train.hyperdrive.sampling``: which settings are tried."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any, Iterator, Mapping, Optional

from ...connection import warn_ignored
from ...exceptions import UserErrorException
from .parameter_expressions import Expression


class RandomParameterSampling:
    """Settings drawn by chance; where only choices are left, none twice."""

    def __init__(self, parameter_space: Mapping[str, Expression], properties: Any = None, seed: Optional[int] = None) -> None:
        for name, expression in parameter_space.items():
            if not isinstance(expression, Expression):
                raise UserErrorException(f"The setting {name} needs an expression such as choice(1, 2) or uniform(0, 1), not {expression!r}.")
        self._space = dict(parameter_space)
        self._chance = random.Random(seed)

    def _draws(self, count: int) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        for _ in range(100 * count):
            drawn = {name: expression.draw(self._chance) for name, expression in self._space.items()}
            key = json.dumps(drawn, sort_keys=True, default=str)
            if key not in seen:
                seen.add(key)
                yield drawn
            if len(seen) == count:
                return


class GridParameterSampling(RandomParameterSampling):
    """Every combination of the choices."""

    def _draws(self, count: int) -> Iterator[dict[str, Any]]:
        for name, expression in self._space.items():
            if expression.options is None:
                raise UserErrorException(f"A grid takes choices only; {name} is {expression!r}.")
        combinations = itertools.product(*(expression.options or () for expression in self._space.values()))
        return itertools.islice((dict(zip(self._space, values)) for values in combinations), count)


class BayesianParameterSampling(RandomParameterSampling):
    """Accepted; settings are drawn by chance, since all runs are known when the sweep is submitted."""

    def __init__(self, parameter_space: Mapping[str, Expression], properties: Any = None, seed: Optional[int] = None) -> None:
        super().__init__(parameter_space, properties, seed)
        warn_ignored("BayesianParameterSampling", "settings are drawn by chance")
