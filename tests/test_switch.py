"""Switches: live power, which the user turns on."""

import asyncio

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import mock_restore_cache

from custom_components.iq_gateway.live import LivePower
from tests import states
from tests.conftest import EntrySetUp
from tests.simulator import Clock, GatewaySimulator


@pytest.fixture(autouse=True)
def _nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it reads is tested elsewhere."""

    async def wait(_: LivePower) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(LivePower, "_async_run", wait)


async def _turn(hass: HomeAssistant, gateway: GatewaySimulator, service: str) -> str:
    switch = states.entity_id(hass, gateway.serial, "live_power", "switch")
    await hass.services.async_call("switch", service, {"entity_id": switch}, blocking=True)
    return states.state(hass, gateway.serial, "live_power", "switch")


async def test_live_power_is_off_until_somebody_wants_it(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """A switch among the settings of the gateway's device."""
    await setup_entry(gateway)
    assert states.state(hass, gateway.serial, "live_power", "switch") == STATE_OFF
    registered = er.async_get(hass).async_get(states.entity_id(hass, gateway.serial, "live_power", "switch"))
    assert registered
    assert registered.unique_id == f"{gateway.serial}_live_power"
    assert registered.entity_category == "config"
    assert await _turn(hass, gateway, "turn_on") == STATE_ON
    assert await _turn(hass, gateway, "turn_off") == STATE_OFF


async def test_live_power_is_on_again_after_a_restart(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator
) -> None:
    """As it was left."""
    entry = await setup_entry(gateway)
    switch = states.entity_id(hass, gateway.serial, "live_power", "switch")
    await hass.config_entries.async_unload(entry.entry_id)
    mock_restore_cache(hass, [State(switch, STATE_ON)])
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert states.state(hass, gateway.serial, "live_power", "switch") == STATE_ON


async def test_a_site_without_meters_and_battery_has_nothing_to_make_live(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp
) -> None:
    """Its inverters report every five to fifteen minutes."""
    async with GatewaySimulator("standard", clock=clock) as gateway:
        await setup_entry(gateway)
        assert states.find(hass, gateway.serial, "live_power", "switch") is None
