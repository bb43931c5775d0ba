"""What live power costs the recorder: a hard bound, whatever the house does."""

from collections import Counter

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest

from tests import states
from tests.simulator import GatewaySimulator

from .seconds import Living, Seconds

POWERS = ("production_power", "consumption_power", "grid_power", "battery_power")
SECONDS = 600


async def _rows(hass: HomeAssistant, living: Living, gateway: GatewaySimulator, *, noise: float) -> Counter[str]:
    """Return how often each power was written in ten minutes, after two in which writes could be saved up."""
    gateway.house.noise = noise
    seconds = await living(gateway)
    await seconds.live(120)
    written: Counter[str] = Counter()
    keys = {states.entity_id(hass, gateway.serial, key): key for key in POWERS}

    @callback
    def count(event: Event[EventStateChangedData]) -> None:
        written[keys.get(event.data["entity_id"], "others")] += 1

    hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    await seconds.live(SECONDS)
    await seconds.turn("turn_off")
    return written


async def test_a_noisy_house_has_a_bound(hass: HomeAssistant, living: Living, gateway: GatewaySimulator) -> None:
    """One write in five seconds on average, and what was saved up: cycles included."""
    written = await _rows(hass, living, gateway, noise=800.0)
    assert max(written[key] for key in POWERS) > SECONDS / 5 - 3
    assert sum(written[key] for key in POWERS) <= 4 * SECONDS / 5 + 48


async def test_a_quiet_house_is_written_half_as_often(
    hass: HomeAssistant, living: Living, gateway: GatewaySimulator
) -> None:
    """Once in ten seconds, and each step of its load."""
    written = await _rows(hass, living, gateway, noise=3.0)
    steps = SECONDS / 60
    assert all(written[key] >= SECONDS / 12 for key in ("grid_power", "consumption_power"))
    assert sum(written[key] for key in POWERS) <= 4 * (SECONDS / 10 + steps)


@pytest.mark.parametrize("interval", [1, 30])
async def test_the_interval_is_the_users(
    hass: HomeAssistant, living: Living, gateway: GatewaySimulator, interval: int
) -> None:
    """From one second up."""

    async def live(gateway: GatewaySimulator, **_: object) -> Seconds:
        return await living(gateway, live_interval=interval)

    written = await _rows(hass, live, gateway, noise=800.0)
    assert 0.9 * SECONDS / interval - 2 <= written["grid_power"] <= SECONDS / interval + 12
