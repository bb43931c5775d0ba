"""The simulated cloud: signing in and minting tokens, with all the ways in which that goes wrong (gateway-api.md 1)."""

from collections.abc import Sequence
from email import message_from_bytes
import json
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Final, Protocol, override
from urllib.parse import parse_qs

from aiohttp import hdrs, web

from . import tokens
from .accounts import Account, CloudBehaviour
from .certificates import authority, issued_for_loopback, server_context
from .clock import Clock
from .reply import HTML, Json, Reply, json_reply
from .server import HttpsServer, Request, break_off, response_to

LOGIN: Final = "/login/login.json"
TOKENS: Final = "/tokens"
AUTH_TOKEN: Final = "/entrez-auth-token"
SESSION_COOKIE: Final = "_enlighten_4_session"
SERVER: Final = "nginx"
_JSON: Final = "application/json; charset=utf-8"
_TEXT: Final = "text/plain"
_OTHER_SERIAL: Final = "122999888777"
_WALL: Final = Reply(body=b"<!DOCTYPE html><html><body>Sign in to go on.</body></html>", content_type=HTML)
_INVALID: Final = json_reply({"message": "Invalid email or password."}, status=401, content_type=_JSON)
_SIGN_IN_FIRST: Final = json_reply({"message": "You need to sign in first"}, status=401, content_type=_JSON)
_FORBIDDEN: Final = json_reply({"message": "Forbidden"}, status=403, content_type=_JSON)


def _page(status: int) -> Reply:
    return Reply(body=_WALL.body, status=status, content_type=HTML)


def _message(message: Json) -> Reply:
    return json_reply(message, content_type=_JSON)


_EVERYWHERE: Final = {
    CloudBehaviour.TOO_MANY_REQUESTS: _page(429),
    CloudBehaviour.SERVER_ERROR: _page(503),
    CloudBehaviour.HTML_PAGE: _WALL,
    CloudBehaviour.NOT_ACCEPTABLE: _page(406),
}
_AT_SIGN_IN: Final = {
    CloudBehaviour.TOO_MANY_SESSIONS: _message({"message": "Too many active sessions.."}),
    CloudBehaviour.SIGN_IN_TEXT: Reply(body=b"Come back later", content_type=_TEXT),
    CloudBehaviour.MFA_VARIANT: _message({"success": True, "isBlocked": False, "requires_mfa": True}),
}
_INSTEAD_OF_TOKENS: Final = {
    CloudBehaviour.TOKENS_FORBIDDEN: _FORBIDDEN,
    CloudBehaviour.TOKENS_UNAVAILABLE: _page(503),
    CloudBehaviour.TOKENS_HTML: _WALL,
}


class TokenGateway(Protocol):
    """What the cloud knows of a gateway."""

    @property
    def serial(self) -> str:
        """Its serial number."""


