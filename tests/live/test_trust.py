"""Live power when gateway and integration no longer trust each other: nothing is hammered, and nothing is told."""

import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from tests import states
from tests.conftest import PASSWORD, USERNAME, EntrySetUp
from tests.simulator import CloudSimulator, GatewaySimulator
from tests.test_certificate import issue_of, open_repair

from .seconds import Seconds

TEN_MINUTES = 600
CYCLES = 2
"""In ten minutes."""
SIGN_IN = 2
"""Requests to the cloud."""


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line for name, level, line in caplog.record_tuples if "iq_gateway" in name and level >= logging.WARNING]


async def test_another_certificate_is_met_by_cycles_alone(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Not once a second; the usual repair is raised, and live power goes on once it is done."""
    await seconds.live(5)
    entry = seconds.coordinator.config_entry
    caplog.clear()
    gateway.new_certificate()
    gateway.drop_connections()
    gateway.requests.clear()
    before = gateway.handshakes
    await seconds.live(TEN_MINUTES)
    assert gateway.requests == []
    assert gateway.handshakes - before <= CYCLES + 3
    assert states.state(hass, gateway.serial, "grid_power") == STATE_UNAVAILABLE
    assert len(_warnings(caplog)) == 1
    assert issue_of(hass, entry)

    manager, form = await open_repair(hass, entry)
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert states.state(hass, gateway.serial, "live_power", "switch") == STATE_ON
    gateway.house.draw(3_000)
    await seconds.live(5, cycles=False)
    assert states.figure(hass, gateway.serial, "consumption_power") == pytest.approx(
        sum(gateway.house.load.power), abs=60
    )


async def test_a_token_that_is_accepted_no_longer_is_shown_in_cycles_alone(
    hass: HomeAssistant, seconds: Seconds, gateway: GatewaySimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Without an account the user is asked for another one, once."""
    await seconds.live(5)
    caplog.clear()
    token = seconds.coordinator.gateway.token
    assert token
    gateway.revoke(token)
    gateway.requests.clear()
    await seconds.live(TEN_MINUTES)
    assert len(gateway.requests) <= 4 * (CYCLES + 2)
    assert states.state(hass, gateway.serial, "grid_power") == STATE_UNAVAILABLE
    told = _warnings(caplog)
    assert len(set(told)) == len(told) == 2, "what cycles say of it anyway"
    assert not any("live power" in line for line in told)
    flows = [flow for flow in hass.config_entries.flow.async_progress() if flow["context"]["source"] == SOURCE_REAUTH]
    assert len(flows) == 1


async def test_a_new_token_has_live_power_go_on(
    hass: HomeAssistant,
    cloud: CloudSimulator,
    frozen: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With an account the next cycle gets one; no tick signs in."""
    entry = await setup_entry(gateway, username=USERNAME, password=PASSWORD)
    seconds = Seconds(hass, entry, frozen)
    await seconds.turn("turn_on")
    await seconds.live(5)
    caplog.clear()
    cloud.requests.clear()
    gateway.requests.clear()
    token = seconds.coordinator.gateway.token
    assert token
    gateway.revoke(token)
    await seconds.live(60)
    assert len(cloud.requests) == SIGN_IN
    gateway.house.draw(3_000)
    await seconds.live(5)
    assert states.figure(hass, gateway.serial, "consumption_power") == pytest.approx(
        sum(gateway.house.load.power), abs=60
    )
    assert not _warnings(caplog)
    await seconds.turn("turn_off")
