"""A gateway that takes another one's place: what Home Assistant knows of the old one becomes the new one's."""

import asyncio
from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import CONF_SERIAL, DOMAIN
from ..devices import renamed
from ..issues import async_clear

_BUSY: Final = frozenset({ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.UNLOAD_IN_PROGRESS})


@callback
def async_is_set_up(hass: HomeAssistant, serial: str) -> bool:
    """Tell whether a gateway has an entry; one that the user ignored has none to speak of."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, serial)
    return entry is not None and entry.source != SOURCE_IGNORE


async def async_replace_gateway(hass: HomeAssistant, entry: ConfigEntry, data: Mapping[str, str]) -> None:
    """Give an entry to the gateway that the new data is about; it is to be reloaded after that.

    Devices and entities keep their ids, on which names, areas, history and the Energy panel hang. The totals see by
    themselves that their counters are another gateway's, and go on from where they are.

    Raises:
        AbortFlow: the old gateway's entities cannot be taken down; nothing has changed.
    """
    old, new = entry.data[CONF_SERIAL], data[CONF_SERIAL]
    await _async_unload(hass, entry)
    await _async_forget_ignored(hass, new)
    _rename_devices(hass, entry, old, new)
    _rename_entities(hass, entry, old, new)
    hass.config_entries.async_update_entry(entry, unique_id=new, data=data)
    # What the user was asked to see to was the old gateway's.
    async_clear(hass, entry)
    for offer in hass.config_entries.flow.async_progress_by_handler(
        DOMAIN, include_uninitialized=True, match_context={"unique_id": new}
    ):
        hass.config_entries.flow.async_abort(offer["flow_id"])


async def _async_unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take the old gateway's entities down, whose unique ids are about to change; a setup under way is waited for."""
    changed = asyncio.Event()
    stop_listening = entry.async_on_state_change(changed.set)
    try:
        while entry.state in _BUSY:
            changed.clear()
            await changed.wait()
    finally:
        stop_listening()
    if not (entry.state.recoverable and await hass.config_entries.async_unload(entry.entry_id)):
        raise AbortFlow("not_unloaded")


async def _async_forget_ignored(hass: HomeAssistant, serial: str) -> None:
    """Remove the note that the user did not want a gateway, as Home Assistant does when it is added after all."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, serial)
    if entry is not None:
        await hass.config_entries.async_remove(entry.entry_id)


@callback
def _rename_devices(hass: HomeAssistant, entry: ConfigEntry, old: str, new: str) -> None:
    """Give the gateway and its meters their new identifiers; microinverters are still those on the roof."""
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        identifiers = {(domain, renamed(identifier, old, new)) for domain, identifier in device.identifiers}
        if identifiers != device.identifiers:
            # The MAC address was the old gateway's.
            registry.async_update_device(device.id, new_identifiers=identifiers, new_connections=set())


@callback
def _rename_entities(hass: HomeAssistant, entry: ConfigEntry, old: str, new: str) -> None:
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        unique_id = renamed(entity.unique_id, old, new)
        if unique_id != entity.unique_id:
            registry.async_update_entity(entity.entity_id, new_unique_id=unique_id)