class CloudSimulator(HttpsServer):
    """Both of the vendor's hosts on one port of 127.0.0.1, with a certificate that `ca_file` vouches for."""

    def __init__(self, *, clock: Clock | None = None, gateways: Sequence[TokenGateway] = (), port: int = 0) -> None:
        self.clock = clock or Clock()
        self.gateways = list(gateways)
        self.accounts: dict[str, Account] = {}
        self.behaviour = CloudBehaviour.NORMAL
        self._sessions: dict[str, str] = {}
        self._folder = TemporaryDirectory(prefix="simulated-cloud-")
        self.ca_file = Path(self._folder.name, "authority.pem")
        self.ca_file.write_bytes(authority().pem)
        super().__init__(context=server_context(issued_for_loopback()), port=port)

    @property
    def enlighten_url(self) -> str:
        """Where to sign in, and the second route to a token."""
        return f"https://{self.host}"

    @property
    def entrez_url(self) -> str:
        """Where tokens are minted."""
        return f"https://{self.host}"

    @property
    def sign_ins(self) -> list[Request]:
        """The attempts to sign in so far."""
        return [request for request in self.requests if request.path == LOGIN]

    @override
    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        self._folder.cleanup()

    @override
    def _now(self) -> float:
        return self.clock.now()

    @override
    def _turns_away(self) -> bool:
        return self.behaviour is CloudBehaviour.UNREACHABLE

    @override
    async def _answer(self, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        if self.behaviour is CloudBehaviour.UNREACHABLE:
            await break_off(request)
        reply = _EVERYWHERE.get(self.behaviour) or self._route(record)
        record.status = reply.status
        return response_to(reply, server=SERVER, chunked=False)

    def _route(self, record: Request) -> Reply:
        if record.method == hdrs.METH_POST and record.path == LOGIN:
            return _AT_SIGN_IN.get(self.behaviour) or self._sign_in(record)
        if record.method == hdrs.METH_POST and record.path == TOKENS:
            return self._post_tokens(record)
        if record.method == hdrs.METH_GET and record.path == AUTH_TOKEN:
            return self._get_auth_token(record)
        return _page(404)

    def _sign_in(self, record: Request) -> Reply:
        form = _form(record)
        username = form.get("user[email]", "")
        account = self.accounts.get(username)
        if account and (account.blocked or account.locked(record.at)):
            return _message({"success": False, "isBlocked": True})
        if account is None or form.get("user[password]") != account.password:
            if account:
                account.rejections.append(record.at)
            return _INVALID
        record.authorized = True
        account.rejections.clear()
        if account.mfa:
            answer = _message({"success": True, "isBlocked": False})
            return _with_cookie(answer, "login_otp_nonce", token_hex(16))
        session = token_hex(16)
        self._sessions[session] = username
        return _with_cookie(_message(_signed_in(session, account)), SESSION_COOKIE, session)

    def _post_tokens(self, record: Request) -> Reply:
        if self.behaviour is CloudBehaviour.TOKENS_REFUSED:
            return _FORBIDDEN
        asked = _object(record.body)
        if asked.get("username") != (username := self._sessions.get(asked.get("session_id", ""))):
            return _SIGN_IN_FIRST
        token = self._token(record, username, asked.get("serial_num", ""))
        if isinstance(token, Reply):
            return token
        if self.behaviour is CloudBehaviour.TOKENS_AS_JSON:
            return _message(_wrapped(token, record.at))
        return Reply(body=token.encode(), content_type=_TEXT)

    def _get_auth_token(self, record: Request) -> Reply:
        username = self._sessions.get(record.cookies.get(SESSION_COOKIE, ""))
        serial = parse_qs(record.query).get("serial_num", [""])[0]
        token = self._token(record, username, serial)
        return token if isinstance(token, Reply) else _message(_wrapped(token, record.at))

    def _token(self, record: Request, username: str | None, serial: str) -> str | Reply:
        """Return a token as the behaviour has it, or the reply that refuses one."""
        if username is None or (account := self.accounts.get(username)) is None:
            return _SIGN_IN_FIRST
        record.authorized = True
        if reply := _INSTEAD_OF_TOKENS.get(self.behaviour):
            return reply
        if self.behaviour is CloudBehaviour.NOT_A_TOKEN:
            return "Not enough segments"
        if self.behaviour is CloudBehaviour.EMPTY_TOKEN:
            return ""
        if not account.owns(serial) or serial not in {gateway.serial for gateway in self.gateways}:
            return _FORBIDDEN
        lifetime = tokens.LIFETIMES.get(account.role, tokens.YEAR)
        late = 2 * lifetime if self.behaviour is CloudBehaviour.EXPIRED_TOKEN else 0
        issued = int(record.at) - late
        named = _OTHER_SERIAL if self.behaviour is CloudBehaviour.OTHER_GATEWAY else serial
        claims = tokens.Claims(serial=named, role=account.role, issued=issued, expires=issued + lifetime)
        return tokens.mint(claims, username=username)


def _with_cookie(reply: Reply, name: str, value: str) -> Reply:
    return reply.with_headers({hdrs.SET_COOKIE: f"{name}={value}; Path=/; Secure; HttpOnly"})


def _signed_in(session: str, account: Account) -> Json:
    return {
        "message": "success",
        "session_id": session,
        "manager_token": f"{token_hex(12)}.{token_hex(12)}.{token_hex(12)}",
        "is_consumer": account.role == "owner",
        "system_id": "1234567",
        "redirect_url": "",
    }


def _wrapped(token: str, now: float) -> Json:
    claims = tokens.verify(token)
    return {"generation_time": int(now), "token": token, "expires_at": claims.expires if claims else 0}


def _form(record: Request) -> dict[str, str]:
    """Return the fields of a form, sent either way."""
    content_type = record.headers.get("content-type", "")
    if not content_type.startswith("multipart/"):
        return {name: values[0] for name, values in parse_qs(record.body.decode()).items()}
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + record.body)
    fields = {}
    for part in message.walk():
        if name := part.get_param("name", header="content-disposition"):
            fields[str(name)] = str(part.get_payload())
    return fields


def _object(body: bytes) -> dict[str, str]:
    """Return the texts of a JSON object; none of anything else."""
    try:
        payload: Json = json.loads(body)
    except ValueError:
        return {}
    pairs = payload.items() if isinstance(payload, dict) else ()
    return {key: value for key, value in pairs if isinstance(value, str)}
