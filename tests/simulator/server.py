"""An HTTPS server on this machine that counts, records, and can be taken away at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import socket
from ssl import SSLContext
from typing import Never, Self, override

from aiohttp import hdrs, web
from aiohttp.web_protocol import RequestHandler

from .reply import Reply

LOOPBACK = "127.0.0.1"
_KEEP_ALIVE = 75.0
_BACKLOG = 128


@dataclass(slots=True, kw_only=True)
class Request:
    """A request as the server saw it.

    `status` is 0 as long as (or because) no answer went out. `authorized`: it carried a valid credential. `connection`
    counts connections from 1, `at` is the clock's time, header names are in lower case.
    """

    method: str
    path: str
    connection: int
    at: float
    headers: dict[str, str]
    query: str = ""
    body: bytes = b""
    authorized: bool = False
    status: int = 0

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies it carried."""
        pairs = (pair.strip().partition("=") for pair in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


class _Connections(web.Server):
    """aiohttp's server, with its connections numbered; they come into being when TLS has been agreed on."""

    def __init__(
        self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], *, turn_away: Callable[[], bool]
    ) -> None:
        super().__init__(handler, handler_cancellation=True, keepalive_timeout=_KEEP_ALIVE, access_log=None)
        self._turn_away = turn_away
        self.handshakes = 0
        self.numbers: dict[RequestHandler, int] = {}
        self.served: Counter[int] = Counter()

    @override
    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if self._turn_away():
            transport.abort()
            return
        self.handshakes += 1
        self.numbers[handler] = self.handshakes

    @override
    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        self.numbers.pop(handler, None)

    def break_off(self) -> None:
        """Break off all connections."""
        for connection in self.connections:
            if connection.transport:
                connection.transport.abort()


class HttpsServer:
    """The common half of the simulated gateway and cloud: a port of 127.0.0.1, requests and their record.

    A subclass answers in `_answer`. The port stays the same over `stop` and `start`. Without a context it is
    plain HTTP.
    """

    def __init__(self, *, context: SSLContext | None, port: int = 0) -> None:
        self.port = port
        self.requests: list[Request] = []
        self.most_at_a_time = 0
        """The highest number of requests that were ever in flight."""
        self.closes_after: int | None = None
        """The requests after which it closes a connection."""
        self._in_flight = 0
        self._context = context
        self._server: _Connections | None = None
        self._opening: asyncio.Task[asyncio.Server] | None = None
        self._handshakes_before = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def host(self) -> str:
        """The address to reach it at, with the port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def handshakes(self) -> int:
        """TLS handshakes completed so far."""
        return self._handshakes_before + (self._server.handshakes if self._server else 0)

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._server.numbers) if self._server else 0

    async def start(self) -> None:
        """Listen; on the port of the last time, if there was one."""
        if self._server:
            return
        self._server = _Connections(self._handle, turn_away=self._turns_away)
        self.open_port()
        await self._listening()

    async def stop(self) -> None:
        """Refuse new connections, break off those there are, and wait until nothing of them is left."""
        await self._listening()
        self.close_port()
        server, self._server = self._server, None
        if not server:
            return
        self._handshakes_before += server.handshakes
        server.break_off()
        while server.connections:  # noqa: ASYNC110 (aiohttp has no event for it, and the end is a few loop rounds away)
            await asyncio.sleep(0)

    def open_port(self) -> None:
        """Accept connections: from now on the machine queues them, soon after the server takes them up."""
        if self._opening or not self._server:
            return
        listening = socket.create_server((LOOPBACK, self.port), backlog=_BACKLOG)
        self.port = listening.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._opening = loop.create_task(loop.create_server(self._server, sock=listening, ssl=self._context))

    def close_port(self) -> None:
        """Refuse new connections and break off those there are."""
        if opening := self._opening:
            self._opening = None
            opening.add_done_callback(lambda task: task.result().close())
        self.drop_connections()

    async def _listening(self) -> None:
        if self._opening:
            await self._opening

    def drop_connections(self) -> None:
        """Break off the connections there are; new ones are welcome."""
        if self._server:
            self._server.break_off()

    def _turns_away(self) -> bool:
        """Tell whether a new connection is broken off at once."""
        return False

    def _now(self) -> float:
        raise NotImplementedError

    async def _answer(self, request: web.BaseRequest, record: Request) -> web.StreamResponse:
        raise NotImplementedError

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        server = self._server
        record = Request(
            method=request.method,
            path=request.path,
            connection=server.numbers.get(request.protocol, 0) if server else 0,
            at=self._now(),
            headers={name.lower(): value for name, value in request.headers.items()},
            query=request.query_string,
            body=await request.read(),
        )
        self.requests.append(record)
        self._in_flight += 1
        self.most_at_a_time = max(self.most_at_a_time, self._in_flight)
        try:
            response = await self._answer(request, record)
        finally:
            self._in_flight -= 1
        if server and self.closes_after:
            server.served[record.connection] += 1
            if server.served[record.connection] >= self.closes_after:
                response.force_close()
        return response


class BareResponse(web.Response):
    """A response that carries a content type only if it was given one."""

    @override
    async def _prepare_headers(self) -> None:
        given = hdrs.CONTENT_TYPE in self.headers
        await super()._prepare_headers()
        if not given:
            self.headers.popall(hdrs.CONTENT_TYPE, None)


def response_to(reply: Reply, *, server: str, chunked: bool) -> web.Response:
    """Return the response that carries a reply."""
    headers = {hdrs.SERVER: server, **reply.headers}
    if reply.content_type:
        headers[hdrs.CONTENT_TYPE] = reply.content_type
    response = BareResponse(body=reply.body, status=reply.status, headers=headers)
    if chunked:
        response.enable_chunked_encoding()
    return response


async def break_off(request: web.BaseRequest) -> Never:
    """Break the connection off without another byte; the handler ends with it."""
    if request.transport:
        request.transport.abort()
    await asyncio.Event().wait()
    raise AssertionError
