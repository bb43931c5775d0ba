"""Another gateway: it answers from dictionaries, keeps what is written to it, and misbehaves when told to.

Nothing but its certificate comes from the simulator, so that what both take for granted is found out.
"""

import asyncio
from collections.abc import Callable
from functools import cache
import json
import time
from typing import Any, Final, Self
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
import jwt

from tests.simulator.certificates import self_signed, server_context

type Site = Callable[[float], dict[str, Any]]
"""What is answered a path, at so many seconds since the epoch."""

SERIAL: Final = "202412345678"
SESSION: Final = "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4"
_PAGES: Final = {401: "401 Authorization Required", 404: "404 Not Found", 502: "502 Bad Gateway", 503: "Busy"}
_WRITES: Final = {"/ivp/livedata/stream": {"sc_stream": "enabled"}}


@cache
def _signing_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class Double:
    """A gateway on a port of this machine.

    `edits` change the answer to a path; a text or bytes that an edit returns goes out as it is. `refused` maps a path
    to the status that it has instead; what is in `hanging` gets no answer, in `cut` half of one.
    """

    def __init__(self, site: Site, *, serial: str = SERIAL, role: str = "owner") -> None:
        self.site = site
        self.serial = serial
        self.edits: dict[str, Callable[[Any], Any]] = {}
        self.refused: dict[str, int] = {}
        self.hanging: set[str] = set()
        self.cut: set[str] = set()
        self.asked: list[str] = []
        self.written: list[tuple[str, str, Any]] = []
        self.handshakes = 0
        self._certificate = self_signed(f"envoy-{serial}")
        now = int(time.time())
        claims = {"aud": serial, "iss": "Entrez", "enphaseUser": role, "exp": now + 31_536_000, "iat": now}
        self.token = jwt.encode(
            {**claims, "jti": str(uuid4()), "username": "owner@example.org"}, _signing_key(), algorithm="ES256"
        )
        self._open: set[asyncio.StreamWriter] = set()
        self.passes_time: Callable[[], object] = lambda: None
        """Lets a second pass, while nothing else but waiting happens."""
        self._frozen: Any = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of its certificate."""
        return self._certificate.fingerprint

    @property
    def streams(self) -> bool:
        """Whether somebody has asked for live data."""
        return any(path == "/ivp/livedata/stream" for _, path, _ in self.written)

    async def __aenter__(self) -> Self:
        context = server_context(self._certificate)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.host = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hanging.clear()
        self._server.close()
        for writer in self._open:
            writer.transport.abort()

    def restart(self) -> None:
        """Forget what was counted."""
        self.asked.clear()
        self.handshakes = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.handshakes += 1
        self._open.add(writer)
        try:
            while await self._converse(reader, writer):
                pass
        except OSError, asyncio.IncompleteReadError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        sent = await reader.readexactly(int(headers.get("content-length", 0)))
        path = target.partition("?")[0]
        self.asked.append(path)
        while path in self.hanging and not reader.at_eof():
            self.passes_time()
            await asyncio.sleep(0)
        status, body = self._answer(method, path, headers, sent)
        lines = [f"HTTP/1.1 {status} {_PAGES.get(status, 'OK')}", "Server: openresty/1.17.8.1"]
        lines.append(f"Content-Length: {len(body)}")
        if path.startswith("/auth"):
            lines.append(f"Set-Cookie: sessionId={SESSION}; path=/; secure")
        if status != 200:
            lines.append("Content-Type: text/html")
        elif not path.startswith("/ivp"):
            lines.append(f"Content-Type: {'text/xml' if path == '/info' else 'application/json'}")
        if path in self.cut:
            body = body[: len(body) // 2]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        return path not in self.cut and headers.get("connection") != "close"

    def _answer(self, method: str, path: str, headers: dict[str, str], sent: bytes) -> tuple[int, bytes]:
        knows = headers.get("authorization") == f"Bearer {self.token}" or SESSION in headers.get("cookie", "")
        status = self.refused.get(path, 200)
        if status == 200 and path != "/info" and not knows:
            status = 401
        if status == 200 and path == "/auth/check_jwt":
            return 200, b"<!DOCTYPE html><h2>Valid token.</h2>\n"
        if status == 200 and method != "GET":
            self.written.append((method, path, json.loads(sent)))
            return 200, json.dumps(_WRITES.get(path, {})).encode()
        answers = self.site(time.time())
        if status == 200 and path not in answers:
            status = 404
        if status != 200:
            return status, f"<html><head><title>{_PAGES[status]}</title></head></html>\r\n".encode()
        body = answers[path]
        if path == "/ivp/livedata/status" and not self.streams:
            self._frozen = body = self._frozen or body
            body = body | {"connection": body["connection"] | {"sc_stream": "disabled"}}
        if path == "/info":
            body = body.format(serial=self.serial)
        if edit := self.edits.get(path):
            body = edit(body)
        return 200, body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
