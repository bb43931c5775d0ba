"""What Home Assistant knows of the built-in integration's entities, of ours, and of the Energy panel."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter

from ..const import DOMAIN
from ..coordinator import IQGatewayData
from ..totals.statistics import async_last_known
from .bases import Known
from .energy import async_panel_ids
from .journal import BUILT_IN
from .preview import Old, Own, Owns, Preview, Site, preview
from .statistics import async_written
from .targets import find_targets

_ENERGY: Final = "energy"


@callback
def async_built_in(hass: HomeAssistant, serial: str) -> ConfigEntry | None:
    """Return the built-in integration's entry of a gateway; one that the user ignored is none."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(BUILT_IN, serial)
    return entry if entry and entry.source != SOURCE_IGNORE else None


async def async_preview(
    hass: HomeAssistant, built_in: ConfigEntry, data: IQGatewayData, serial: str, *, only_energies: bool = False
) -> Preview:
    """Return what would happen; nothing changes."""
    await async_written(hass)
    site = Site(
        serial=serial,
        phases=data.site.phase_count,
        counters={key: total.source for key, total in data.site.totals.items()},
        readings={
            key: total.gateway_reading if total.energy is not None else None for key, total in data.totals.items()
        },
    )
    return preview(
        await _async_olds(hass, built_in),
        find_targets(data, serial),
        _owns(hass),
        site,
        now=dt_util.utcnow().timestamp(),
        only_energies=only_energies,
    )


async def _async_olds(hass: HomeAssistant, built_in: ConfigEntry) -> list[Old]:
    """Return the entities of the built-in integration that are in use: whoever disabled one does not want it."""
    registry = er.async_get(hass)
    counted = await async_panel_ids(hass)
    entities = er.async_entries_for_config_entry(registry, built_in.entry_id)
    return [await _async_old(hass, entity, counted) for entity in entities if _is_used(hass, entity)]


def _is_used(hass: HomeAssistant, entity: er.RegistryEntry) -> bool:
    """Tell whether nobody disabled an entity; that its whole entry is disabled says nothing of it."""
    if entity.platform != BUILT_IN:
        return False
    if entity.disabled_by is er.RegistryEntryDisabler.DEVICE:
        device = dr.async_get(hass).async_get(entity.device_id) if entity.device_id else None
        return device is not None and device.disabled_by is dr.DeviceEntryDisabler.CONFIG_ENTRY
    return entity.disabled_by in (None, er.RegistryEntryDisabler.CONFIG_ENTRY)


async def _async_old(hass: HomeAssistant, entity: er.RegistryEntry, counted: frozenset[str]) -> Old:
    state = hass.states.get(entity.entity_id)
    capabilities: Mapping[str, Any] = entity.capabilities or {}
    device_class = entity.device_class or entity.original_device_class
    is_energy = device_class == _ENERGY and capabilities.get("state_class") is not None
    return Old(
        platform=entity.domain,
        entity_id=entity.entity_id,
        registry_id=entity.id,
        unique_id=entity.unique_id,
        device_id=entity.device_id,
        state=state.state if state else None,
        unit=entity.unit_of_measurement,
        device_class=device_class,
        state_class=capabilities.get("state_class"),
        in_panel=entity.entity_id in counted,
        known=await async_known(hass, entity.entity_id) if is_energy else None,
    )


async def async_known(hass: HomeAssistant, entity_id: str) -> Known | None:
    """Return the last figure of an energy that Home Assistant knows."""
    if (state := hass.states.get(entity_id)) and (known := known_from(state)):
        return known
    origin = await async_last_known(hass, entity_id)
    return Known(energy=origin.total, at=origin.at) if origin else None


def known_from(state: State) -> Known | None:
    """Return the figure of an energy that a state shows; None if it shows none."""
    try:
        energy = EnergyConverter.convert(
            float(state.state), state.attributes.get(ATTR_UNIT_OF_MEASUREMENT), UnitOfEnergy.WATT_HOUR
        )
    except ValueError, TypeError, HomeAssistantError:
        return None
    return Known(energy=energy, at=state.last_updated_timestamp)


@callback
def _owns(hass: HomeAssistant) -> Owns:
    """Return what is registered of ours: of all gateways, as a microinverter may be another's."""
    return {(platform, unique_id): own for platform, unique_id, own in _registered(hass)}


def _registered(hass: HomeAssistant) -> Iterator[tuple[str, str, Own]]:
    for entity in er.async_get(hass).entities.values():
        if entity.platform == DOMAIN:
            is_unwanted = entity.disabled_by is er.RegistryEntryDisabler.USER
            yield entity.domain, entity.unique_id, Own(entity_id=entity.entity_id, disabled_by_user=is_unwanted)
