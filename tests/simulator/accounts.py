"""The cloud's customers, and what the cloud may do instead of serving them (gateway-api.md 1, 20)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_REJECTIONS_BEFORE_LOCK: Final = 3
_LOCK_LENGTH: Final = 86_400.0


class CloudBehaviour(StrEnum):
    """What the cloud does: the first group befalls every request, the second the sign-in, the third the token."""

    NORMAL = "normal"

    UNREACHABLE = "unreachable"
    """Each connection breaks before an answer."""
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    HTML_PAGE = "html_page"
    """A page for people, with status 200."""
    NOT_ACCEPTABLE = "not_acceptable"

    TOO_MANY_SESSIONS = "too_many_sessions"
    SIGN_IN_TEXT = "sign_in_text"
    """A plain text with status 200."""
    MFA_VARIANT = "mfa_variant"
    """The other way of asking for a code: `requires_mfa`, and no session."""

    TOKENS_REFUSED = "tokens_refused"
    """403 on POST /tokens; the other route works."""
    TOKENS_FORBIDDEN = "tokens_forbidden"
    """403 on both routes."""
    TOKENS_UNAVAILABLE = "tokens_unavailable"
    """503 on both routes."""
    TOKENS_AS_JSON = "tokens_as_json"
    """A good token within a JSON object on POST /tokens."""
    TOKENS_HTML = "tokens_html"
    NOT_A_TOKEN = "not_a_token"
    """200 with a text that is no token, on both routes."""
    EMPTY_TOKEN = "empty_token"
    OTHER_GATEWAY = "other_gateway"
    """A token for another gateway, on both routes."""
    EXPIRED_TOKEN = "expired_token"


@dataclass(slots=True, kw_only=True)
class Account:
    """A customer's account.

    `serials` are the gateways it may have tokens for (None: all). Three wrong passwords within a day lock it.
    """

    password: str
    role: str = "owner"
    mfa: bool = False
    blocked: bool = False
    serials: Collection[str] | None = None
    rejections: list[float] = field(default_factory=list)

    def locked(self, now: float) -> bool:
        """Tell whether too many wrong passwords have locked it."""
        return len([at for at in self.rejections if now - at < _LOCK_LENGTH]) >= _REJECTIONS_BEFORE_LOCK

    def owns(self, serial: str) -> bool:
        """Tell whether a gateway is this account's."""
        return self.serials is None or serial in self.serials
