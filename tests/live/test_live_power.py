"""Live power, as a user sees it: powers follow reality, and nothing else changes."""

from homeassistant.core import HomeAssistant
import pytest

from tests import states
from tests.simulator import PROFILES, GatewaySimulator

from .seconds import Living, Seconds

READINGS = "/ivp/meters/readings"
LIVE = "/ivp/livedata/status"
POWERS = ("production_power", "consumption_power", "grid_power", "battery_power")


def _asked(gateway: GatewaySimulator, path: str) -> int:
    return sum(request.path == path for request in gateway.requests)


async def test_a_kettle_shows_at_once(hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator) -> None:
    """Not after five minutes."""
    await seconds.live(23)
    before = states.figure(hass, gateway.serial, "consumption_power")
    assert before is not None
    gateway.house.draw(2000)
    await seconds.live(1.1)
    shown = states.figure(hass, gateway.serial, "consumption_power")
    assert shown == pytest.approx(before + 2000, abs=60)
    assert shown == pytest.approx(sum(gateway.house.load.power), abs=1)


async def test_a_second_is_a_request(seconds: Seconds, gateway: GatewaySimulator) -> None:
    """Of the readings; every ten seconds of the battery's state, which only live data tells."""
    await seconds.live(2)
    before = _asked(gateway, READINGS), _asked(gateway, LIVE)
    await seconds.live(60, cycles=False)
    assert _asked(gateway, READINGS) - before[0] == 54
    assert _asked(gateway, LIVE) - before[1] == 6


@pytest.mark.parametrize("gateway", ["battery_no_meter"], indirect=True)
async def test_a_battery_without_a_meter_is_read_with_the_meters(seconds: Seconds, gateway: GatewaySimulator) -> None:
    """Every two seconds, back to back: together they tell the load."""
    await seconds.live(4)
    before = len(gateway.requests)
    await seconds.live(60, cycles=False)
    paths = [request.path for request in gateway.requests[before:]]
    assert paths == [READINGS, LIVE] * 30


@pytest.mark.parametrize("gateway", ["net_three"], indirect=True)
async def test_live_data_is_left_alone_where_it_tells_nothing_more(seconds: Seconds, gateway: GatewaySimulator) -> None:
    """The site has no battery."""
    await seconds.live(4)
    before = len(gateway.requests)
    await seconds.live(60, cycles=False)
    assert {request.path for request in gateway.requests[before:]} == {READINGS}


@pytest.mark.parametrize("gateway", [name for name in PROFILES if name != "standard"], indirect=True)
async def test_powers_are_those_of_a_cycle(hass: HomeAssistant, living: Living, gateway: GatewaySimulator) -> None:
    """Of the same moment: the same meters, signs and sums, by phase too."""
    seconds = await living(gateway)
    await seconds.live(7, cycles=False)
    await seconds.turn("turn_off")
    gateway.house.draw(700)
    shown = seconds.coordinator
    await seconds.turn("turn_on")
    live = shown.site
    await shown.poller.run(shown.wanted)
    cycle = shown.poller.site
    for name in ("production", "consumption", "grid", "battery", "generator"):
        mine, theirs = getattr(live, name), getattr(cycle, name)
        assert (mine.power, mine.phases) == (theirs.power, theirs.phases), name
    await seconds.turn("turn_off")


async def test_off_is_off(living: Living, gateway: GatewaySimulator) -> None:
    """Neither before it was ever on nor after is anything asked but in cycles."""
    seconds = await living(gateway, on=False)
    before = len(gateway.requests)
    await seconds.live(290)
    assert len(gateway.requests) == before
    await seconds.turn("turn_on")
    await seconds.live(3)
    await seconds.turn("turn_off")
    before = len(gateway.requests)
    await seconds.live(5, cycles=False)
    assert len(gateway.requests) == before


async def test_one_connection_is_kept_over_cycles(seconds: Seconds, gateway: GatewaySimulator) -> None:
    """A handshake costs a gateway more than an answer; one that closes connections after a hundred costs one each."""
    await seconds.live(5)
    before = gateway.handshakes
    await seconds.live(600)
    assert gateway.handshakes == before
    gateway.closes_after = 100
    asked = len(gateway.requests)
    await seconds.live(600)
    assert gateway.handshakes - before <= (len(gateway.requests) - asked) / 100 + 1
    assert gateway.most_at_a_time == 1
