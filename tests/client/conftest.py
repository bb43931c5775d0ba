"""The client of a simulated gateway."""

from collections.abc import AsyncGenerator

from aiohttp import ClientSession, DummyCookieJar
import pytest

from custom_components.iq_gateway.client.gateway import Gateway
from tests.pins import pin_of
from tests.simulator import GatewaySimulator


@pytest.fixture
async def session() -> AsyncGenerator[ClientSession]:
    """A session as the integration has it: without cookies."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield session


@pytest.fixture
def client_gateway(session: ClientSession, gateway: GatewaySimulator) -> Gateway:
    """The client of the simulated gateway, pinned and with an owner's token."""
    return Gateway(session, gateway.host, token=gateway.mint(), pin=pin_of(gateway))
