"""The gateway over https: one request at a time, one pinned certificate, one token."""

import asyncio
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import time
from typing import Final

from aiohttp import (
    ClientConnectionError,
    ClientConnectorCertificateError,
    ClientError,
    ClientHandlerType,
    ClientMiddlewareType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    hdrs,
)
import orjson
from yarl import URL

from .endpoints import CHECK_TOKEN_PATH, ENDPOINTS, INFO, MAX_BODY, STREAM_PATH, Answer, Endpoint, GatewayInfo
from .errors import (
    CannotConnect,
    CertificateChanged,
    GatewayBusy,
    GatewayError,
    InvalidAnswer,
    NoAnswerInTime,
    NotFound,
    NotPermitted,
    TokenRejected,
    WrongGateway,
)
from .tls import Pin, PinMismatch, PinnedContext
from .token import AccessToken

# A healthy gateway answers within 0.4 s, a slow one within 6 s (gateway-api.md 3); one that hangs does so for a minute.
REQUEST_TIMEOUT: Final = 15
# What is slow by nature takes up to 20 s (gateway-api.md 12).
_PATIENCE: Final = {endpoint.path: 2 for endpoint in ENDPOINTS if endpoint.slow}
_MAX_BODIES: Final = {endpoint.path: endpoint.max_body for endpoint in ENDPOINTS}

_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class _Refused(GatewayError):
    """401 or 403: the token or its role, which only `/auth/check_jwt` tells apart."""


class _Redirected(InvalidAnswer):
    """Sent elsewhere, or to what is known already: to the page on which to sign in, where a token is not accepted."""


class _TooLong(InvalidAnswer):
    """More than an answer can be; its status still counts."""


def _raise_for_status(status: int) -> None:
    """Translate a status code into what it means on this device."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status < HTTPStatus.BAD_REQUEST:
        raise _Redirected(f"status {status}")
    if status in _REFUSED:
        raise _Refused
    if status == HTTPStatus.NOT_FOUND:
        raise NotFound("not found")
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise GatewayBusy(f"status {status}")
    raise InvalidAnswer(f"status {status}")


def _sent_once() -> ClientMiddlewareType:
    """Return what keeps a request from going out twice: aiohttp repeats a PUT whose connection broke."""
    sent = False

    async def send(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        nonlocal sent
        if sent:
            raise ClientConnectionError
        sent = True
        return await handler(request)

    return send


async def _read_body(response: ClientResponse, *, at_most: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > at_most:
            raise _TooLong("the answer is far too long")
    return bytes(body)


def _clock(response: ClientResponse) -> float | None:
    """Return the gateway's own time, so that the age of its values can be told whatever its clock shows."""
    try:
        return parsedate_to_datetime(response.headers.get(hdrs.DATE, "")).timestamp()
    except ValueError:
        return None


