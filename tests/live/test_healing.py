"""Live power when something is wrong: nothing old is shown as new, and all comes back by itself."""

from collections.abc import Callable
import logging

from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest

from tests import states
from tests.edits import rows, section
from tests.simulator import Fault, GatewaySimulator

from .seconds import Living, Seconds

NOTHING = (STATE_UNAVAILABLE, STATE_UNKNOWN)
READINGS = "/ivp/meters/readings"
LIVE = "/ivp/livedata/status"
STREAM = "/ivp/livedata/stream"


async def _time_until(seconds: Seconds, told: Callable[[], bool], *, at_most: float) -> float:
    """Return after how many seconds something is so."""
    began = seconds.now
    while not told():
        assert seconds.now - began < at_most
        await seconds.live(1)
    return seconds.now - began


def _lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Return what the integration logged at a level."""
    return [line for name, at, line in caplog.record_tuples if name.endswith("iq_gateway") and at == level]


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("*", Fault.HANG),
        ("*", Fault.REFUSED),
        ("*", Fault.RESET),
        ("*", Fault.BAD_GATEWAY),
        ("*", Fault.TRUNCATED),
        ("readings", Fault.HANG),
        ("readings", Fault.TRUNCATED),
        ("readings", Fault.WRONG_SHAPE),
        ("readings", Fault.STUCK),
        ("readings", Fault.UNAUTHORIZED),
        ("readings", Fault.NOT_FOUND),
        ("readings", Fault.ZEROS),
    ],
)
async def test_what_is_lost_is_not_shown_and_comes_back(
    hass: HomeAssistant,
    seconds: Seconds,
    gateway: GatewaySimulator,
    caplog: pytest.LogCaptureFixture,
    path: str,
    fault: Fault,
) -> None:
    """After half a minute, and within a minute: with one line in the log each way, and what else there is stays."""

    def shown() -> str:
        return states.state(hass, gateway.serial, "grid_power")

    caplog.set_level(logging.INFO, logger="custom_components.iq_gateway")
    await seconds.live(5)
    gateway.fault(path, fault)
    caplog.clear()
    assert 28 <= await _time_until(seconds, lambda: shown() == STATE_UNAVAILABLE, at_most=36) <= 35
    assert states.figure(hass, gateway.serial, "production_energy")
    await seconds.live(600, cycles=path != "readings")
    gateway.clear_faults()
    assert await _time_until(seconds, lambda: shown() != STATE_UNAVAILABLE, at_most=66) <= 65
    await seconds.live(10)
    assert len(_lines(caplog, logging.WARNING)) == 1
    assert len(_lines(caplog, logging.INFO)) == 1
    assert states.state(hass, gateway.serial, "live_power", "switch") == STATE_ON


@pytest.mark.parametrize("gateway", ["battery_no_meter"], indirect=True)
async def test_live_data_that_stands_still_is_asked_to_move(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator
) -> None:
    """Its clock goes on; once a minute. After a minute what only it tells is unknown, and the grid's power is live."""
    await seconds.live(30)
    before = sum(request.path == STREAM for request in gateway.requests)
    gateway.fault("live", Fault.STUCK)
    await seconds.live(9)
    assert sum(request.path == STREAM for request in gateway.requests) == before
    await seconds.live(45)
    assert sum(request.path == STREAM for request in gateway.requests) == before + 1
    assert states.state(hass, gateway.serial, "battery_power") not in NOTHING
    await seconds.live(20)
    assert states.state(hass, gateway.serial, "battery_power") == STATE_UNKNOWN
    assert states.state(hass, gateway.serial, "battery_level") == STATE_UNKNOWN
    assert states.state(hass, gateway.serial, "grid_power") not in NOTHING
    await seconds.live(120)
    assert sum(request.path == STREAM for request in gateway.requests) - before <= 4
    gateway.clear_faults()
    await seconds.live(5)
    assert states.state(hass, gateway.serial, "battery_power") not in NOTHING


@pytest.mark.parametrize("gateway", ["battery_no_meter"], indirect=True)
async def test_a_stream_that_ends_is_turned_on_again(seconds: Seconds, gateway: GatewaySimulator) -> None:
    """Its answer says so; while it runs nobody asks."""
    await seconds.live(600)
    before = sum(request.path == STREAM for request in gateway.requests)
    gateway.disable_stream()
    await seconds.live(4)
    assert sum(request.path == STREAM for request in gateway.requests) == before + 1
    await seconds.live(600)
    assert sum(request.path == STREAM for request in gateway.requests) == before + 1


