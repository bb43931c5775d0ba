"""The cycle in Home Assistant: when it runs, and what the log says."""

from datetime import timedelta
import logging
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.iq_gateway.client.errors import CannotConnect, GatewayBusy, GatewayError, NotFound
from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.coordinator import IQGatewayCoordinator
from custom_components.iq_gateway.polling import PollResult
from custom_components.iq_gateway.polling.outage_log import AvailabilityLogger
from tests import states
from tests.conftest import EntrySetUp
from tests.edits import section
from tests.simulator import Fault, GatewaySimulator
from tests.time_lapse import pass_time

CYCLE: Final = timedelta(seconds=300)
LOGGER: Final = f"custom_components.{DOMAIN}"


def _told(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return level and text of the integration's log lines since the last time."""
    told = [(record.levelno, record.message) for record in caplog.records if record.name == LOGGER]
    caplog.clear()
    return told


async def test_cycles_run_at_the_chosen_pace(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Every five minutes by default, and not before."""
    await setup_entry(gateway)
    gateway.requests.clear()
    await pass_time(hass, freezer, timedelta(seconds=295))
    assert gateway.requests == []
    await pass_time(hass, freezer, timedelta(seconds=10))
    assert gateway.requests != []


async def _next_wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, coordinator: IQGatewayCoordinator) -> float:
    """Let the next cycle come, and return the seconds to the one after it."""
    await pass_time(hass, freezer, (coordinator.update_interval or CYCLE) + timedelta(seconds=1))
    return (coordinator.update_interval or CYCLE).total_seconds()


async def test_a_silent_gateway_is_asked_again_soon(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """After a minute, after two more, then at the chosen pace; when it answers all is as before."""
    entry = await setup_entry(gateway)
    coordinator = states.coordinator(entry)
    gateway.fault("*", Fault.BAD_GATEWAY)
    waits = [await _next_wait(hass, freezer, coordinator) for _ in range(3)]
    assert waits == [60, 120, 300]
    reachable_then = coordinator.reachable

    gateway.clear_faults()
    await pass_time(hass, freezer, timedelta(seconds=301))
    assert (reachable_then, coordinator.reachable) == (False, True)
    assert coordinator.update_interval == CYCLE
    assert states.figure(hass, gateway.serial, "production_energy") is not None


async def test_a_bad_cycle_is_no_failure_of_the_coordinator(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Values stand or fall one by one."""
    entry = await setup_entry(gateway)
    gateway.fault("*", Fault.BAD_GATEWAY)
    await pass_time(hass, freezer, CYCLE)
    assert states.coordinator(entry).last_update_success
    assert states.figure(hass, gateway.serial, "production_energy") is not None


async def test_what_has_no_meaning_yet_is_logged_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
) -> None:
    """So that somebody can tell us what it means."""
    gateway.override("live", section("meters", main_relay_state=99))
    await setup_entry(gateway)
    await pass_time(hass, freezer, CYCLE)
    told = [text for _, text in _told(caplog) if "unknown meaning" in text]
    assert told == ["IQ Gateway: the gateway gives a value of unknown meaning: main_relay_state 99"]


async def test_a_good_gateway_is_nothing_to_log(
    caplog: pytest.LogCaptureFixture, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """Neither a warning nor a line of information."""
    caplog.set_level(logging.INFO, LOGGER)
    await setup_entry(gateway)
    assert _told(caplog) == []


def _result(*answered: str, refused: frozenset[str] = frozenset(), **errors: GatewayError) -> PollResult:
    return PollResult(answered=frozenset(answered), errors=errors, refused=refused)


def test_a_silence_and_a_return_are_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    """However long it lasts."""
    caplog.set_level(logging.INFO, LOGGER)
    log, silent = AvailabilityLogger("Home"), _result("readings", live=GatewayBusy("status 502"))
    log.update(silent)
    log.update(silent)
    assert _told(caplog) == [(logging.WARNING, "Home: live does not answer: status 502")]
    log.update(_result("readings", "live"))
    log.update(_result("readings", "live"))
    assert _told(caplog) == [(logging.INFO, "Home: live answers again")]


def test_a_gateway_that_is_away_is_one_silence(caplog: pytest.LogCaptureFixture) -> None:
    """Not one for each endpoint; what stays silent after its return is told then."""
    caplog.set_level(logging.INFO, LOGGER)
    log = AvailabilityLogger("Home")
    away = _result(readings=CannotConnect("no connection"), live=CannotConnect("no connection"))
    log.update(away)
    log.update(away)
    assert _told(caplog) == [(logging.WARNING, "Home: the gateway does not answer: no connection")]
    log.update(_result("readings", live=GatewayBusy("status 503")))
    assert _told(caplog) == [
        (logging.INFO, "Home: the gateway answers again"),
        (logging.WARNING, "Home: live does not answer: status 503"),
    ]


def test_what_is_not_there_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Older firmware lacks an endpoint or two."""
    caplog.set_level(logging.INFO, LOGGER)
    AvailabilityLogger("Home").update(_result("readings", energy=NotFound("not found"), refused=frozenset({"energy"})))
    assert _told(caplog) == [(logging.INFO, "Home: energy does not answer: not found")]


def test_a_cycle_without_questions_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody looks at anything."""
    caplog.set_level(logging.INFO, LOGGER)
    log = AvailabilityLogger("Home")
    log.update(_result(readings=CannotConnect("no connection")))
    _told(caplog)
    log.update(_result())
    assert _told(caplog) == []
