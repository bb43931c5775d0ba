"""A home whose values move each second, and the seconds in which they do."""

from collections.abc import AsyncGenerator
from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.polling import glance
from tests.conftest import EntrySetUp
from tests.drive import stopped_time
from tests.noon import NOON
from tests.simulator import Clock, GatewaySimulator

from .seconds import Living, Seconds

NOISE = 4.0


@pytest.fixture
async def frozen(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[FrozenDateTimeFactory]:
    """The time of the day, moved by hand; what hangs is given up after real seconds."""
    monkeypatch.setattr(glance, "DEADLINE", 0.25)
    monkeypatch.setattr(client, "REQUEST_TIMEOUT", 0.25)
    with stopped_time(datetime.fromisoformat(NOON)) as time:
        yield time


@pytest.fixture
async def gateway(
    socket_enabled: None, frozen: FrozenDateTimeFactory, request: pytest.FixtureRequest
) -> AsyncGenerator[GatewaySimulator]:
    """The home of the other tests, or one whose profile is the parameter; its values move."""
    async with GatewaySimulator(getattr(request, "param", "metered_battery"), clock=Clock()) as simulator:
        simulator.house.noise = NOISE
        yield simulator


@pytest.fixture
def living(hass: HomeAssistant, frozen: FrozenDateTimeFactory, setup_entry: EntrySetUp) -> Living:
    """Sets a home up and turns live power on."""

    async def live(gateway: GatewaySimulator, *, on: bool = True, **options: float) -> Seconds:
        entry = await setup_entry(gateway, options={**options})
        seconds = Seconds(hass, entry, frozen)
        if on:
            await seconds.turn("turn_on")
        return seconds

    return live


@pytest.fixture
async def seconds(living: Living, gateway: GatewaySimulator) -> AsyncGenerator[Seconds]:
    """The seconds of a home with live power on."""
    seconds = await living(gateway)
    yield seconds
    await seconds.turn("turn_off")
