"""The file in which a poller's knowledge outlives Home Assistant."""

from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.site import Part
from tests import states
from tests.conftest import EntryMaker, EntrySetUp
from tests.simulator import Fault, GatewaySimulator
from tests.time_lapse import pass_time


async def test_what_was_learnt_is_known_after_a_restart(
    hass: HomeAssistant, setup_entry: EntrySetUp, gateway: GatewaySimulator, hass_storage: dict[str, Any]
) -> None:
    """In a file of the entry, which goes with it and holds neither token, address nor serial number."""
    entry = await setup_entry(gateway)
    assert await hass.config_entries.async_unload(entry.entry_id)
    key = f"{DOMAIN}.{entry.entry_id}.gateway"
    stored = json.dumps(hass_storage[key])
    assert not [secret for secret in (gateway.serial, entry.data["token"], gateway.host) if secret in stored]

    gateway.fault("meters", Fault.BAD_GATEWAY)
    gateway.fault("live", Fault.BAD_GATEWAY)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert states.figure(hass, gateway.serial, "grid_power") is not None
    assert Part.BATTERY in states.coordinator(entry).data.site.parts

    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


async def test_a_damaged_file_is_learnt_anew(
    hass: HomeAssistant, add_entry: EntryMaker, gateway: GatewaySimulator, hass_storage: dict[str, Any]
) -> None:
    """Nothing depends on it."""
    entry = add_entry(gateway)
    key = f"{DOMAIN}.{entry.entry_id}.gateway"
    hass_storage[key] = {"version": 99, "minor_version": 1, "key": key, "data": {"parts": 7}}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert states.figure(hass, gateway.serial, "grid_power") is not None


async def test_only_what_is_kept_is_worth_writing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    gateway: GatewaySimulator,
    hass_storage: dict[str, Any],
) -> None:
    """Within a quarter of an hour of the hourly answers; a card in a small computer does not last for ever."""
    entry = await setup_entry(gateway, options={"update_interval": 1200})
    key = f"{DOMAIN}.{entry.entry_id}.gateway"
    for _ in range(10):
        await pass_time(hass, freezer, timedelta(seconds=1201))
    told, written = [], []
    for _ in range(6):
        gateway.requests.clear()
        await pass_time(hass, freezer, timedelta(seconds=1201))
        told.append(bool({"/info", "/ivp/meters"} & {request.path for request in gateway.requests}))
        hass_storage.pop(key, None)
        await pass_time(hass, freezer, timedelta(minutes=16))
        written.append(key in hass_storage)
    assert written == told
    assert set(told) == {True, False}
