"""Between the surface and our own SDK: signing in, and errors under the names that scripts catch."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from ..connection import Connection
from ..discovery import Settings, find_settings
from ..errors import ApiError, InvalidInput, NotAllowed, NotFound
from .exceptions import AuthenticationException, ServiceException, UserErrorException


@contextmanager
def translated(not_found: Optional[Callable[[NotFound], Exception]] = None) -> Iterator[None]:
    """Errors of our SDK as the surface's.

    Being refused never looks like "not found", so that ``except ComputeTargetException`` creates nothing when somebody is not signed in. That no server
    answers stays :class:`modelyard.ServerUnreachable`.
    """
    try:
        yield
    except NotAllowed as error:
        raise AuthenticationException(str(error), error) from error
    except NotFound as error:
        raise (not_found(error) if not_found is not None else UserErrorException(str(error), error)) from error
    except InvalidInput as error:
        raise UserErrorException(str(error), error) from error
    except ApiError as error:
        raise ServiceException(str(error), error) from error


def connect(auth: Any = None, workspace: Optional[str] = None, url: Optional[str] = None) -> Connection:
    """A connection with the token of an authentication object, or the one that is found."""
    token = None if auth is None else auth._find_token()
    return Connection(find_settings(url, token, workspace))


def settings_of(auth: Any = None, workspace: Optional[str] = None) -> Settings:
    return connect(auth, workspace).settings


_told: set[str] = set()


def warn_ignored(what: str, why: str) -> None:
    """Says once per process that something is accepted and has no effect here."""
    text = f"{what}: {why}"
    if text not in _told:
        _told.add(text)
        warnings.warn(text, stacklevel=3)