class Gateway:
    """One IQ Gateway at one address.

    `host` may carry a port. `pin` tells the gateway's certificate and key; without it the first connection teaches it.
    The token goes only to a peer that the pin admits, and only after `/info` named the serial number that the token was
    made for. Every method raises errors of the `GatewayError` family.
    """

    def __init__(self, session: ClientSession, host: str, *, token: str | None = None, pin: Pin | None = None) -> None:
        self._session = session
        self._url = URL(f"https://[{host}]" if host.count(":") > 1 and not host.startswith("[") else f"https://{host}")
        self._context = PinnedContext(pin)
        self._lock = asyncio.Lock()
        self._token: AccessToken | None = None
        self.serial: str | None = None
        self.token = token

    @property
    def home_page(self) -> str:
        """Where the gateway's own page is."""
        return str(self._url.with_path("/home"))

    @property
    def pin(self) -> Pin | None:
        """What the gateway last showed of itself; None before the first connection of an unpinned gateway."""
        return self._context.pin

    @property
    def token(self) -> str | None:
        """The token as it is sent; setting it to anything else than a token raises `TokenMalformed`."""
        return self._token.raw if self._token else None

    @token.setter
    def token(self, raw: str | None) -> None:
        self._token = AccessToken.parse(raw) if raw else None

    async def info(self) -> GatewayInfo:
        """Read `/info`, for which no token is sent, and remember the serial number it gives."""
        return (await self.read(INFO)).data

    async def check_token(self) -> None:
        """Ask the gateway whether it accepts the token; `TokenRejected` if not."""
        try:
            body, _ = await self._authorized_request(hdrs.METH_GET, CHECK_TOKEN_PATH)
        except _Refused as err:
            raise TokenRejected("the gateway does not accept the token") from err
        if b"Valid token" not in body:
            raise InvalidAnswer("the gateway does not tell whether it accepts the token")

    async def read[T](self, endpoint: Endpoint[T], *, last: bool = False) -> Answer[T]:
        """Read one endpoint; `last` closes the connection behind it instead of leaving it open for more."""
        request = self._authorized_request if endpoint.authorized else self._request
        try:
            body, clock = await request(hdrs.METH_GET, endpoint.path, last=last)
        except _Refused as err:
            await self.check_token()
            raise NotPermitted("the token's role is too low") from err
        received = time.time()
        try:
            data, dropped = endpoint.parse(endpoint.decode(body))
        except ValueError as err:
            raise InvalidAnswer("the answer is not JSON, or not text") from err
        if isinstance(data, GatewayInfo):
            self.serial = data.serial
        return Answer(data=data, dropped=dropped, time=clock or received, received=received, raw=body)

    async def enable_stream(self) -> None:
        """Have live data move for the next quarter of an hour (gateway-api.md 13)."""
        try:
            await self._authorized_request(hdrs.METH_POST, STREAM_PATH, json={"enable": 1})
        except _Refused as err:
            await self.check_token()
            raise NotPermitted("the token's role is too low") from err

    async def write(self, method: str, path: str, body: object) -> object:
        """Send a change once and return what comes back, None for what is not JSON, or far too long.

        Being accepted is not being done, and an error does not mean that nothing happened: only reading tells.
        """
        try:
            answer, _ = await self._authorized_request(method, path, json=body)
        except _Refused as err:
            await self.check_token()
            raise NotPermitted("the token's role is too low") from err
        except _Redirected:
            await self.check_token()
            raise
        except _TooLong:
            return None
        try:
            told: object = orjson.loads(answer)
        except ValueError:
            return None
        return told

    async def _authorized_request(
        self, method: str, path: str, *, json: object = None, last: bool = False
    ) -> tuple[bytes, float | None]:
        """Send a request with the token, once the gateway has shown to be the one that the token is for."""
        if self._token is None:
            raise TokenRejected("there is no token")
        if self.serial is None:
            await self.info()
        if self._token.serial != self.serial:
            # Whoever answers at the address by the next time is asked anew.
            self.serial = None
            raise WrongGateway("the token was made for another gateway")
        return await self._request(method, path, bearer=self._token.raw, json=json, last=last)

    async def _request(
        self, method: str, path: str, *, bearer: str | None = None, json: object = None, last: bool = False
    ) -> tuple[bytes, float | None]:
        """Send one request and return the body and the gateway's time; the only place that talks to the network."""
        headers = {hdrs.ACCEPT: "application/json"}
        if bearer is not None:
            headers[hdrs.AUTHORIZATION] = f"Bearer {bearer}"
        if last:
            headers[hdrs.CONNECTION] = "close"
        # Errors of the network stay out of our texts and chains of causes: they name the address.
        problem: GatewayError
        async with self._lock:
            try:
                async with (
                    asyncio.timeout(_PATIENCE.get(path, 1) * REQUEST_TIMEOUT),
                    self._session.request(
                        method,
                        self._url.with_path(path),
                        headers=headers,
                        json=json,
                        ssl=self._context,
                        allow_redirects=False,
                        middlewares=() if method == hdrs.METH_GET else (_sent_once(),),
                    ) as response,
                ):
                    _raise_for_status(response.status)
                    return await _read_body(response, at_most=_MAX_BODIES.get(path, MAX_BODY)), _clock(response)
            except TimeoutError:
                problem = NoAnswerInTime("no answer in time")
            except ClientConnectorCertificateError as err:
                changed = isinstance(err.certificate_error, PinMismatch)
                problem = (
                    CertificateChanged("another certificate than the known one, so nothing secret was sent")
                    if changed
                    else CannotConnect("no secure connection")
                )
            except ClientError, OSError:
                problem = CannotConnect("no connection, or it broke")
        raise problem
