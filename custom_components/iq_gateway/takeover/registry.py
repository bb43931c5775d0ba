"""Entries of Home Assistant's registries that go from one integration to the other, and back.

Their entity id never changes, so that the recorder notices nothing; whatever hangs on the entry goes along.
"""

from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler, OperationNotAllowed
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.typing import UNDEFINED

from ..const import DOMAIN, LOGGER
from .journal import BUILT_IN, Journal, Move


@callback
def async_waiting(hass: HomeAssistant, journal: Journal) -> list[Move]:
    """Return the moves of entities that are still, or again, the built-in integration's."""
    return [move for move in journal.moves if _platform(hass, move) == BUILT_IN]


@callback
def async_are_here(hass: HomeAssistant, journal: Journal) -> bool:
    """Tell whether any of the entities is ours."""
    return any(_platform(hass, move) == DOMAIN for move in journal.moves)


def _platform(hass: HomeAssistant, move: Move) -> str | None:
    entity = er.async_get(hass).entities.get_entry(move.registry_id)
    return entity.platform if entity else None


@callback
def async_move(hass: HomeAssistant, entry: ConfigEntry, move: Move, device_id: str) -> bool:
    """Move an entity here; tell whether it is here now."""
    registry = er.async_get(hass)
    entity = registry.entities.get_entry(move.registry_id)
    if entity is None or (entity.platform == DOMAIN and entity.config_entry_id != entry.entry_id):
        return False
    if entity.platform == DOMAIN:
        return True
    # That a unique id is free here is checked by nobody else.
    if own := registry.async_get_entity_id(move.platform, DOMAIN, move.becomes):
        registry.async_remove(own)
    return _change(registry, entity, platform=DOMAIN, entry=entry, unique_id=move.becomes, device_id=device_id)


@callback
def async_move_back(hass: HomeAssistant, built_in: ConfigEntry, move: Move) -> bool:
    """Move an entity back to the built-in integration; tell whether it is there now."""
    registry = er.async_get(hass)
    entity = registry.entities.get_entry(move.registry_id)
    if entity is None or entity.platform != DOMAIN:
        return entity is not None and entity.platform == BUILT_IN
    if stands_in := registry.async_get_entity_id(move.platform, BUILT_IN, move.unique_id):
        registry.async_remove(stands_in)
    device = dr.async_get(hass).async_get(move.device_id) if move.device_id else None
    return _change(
        registry,
        entity,
        platform=BUILT_IN,
        entry=built_in,
        unique_id=move.unique_id,
        device_id=device.id if device else None,
    )


def _change(
    registry: er.EntityRegistry,
    entity: er.RegistryEntry,
    *,
    platform: str,
    entry: ConfigEntry,
    unique_id: str,
    device_id: str | None,
) -> bool:
    try:
        registry.async_update_entity_platform(
            entity.entity_id,
            platform,
            new_config_entry_id=entry.entry_id,
            # Home Assistant takes an entity's own unique id for another one's.
            new_unique_id=UNDEFINED if unique_id == entity.unique_id else unique_id,
            new_device_id=device_id,
        )
    except ValueError as err:
        # What follows the serial number, which ids mostly hold as well.
        kind = entity.unique_id.partition("_")[2]
        LOGGER.warning("A %s (%s) cannot be moved to %s: %s", entity.domain, kind, platform, type(err).__name__)
        return False
    return True


@callback
def async_set_aside(hass: HomeAssistant, built_in: ConfigEntry, move: Move) -> None:
    """Leave a disabled entity for the built-in integration, which goes on without showing the same twice."""
    registry = er.async_get(hass)
    if registry.async_get_entity_id(move.platform, BUILT_IN, move.unique_id):
        return
    registry.async_get_or_create(
        move.platform,
        BUILT_IN,
        move.unique_id,
        config_entry=built_in,
        device_id=move.device_id,
        disabled_by=er.RegistryEntryDisabler.USER,
        suggested_object_id=f"{move.entity_id.partition('.')[2]}_envoy",
    )


@callback
def async_copy_device(
    hass: HomeAssistant, entry: ConfigEntry, built_in: ConfigEntry, identifier: str
) -> dr.DeviceEntry | None:
    """Return our device, with what it lacks of the area, labels and name of the same one there.

    What meters measure hangs on the gateway there: they get its area and labels.
    """
    registry = dr.async_get(hass)
    ours = registry.async_get_device_by_identifier((DOMAIN, identifier), entry.entry_id)
    same = registry.async_get_device_by_identifier((BUILT_IN, identifier), built_in.entry_id)
    gateway = registry.async_get_device_by_identifier((BUILT_IN, str(entry.unique_id)), built_in.entry_id)
    theirs = same or gateway
    if ours is None or theirs is None:
        return ours
    return registry.async_update_device(
        ours.id,
        area_id=ours.area_id or theirs.area_id,
        labels=ours.labels | theirs.labels,
        name_by_user=ours.name_by_user or (same.name_by_user if same else None),
    )


async def async_disable(hass: HomeAssistant, built_in: ConfigEntry) -> None:
    """Disable the built-in integration, which unloads it unless it refuses."""
    try:
        await hass.config_entries.async_set_disabled_by(built_in.entry_id, ConfigEntryDisabler.USER)
    except OperationNotAllowed:
        LOGGER.debug("%s cannot be unloaded", BUILT_IN)


@callback
def async_enable(hass: HomeAssistant, built_in: ConfigEntry) -> None:
    """Have the built-in integration run, however long that takes: nobody waits for it here."""

    async def enable() -> None:
        try:
            await hass.config_entries.async_set_disabled_by(built_in.entry_id, None)
        except OperationNotAllowed:
            LOGGER.warning("%s cannot be loaded before Home Assistant restarts", BUILT_IN)

    hass.async_create_task(enable(), f"{DOMAIN} enables {BUILT_IN}")