@pytest.mark.parametrize("gateway", ["battery_no_meter"], indirect=True)
async def test_a_stream_that_is_not_wanted_is_left_off(
    hass: HomeAssistant, living: Living, gateway: GatewaySimulator
) -> None:
    """The battery's power is not live then; the grid's is, each second."""
    gateway.disable_stream()
    seconds = await living(gateway, keep_live_data=False)
    await seconds.live(30)
    before = sum(request.path == READINGS for request in gateway.requests)
    await seconds.live(30, cycles=False)
    assert sum(request.path == READINGS for request in gateway.requests) == before + 27
    assert not any(request.path == STREAM for request in gateway.requests)
    assert states.state(hass, gateway.serial, "grid_power") not in NOTHING
    await seconds.turn("turn_off")


@pytest.mark.parametrize("gateway", ["battery_no_meter"], indirect=True)
async def test_a_pair_of_which_one_fails_costs_only_what_it_tells(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator
) -> None:
    """The meters go on each second turn, while live data is tried less and less."""
    await seconds.live(10)
    gateway.fault("live", Fault.BAD_GATEWAY)
    before = {path: sum(request.path == path for request in gateway.requests) for path in (READINGS, LIVE)}
    await seconds.live(100, cycles=False)
    after = {path: sum(request.path == path for request in gateway.requests) for path in (READINGS, LIVE)}
    assert after[READINGS] - before[READINGS] >= 48
    assert after[LIVE] - before[LIVE] <= 7
    assert states.state(hass, gateway.serial, "grid_power") not in NOTHING
    assert states.state(hass, gateway.serial, "battery_power") == STATE_UNAVAILABLE


async def test_a_lost_leg_is_not_shown(hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator) -> None:
    """A meter that forgets one of its legs halves its power: live data tells it instead, as it does in a cycle."""
    gateway.house.draw(15_000)
    await seconds.live(310)
    before = states.figure(hass, gateway.serial, "battery_power")
    assert before
    gateway.fault("readings", Fault.STORAGE_LEG_LOST)
    for _ in range(7):
        await seconds.live(5, cycles=False)
        assert states.figure(hass, gateway.serial, "battery_power") == pytest.approx(before, rel=0.2)
    gateway.fault("live", Fault.BAD_GATEWAY)
    await seconds.live(35, cycles=False)
    assert states.figure(hass, gateway.serial, "battery_power") is None
    assert states.figure(hass, gateway.serial, "production_power") is not None


@pytest.mark.parametrize("gateway", ["production_only"], indirect=True)
async def test_what_was_read_in_a_cycle_is_not_live(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator
) -> None:
    """Where the meter is left out, sums of the last cycle would stand in for it."""
    await seconds.live(310)
    gateway.override("readings", rows(lambda listed: [row | {"activePower": None} for row in listed]))
    await seconds.live(35, cycles=False)
    assert states.figure(hass, gateway.serial, "production_power") is None


async def test_a_token_is_never_replaced_by_a_tick(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator
) -> None:
    """That the gateway no longer accepts it is for a cycle to see to; until then nothing more is asked."""
    await seconds.live(5)
    token = seconds.coordinator.gateway.token
    assert token
    gateway.revoke(token)
    await seconds.live(3, cycles=False)
    before = len(gateway.requests)
    await seconds.live(60, cycles=False)
    assert len(gateway.requests) - before <= 2


@pytest.mark.parametrize("gateway", ["system_controller"], indirect=True)
async def test_a_relay_is_written_at_once(hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator) -> None:
    """A grid outage shows after ten seconds rather than minutes."""
    await seconds.live(15)
    assert states.state(hass, gateway.serial, "grid_relay", "binary_sensor") == STATE_ON
    gateway.override("live", section("meters", main_relay_state=0))
    await seconds.live(10, cycles=False)
    assert states.state(hass, gateway.serial, "grid_relay", "binary_sensor") != STATE_ON


async def test_a_strange_error_ends_nothing(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, without what it was about; after a minute it is tried again."""
    await seconds.live(3)
    with monkeypatch.context() as patched:
        patched.setattr("custom_components.iq_gateway.live.tier.values_of", lambda _: 1 / 0)
        await seconds.live(200, cycles=False)
        assert states.state(hass, gateway.serial, "grid_power") == STATE_UNAVAILABLE
    await seconds.live(61, cycles=False)
    assert states.state(hass, gateway.serial, "grid_power") != STATE_UNAVAILABLE
