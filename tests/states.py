"""What Home Assistant shows of a site, looked up by the serial numbers and keys that make up the unique ids."""

from collections.abc import Iterable
import json
from pathlib import Path
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.coordinator import IQGatewayCoordinator

FOLDER: Final = Path(__file__).parents[1] / "custom_components" / DOMAIN

_UNKNOWN_AT_TIMES: Final = ("_today", "_battery_time_to_empty", "_battery_time_to_full")

TOTALS: Final = (
    "production_energy",
    "consumption_energy",
    "grid_import_energy",
    "grid_export_energy",
    "battery_charged_energy",
    "battery_discharged_energy",
)
"""The keys of the lifetime totals of a home with meters and battery."""

_NATIVE: Final = {UnitOfEnergy.KILO_WATT_HOUR: 1000.0, UnitOfEnergy.WATT_HOUR: 1.0, UnitOfPower.WATT: 1.0}


def entity_id(hass: HomeAssistant, serial: str, key: str, platform: str = "sensor") -> str:
    """Return the id under which the entity is registered; one that is not there fails the test."""
    found = find(hass, serial, key, platform)
    assert found is not None, f"there is no {platform} {key}"
    return found


def find(hass: HomeAssistant, serial: str, key: str, platform: str = "sensor") -> str | None:
    """Return the id under which the entity is registered, if it is."""
    return er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{serial}_{key}")


def state(hass: HomeAssistant, serial: str, key: str, platform: str = "sensor") -> str:
    """Return the state that is shown."""
    shown = hass.states.get(entity_id(hass, serial, key, platform))
    assert shown is not None, f"{platform} {key} is disabled"
    return shown.state


def figure(hass: HomeAssistant, serial: str, key: str) -> float | None:
    """Return the number that is shown, in W, Wh or the sensor's own unit; None while there is none."""
    shown = hass.states.get(entity_id(hass, serial, key))
    assert shown is not None, f"{key} is disabled"
    if shown.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
        return None
    return float(shown.state) * _NATIVE.get(shown.attributes.get("unit_of_measurement", ""), 1.0)


def figures(hass: HomeAssistant, serial: str, keys: Iterable[str]) -> dict[str, float | None]:
    """Return the numbers that are shown of a device, by their keys."""
    return {key: figure(hass, serial, key) for key in keys}


def device(hass: HomeAssistant, identifier: str) -> dr.DeviceEntry:
    """Return the device that has this serial number, or is this part of a gateway."""
    entries = hass.config_entries.async_entries(DOMAIN)
    listed = (one for entry in entries for one in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id))
    return next(one for one in listed if (DOMAIN, identifier) in one.identifiers)


def without_value(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """Return the enabled entities that are unknown, unavailable or missing.

    But for the figures of today, which begin with the first midnight that is seen, and for how long batteries last,
    which is known of those that are at work.
    """
    registered = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    enabled = [one for one in registered if not one.disabled_by and not one.unique_id.endswith(_UNKNOWN_AT_TIMES)]
    shown = {one.entity_id: hass.states.get(one.entity_id) for one in enabled}
    assert shown
    return [name for name, at in shown.items() if at is None or at.state in (STATE_UNAVAILABLE, STATE_UNKNOWN)]


def why_not(entry: MockConfigEntry) -> str | None:
    """Return the key of the text that tells why the entry is not set up; Home Assistant 2026.8 keeps only the text."""
    key: str | None = entry.error_reason_translation_key
    if key is not None:
        return key
    exceptions = json.loads((FOLDER / "translations" / "en.json").read_text())["exceptions"]
    told = (entry.reason or "").rstrip(".")
    return next((key for key, text in exceptions.items() if text["message"].rstrip(".") == told), None)


def coordinator(entry: MockConfigEntry) -> IQGatewayCoordinator:
    """Return the coordinator of an entry that is set up."""
    found = entry.runtime_data
    assert isinstance(found, IQGatewayCoordinator)
    return found


async def enable(hass: HomeAssistant, entry: MockConfigEntry, *entity_ids: str) -> None:
    """Enable entities as somebody would in their settings, and load the entry anew with them."""
    for chosen in entity_ids:
        er.async_get(hass).async_update_entity(chosen, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


async def disable(hass: HomeAssistant, entry: MockConfigEntry, *entity_ids: str) -> None:
    """Disable entities as somebody would in their settings; they are gone at once."""
    for chosen in entity_ids:
        er.async_get(hass).async_update_entity(chosen, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
