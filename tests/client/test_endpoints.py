"""The table of endpoints, held against the simulated gateway and against what the rows promise."""

from aiohttp import ClientSession
import pytest

from custom_components.iq_gateway.client.endpoints import ENDPOINTS, INFO, READINGS, Endpoint
from custom_components.iq_gateway.client.errors import InvalidAnswer
from custom_components.iq_gateway.client.gateway import Gateway
from tests.pins import pin_of
from tests.simulator import Fault, GatewaySimulator, faults
from tests.simulator.endpoints import PATHS


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_the_simulated_gateway_calls_it_the_same(endpoint: Endpoint[object]) -> None:
    """So that a test can let it fail, or answer something else, by its name."""
    assert PATHS[endpoint.name] == endpoint.path


@pytest.mark.parametrize("endpoint", [INFO, READINGS], ids=lambda endpoint: endpoint.name)
async def test_no_more_is_read_than_an_answer_can_have(
    gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint[object]
) -> None:
    """The description is read from whoever answers at an address: 64 kB of it are more than enough."""
    monkeypatch.setattr(faults, "HUGE_SIZE", 70_000)
    async with ClientSession() as session:
        client = Gateway(session, gateway.host, token=gateway.mint(), pin=pin_of(gateway))
        await client.info()
        gateway.fault(endpoint.name, Fault.HUGE)
        if endpoint is INFO:
            with pytest.raises(InvalidAnswer):
                await client.read(endpoint)
        else:
            await client.read(endpoint)
