"""Refusals of the server about models and services, under the name that scripts catch."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

from ...errors import ApiError, ModelyardError, NotAllowed, ServerUnreachable
from ..exceptions import AuthenticationException, WebserviceException


@contextmanager
def refused() -> Iterator[None]:
    """What the server refuses is a ``WebserviceException`` with its HTTP status; not being allowed to is an ``AuthenticationException``."""
    try:
        yield
    except NotAllowed as error:
        raise AuthenticationException(str(error), error) from error
    except ApiError as error:
        raise WebserviceException(str(error), error.status, inner_exception=error) from error
    except ServerUnreachable:
        raise
    except ModelyardError as error:
        raise WebserviceException(str(error), inner_exception=error) from error
