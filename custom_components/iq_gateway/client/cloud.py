"""Enphase's cloud, as far as it is needed: sign in and have a token made (gateway-api.md 1)."""

from asyncio import IncompleteReadError
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, StreamReader
import orjson

from .errors import (
    AccountBlocked,
    CloudUnreachable,
    InvalidCredentials,
    MfaRequired,
    TokenError,
    TokenNotIssued,
    TooManySessions,
)
from .token import AccessToken

ENLIGHTEN_URL: Final = "https://enlighten.enphaseenergy.com"
ENTREZ_URL: Final = "https://entrez.enphaseenergy.com"

# The cloud answers within a second or two on a good day; nobody waits in front of a form for longer than this.
_TIMEOUT: Final = ClientTimeout(total=30)
# The longest good answer, sign-in with its manager token, is below 2 kB; a page of HTML need not be read to its end.
_MAX_BODY: Final = 64 * 1024
# Some sets of headers get 406 (gateway-api.md 1.1); this is what a browser's script sends.
_ACCEPT: Final = "application/json, text/plain, */*"

_SECOND_FACTOR_COOKIE: Final = "login_otp_nonce"

_OK: Final = 200
_UNAUTHORIZED: Final = 401
_NOT_ACCEPTABLE: Final = 406
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of the cloud, whatever its content type claims."""

    status: int
    text: str = field(repr=False)
    cookies: dict[str, str] = field(repr=False)

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body; empty if there is none."""
        try:
            document = orjson.loads(self.text)
        except orjson.JSONDecodeError:
            return {}
        return document if isinstance(document, dict) else {}


@dataclass(frozen=True, slots=True)
class _SignIn:
    """What a successful sign-in gave."""

    session_id: str = field(repr=False)
    cookies: dict[str, str] = field(repr=False)


class EnphaseCloud:
    """Mints access tokens with an account's e-mail address and password.

    Each step is tried once: accounts get locked after a few failures, so when to try again is the caller's to decide.
    The session must check certificates; its cookies are not used.
    """

    def __init__(self, session: ClientSession, *, user_agent: str) -> None:
        self._session = session
        self._headers = {"User-Agent": user_agent, "Accept": _ACCEPT}

    async def mint_token(self, *, username: str, password: str, serial: str) -> AccessToken:
        """Sign in and have a token made for the gateway with this serial number.

        Raises:
            CloudUnreachable: the cloud did not answer, or not with what it should.
            InvalidCredentials: wrong e-mail address or password.
            MfaRequired: the account asks for a second factor.
            AccountBlocked: the account is blocked.
            TooManySessions: the account has too many sessions for now.
            TokenNotIssued: signed in, but no token for this gateway was to be had.
        """
        sign_in = await self._sign_in(username, password)
        try:
            return await self._token_from_entrez(sign_in, username, serial)
        except (CloudUnreachable, TokenNotIssued) as err:
            first = err
        try:
            return await self._token_from_enlighten(sign_in, serial)
        except TokenNotIssued:
            # That no token was made is only certain once both routes have refused one.
            raise first from None

    async def _sign_in(self, username: str, password: str) -> _SignIn:
        """Open a session; gateway-api.md 1.1 and 1.2 tell what the answers mean."""
        answer = await self._request(
            "POST",
            f"{ENLIGHTEN_URL}/login/login.json?",
            data={"user[email]": username, "user[password]": password},
        )
        document = answer.document
        if document.get("isBlocked") is True:
            raise AccountBlocked("The account is blocked")
        if answer.status == _UNAUTHORIZED:
            raise InvalidCredentials("The cloud does not accept the account's password")
        if answer.status == _OK and _asks_for_second_factor(answer):
            raise MfaRequired("The account asks for a second factor")
        session_id = document.get("session_id")
        # Only the session tells that we are in, neither the status nor the message.
        if answer.status != _OK or not isinstance(session_id, str) or not session_id:
            raise CloudUnreachable(f"Sign-in was answered with status {answer.status} and no session")
        return _SignIn(session_id, answer.cookies)

    async def _token_from_entrez(self, sign_in: _SignIn, username: str, serial: str) -> AccessToken:
        """POST /tokens (gateway-api.md 1.3): the token as text, at times as JSON."""
        answer = await self._request(
            "POST",
            f"{ENTREZ_URL}/tokens",
            json={"session_id": sign_in.session_id, "serial_num": serial, "username": username},
        )
        return _token_in(answer, serial)

    async def _token_from_enlighten(self, sign_in: _SignIn, serial: str) -> AccessToken:
        """GET /entrez-auth-token with the session's cookie (gateway-api.md 1.4): JSON."""
        answer = await self._request(
            "GET",
            f"{ENLIGHTEN_URL}/entrez-auth-token?{urlencode({'serial_num': serial})}",
            cookies=sign_in.cookies,
        )
        return _token_in(answer, serial)

    async def _request(
        self,
        method: str,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        json: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
    ) -> _Answer:
        """Send one request, once, and read a limited part of its answer."""
        try:
            async with self._session.request(
                method,
                url,
                data=data,
                json=json,
                cookies=cookies,
                headers=self._headers,
                allow_redirects=False,
                timeout=_TIMEOUT,
            ) as response:
                body = await _read(response.content)
                answer = _Answer(
                    response.status,
                    body.decode(errors="replace"),
                    {name: morsel.value for name, morsel in response.cookies.items()},
                )
        except (ClientError, TimeoutError) as err:
            # Not chained: some of aiohttp's errors carry the whole address, with the gateway's serial number in it.
            raise CloudUnreachable(f"The cloud did not answer ({type(err).__name__})") from None
        if "too many active sessions" in answer.text.lower():
            raise TooManySessions("The account has too many active sessions")
        return answer


async def _read(content: StreamReader) -> bytes:
    """Read a body, but no more of it than any good answer has."""
    try:
        return await content.readexactly(_MAX_BODY)
    except IncompleteReadError as err:
        return err.partial


def _asks_for_second_factor(answer: _Answer) -> bool:
    """Tell whether an answer has one of the shapes that ask for it (gateway-api.md 1.2).

    No further attempt is made after that, so that nothing else may pass for it: errors come with status 200, too.
    """
    document = answer.document
    if document.get("requires_mfa") is True:
        return True
    if document.get("session_id") or document.get("error"):
        return False
    return document.get("success") is True or _SECOND_FACTOR_COOKIE in answer.cookies


def _token_in(answer: _Answer, serial: str) -> AccessToken:
    """Take the token out of an answer, if it is one that this gateway takes now.

    Nobody has recorded what the cloud says for a gateway that is not the account's (gateway-api.md 1.3), so that
    everything counts as a refusal but the statuses that speak of trouble on the cloud's own side.
    """
    if answer.status in (_NOT_ACCEPTABLE, _TOO_MANY_REQUESTS) or answer.status >= _SERVER_ERROR:
        raise CloudUnreachable(f"The request for a token was answered with status {answer.status}")
    if answer.status != _OK:
        raise TokenNotIssued(f"The cloud refused a token with status {answer.status}")
    try:
        token = AccessToken.find(answer.text)
        token.check(serial=serial, now=datetime.now(UTC))
    except TokenError as err:
        raise TokenNotIssued("The cloud gave no valid token for this gateway") from err
    return token
