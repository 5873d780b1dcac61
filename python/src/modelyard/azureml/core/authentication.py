"""``azureml.core.authentication``: every way to sign in leads to a token of ours, and none asks a question."""

from __future__ import annotations

import re
from typing import Any, Callable, Optional

from ...discovery import find_settings
from ..exceptions import AuthenticationException

_token_shape = re.compile(r"my[psrnel]_[0-9A-Za-z]{36}")


class AbstractAuthentication:
    """The base of the ways to sign in."""

    def _find_token(self) -> Optional[str]:
        return find_settings().token

    def get_token(self) -> str:
        """The token.

        Raises:
            AuthenticationException: none is there.
        """
        token = self._find_token()
        if not token:
            raise AuthenticationException("There is no token. Set MODELYARD_TOKEN, or start a server on this machine with `modelyard up`.")
        return token

    def get_authentication_header(self) -> dict[str, str]:
        """What a REST request carries: ``{"Authorization": "Bearer …"}``."""
        return {"Authorization": f"Bearer {self.get_token()}"}

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class InteractiveLoginAuthentication(AbstractAuthentication):
    """The token of this user: ``MODELYARD_TOKEN``, or that of the server of this machine."""

    def __init__(self, force: bool = False, tenant_id: Optional[str] = None, cloud: Optional[str] = None) -> None:
        self.tenant_id = tenant_id


class AzureCliAuthentication(AbstractAuthentication):
    """The same token as ``modelyard`` on the command line uses."""

    def __init__(self, cloud: Optional[str] = None) -> None:
        pass


class MsiAuthentication(AbstractAuthentication):
    """The token of the place where the code runs."""

    def __init__(self, identity_config: Any = None, cloud: Optional[str] = None) -> None:
        pass


class AzureMLTokenAuthentication(AbstractAuthentication):
    """The run's own token, inside a job."""


class ServicePrincipalAuthentication(AbstractAuthentication):
    """A service's token: the password when it is one of our tokens, else the one that is found."""

    def __init__(self, tenant_id: str, service_principal_id: str, service_principal_password: str, cloud: Optional[str] = None, _enable_caching: bool = True) -> None:
        self.tenant_id = tenant_id
        self.service_principal_id = service_principal_id
        self._password = service_principal_password

    def _find_token(self) -> Optional[str]:
        return self._password if _token_shape.fullmatch(self._password or "") else super()._find_token()


class TokenAuthentication(AbstractAuthentication):
    """A token that a function gives."""

    def __init__(self, get_token_for_audience: Callable[[Any], str], cloud: Optional[str] = None) -> None:
        self._get_token_for_audience = get_token_for_audience

    def _find_token(self) -> Optional[str]:
        return self._get_token_for_audience(None)
