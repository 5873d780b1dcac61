"""What a deployment is to be like, by target."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from ...connection import warn_ignored
from ...exceptions import WebserviceException

longest_timeout_ms = 180_000


class WebserviceDeploymentConfiguration:
    """Settings of a service that every target has."""

    _kind = ""

    def __init__(self, description: Optional[str], tags: Optional[Mapping[str, Any]], properties: Optional[Mapping[str, Any]], settings: "Mapping[str, Any]") -> None:
        self.description = description
        self.tags = dict(tags or {})
        self.properties = dict(properties or {})
        for name, value in settings.items():
            setattr(self, name, value)
        self._names = tuple(settings)
        self.validate_configuration()

    def validate_configuration(self) -> None:
        """Looks whether the settings go together.

        Raises:
            WebserviceException: every reason why not, in one.
        """
        wrong = self._mistakes()
        if wrong:
            raise WebserviceException("The deployment configuration is not valid:\n" + "\n".join(f"- {mistake}" for mistake in wrong))

    def print_deploy_configuration(self) -> None:
        """Prints the settings that were given."""
        given = {name: getattr(self, name) for name in ("description", "tags", "properties", *self._names)}
        for name, value in given.items():
            if value not in (None, {}):
                print(f"{name}: {value}")

    def _mistakes(self) -> "list[str]":
        return []

    def _auth_mode(self) -> str:
        """``key``, ``token`` or ``none``."""
        return "none"

    def _settings(self) -> "dict[str, Any]":
        """The effective settings, with the target's defaults."""
        return {}

    def __repr__(self) -> str:
        given = {name: getattr(self, name) for name in self._names if getattr(self, name) is not None}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def positive(mistakes: "list[str]", **values: Any) -> None:
    """Adds a mistake for each value that is given and not above zero."""
    for name, value in values.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0):
            mistakes.append(f"{name} must be a number above 0, not {value!r}")


def or_default(value: Any, default: Any) -> Any:
    return default if value is None else value


def warn_of(reason: str, **values: Any) -> None:
    """Says of each given value that it has no effect here."""
    for name, value in values.items():
        if value:
            warn_ignored(name, reason)
