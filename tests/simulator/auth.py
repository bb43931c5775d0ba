"""Who may read what: bearer tokens, the session cookie, roles (gateway-api.md 2)."""

from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Final

from . import tokens
from .endpoints import POWER_LIMIT, POWER_MODE, path_of

COOKIE: Final = "sessionId"
_SESSION_LENGTH: Final = 600.0
DENIED: Final[dict[str, tuple[str, ...]]] = {"owner": ("/ivp/peb/devstatus", POWER_LIMIT, POWER_MODE)}
"""What a role may not read, unless a test says otherwise."""

type Denied = Mapping[str, Iterable[str]]


class Doorkeeper:
    """Checks credentials for one gateway; `denied` names for each role the paths it may not read."""

    def __init__(self, *, serial: str, denied: Denied | None = None) -> None:
        self._serial = serial
        self._denied = {role: {path_of(path) for path in paths} for role, paths in (denied or DENIED).items()}
        self._revoked: set[str] = set()
        self._sessions: dict[str, tuple[tokens.Claims, float]] = {}

    def revoke(self, token: str) -> None:
        """Take a token back before its time, and the sessions opened so far."""
        self._revoked.add(token)
        self._sessions.clear()

    def forget_sessions(self) -> None:
        """Forget all sessions, as a restart does."""
        self._sessions.clear()

    def deny(self, role: str, paths: Iterable[str]) -> None:
        """Set the paths that a role may not read."""
        self._denied[role] = {path_of(path) for path in paths}

    def bearer(self, header: str | None, now: float) -> tokens.Claims | None:
        """Return the claims of a bearer token that holds now."""
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or token in self._revoked or not (claims := tokens.verify(token)):
            return None
        return claims if claims.serial == self._serial and now < claims.expires else None

    def session(self, cookie: str | None, now: float) -> tokens.Claims | None:
        """Return the claims of a session that was used in the last ten minutes."""
        claims, used = self._sessions.get(cookie or "", (None, 0.0))
        if not cookie or not claims or now - used >= _SESSION_LENGTH:
            return None
        self._sessions[cookie] = (claims, now)
        return claims

    def open_session(self, claims: tokens.Claims, now: float) -> str:
        """Open a session and return its cookie's value."""
        cookie = token_hex(16)
        self._sessions[cookie] = (claims, now)
        return cookie

    def allows(self, claims: tokens.Claims, path: str) -> bool:
        """Tell whether this role may read this path."""
        return path not in self._denied.get(claims.role, ())
