"""What Home Assistant knows of a total: from there it goes on where the ledger does not know."""

from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import restore_state
from homeassistant.util.unit_conversion import EnergyConverter

from .lifetime import Origin

# The attribute of a total's entity that tells what is added to the gateway's counter, in kWh.
ATTR_CORRECTION: Final = "correction"

# Among so many of the last states one is a number, and not only that the entity was unavailable or unknown.
_LAST_STATES: Final = 20


async def async_last_known(hass: HomeAssistant, entity_id: str) -> Origin | None:
    """Return what Home Assistant last knew of a total: by the entity's restored state, its states or its statistics."""
    stored = _restored(hass, entity_id)
    known = [_from_state(stored.state) if stored else None]
    if "recorder" in hass.config.components:
        # Not every Home Assistant runs a recorder, and it is large.
        from homeassistant.components.recorder import get_instance  # noqa: PLC0415

        known += await get_instance(hass).async_add_executor_job(_recorded, hass, entity_id)
    return max((origin for origin in known if origin), key=lambda origin: origin.at, default=None)


def _restored(hass: HomeAssistant, entity_id: str) -> restore_state.StoredState | None:
    """Return what was stored of an entity; Home Assistant before 2026.11 has no function for that."""
    data: Any = restore_state.async_get(hass)
    find = getattr(data, "async_get_stored_state", None) or data.last_states.get
    found: restore_state.StoredState | None = find(entity_id)
    return found


def async_clear_statistics(hass: HomeAssistant, entity_ids: list[str]) -> None:
    """Have the recorder forget the statistics of totals that began with what turned out to be wrong."""
    if not entity_ids or "recorder" not in hass.config.components:
        return
    from homeassistant.components.recorder import get_instance  # noqa: PLC0415

    get_instance(hass).async_clear_statistics(entity_ids)


def _recorded(hass: HomeAssistant, entity_id: str) -> list[Origin | None]:
    """Return the last state and the last statistics, in the recorder's thread."""
    return [_last_state(hass, entity_id), _last_statistics(hass, entity_id)]


def _last_state(hass: HomeAssistant, entity_id: str) -> Origin | None:
    from homeassistant.components.recorder import history  # noqa: PLC0415

    states = history.get_last_state_changes(hass, _LAST_STATES, entity_id).get(entity_id, [])
    origins = (_from_state(state) for state in reversed(states))
    return next((origin for origin in origins if origin), None)


def _from_state(state: State) -> Origin | None:
    try:
        total = _in_wh(float(state.state), state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
        correction = state.attributes.get(ATTR_CORRECTION)
        offset = None if correction is None else _in_wh(float(correction), UnitOfEnergy.KILO_WATT_HOUR)
    except ValueError, TypeError:
        return None
    return Origin(total=total, at=state.last_updated_timestamp, offset=offset)


def _last_statistics(hass: HomeAssistant, entity_id: str) -> Origin | None:
    """Return what is left of some moment in the last period once no states are kept; a state of then knows more."""
    from homeassistant.components.recorder import statistics  # noqa: PLC0415

    _, metadata = statistics.get_metadata(hass, statistic_ids={entity_id}).get(entity_id, (0, None))
    if metadata is None or metadata["unit_of_measurement"] not in EnergyConverter.VALID_UNITS:
        return None
    for last in (statistics.get_last_short_term_statistics, statistics.get_last_statistics):
        rows = last(hass, 1, entity_id, convert_units=False, types={"state"}).get(entity_id, [])
        if rows and (energy := rows[0].get("state")) is not None:
            return Origin(total=_in_wh(energy, metadata["unit_of_measurement"]), at=rows[0]["start"])
    return None


def _in_wh(energy: float, unit: str | None) -> float:
    """Return an energy in Wh; `ValueError` for what is no unit of energy."""
    if unit not in EnergyConverter.VALID_UNITS:
        raise ValueError("no unit of energy")
    return EnergyConverter.convert(energy, unit, UnitOfEnergy.WATT_HOUR)
