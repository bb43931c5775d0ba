"""A client that asks the simulated servers as a stranger would."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
import json

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
import pytest

from tests.simulator import Clock, GatewaySimulator
from tests.simulator.reply import Json

JUNE_NOON = 1_781_863_200.0
"""2026-06-19 12:00 in Amsterdam, 10:00 UTC."""


def a_record(value: Json) -> dict[str, Json]:
    """Return a value that must be an object."""
    assert isinstance(value, dict)
    return value


def a_number(value: Json) -> float:
    """Return a value that must be a number."""
    assert isinstance(value, int | float)
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as received."""

    status: int
    headers: dict[str, str] = field(compare=False)  # the date is another each time
    text: str

    @property
    def json(self) -> Json:
        """The body as JSON."""
        payload: Json = json.loads(self.text)
        return payload

    def rows(self) -> list[dict[str, Json]]:
        """Return the body as a list of objects."""
        payload = self.json
        assert isinstance(payload, list)
        return [row for row in payload if isinstance(row, dict)]

    def record(self) -> dict[str, Json]:
        """Return the body as an object."""
        return a_record(self.json)


class Browser:
    """Asks without checking certificates, with a token or without."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def ask(self, gateway: GatewaySimulator, path: str, *, token: str | None = "", **options: object) -> Page:
        """Return a gateway's answer; with an owner's token unless another one (or None) is given."""
        if token == "":
            token = gateway.mint()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.send("GET", f"https://{gateway.host}{path}", headers=headers, **options)

    async def send(self, method: str, url: str, **options: object) -> Page:
        """Return the answer to any request."""
        async with self._session.request(method, url, **options) as response:  # type: ignore[arg-type]
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Page(response.status, headers, await response.text())


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon in June until it is moved."""
    return Clock(speed=0, start=JUNE_NOON)


@pytest.fixture
async def browser(socket_enabled: None) -> AsyncIterator[Browser]:
    """A client without a memory for cookies."""
    async with ClientSession(connector=TCPConnector(ssl=False), cookie_jar=DummyCookieJar()) as session:
        yield Browser(session)


@pytest.fixture
async def gateway(clock: Clock, socket_enabled: None) -> AsyncIterator[GatewaySimulator]:
    """A metered home with a battery."""
    async with GatewaySimulator(clock=clock) as simulator:
        yield simulator
