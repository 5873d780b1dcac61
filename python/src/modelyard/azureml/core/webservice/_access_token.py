"""The token for services that take one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class AksServiceAccessToken(NamedTuple):
    """A token, and until when to ask for another one."""

    access_token: str
    refresh_after: datetime
    token_type: str = "Bearer"
