"""Home Assistant's Energy panel: this site's sources put among its preferences, at the user's request only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final, cast

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import voluptuous as vol

from .const import CONF_ENERGY_PANEL, CONF_ENERGY_PANEL_PENDING, DOMAIN, LOGGER
from .coordinator import IQGatewayConfigEntry

type Source = Mapping[str, object]
"""One of the Energy panel's sources, as Home Assistant stores it."""

type Statistics = dict[str, str]
"""Statistic ids, which are entity ids, by the field of a source that they stand in."""

_ENERGIES: Final = ("stat_energy_from", "stat_energy_to")
_POWER_CONFIG: Final = "power_config"
# The first start may know too little of the site; what two of them do not find is not there.
_COMPLETE_STARTS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A kind of source: which of a gateway's entities stands in which of its fields."""

    required: Mapping[str, str]
    optional: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)
    """What a new source has besides; a user's prices go there later."""


_KINDS: Final[Mapping[str, _Kind]] = {
    "solar": _Kind(
        required={"stat_energy_from": "production_energy"},
        optional={"stat_rate": "production_power"},
        settings={"config_entry_solar_forecast": None},
    ),
    "grid": _Kind(
        required={"stat_energy_from": "grid_import_energy"},
        optional={"stat_energy_to": "grid_export_energy", "stat_rate": "grid_power"},
        settings={
            "stat_cost": None,
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "cost_adjustment_day": 0.0,
        },
    ),
    "battery": _Kind(
        required={"stat_energy_from": "battery_discharged_energy", "stat_energy_to": "battery_charged_energy"},
        optional={"stat_rate": "battery_power", "stat_soc": "battery_level"},
    ),
}


class Left(StrEnum):
    """Why nothing was done for a kind of source."""

    ALREADY_THERE = "already_there"
    DISABLED = "disabled"
    """One of its entities is disabled, so that there are no statistics of it."""
    NOT_MEASURED = "not_measured"
    """The site has nothing of the kind, or no meter for its energy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPanelResult:
    """What came of a request, by kind of source: "solar", "grid", "battery"."""

    added: dict[str, Statistics] = field(default_factory=dict)
    completed: dict[str, Statistics] = field(default_factory=dict)
    """A source with our energy was there; these are the fields that it lacked."""
    left: dict[str, Left] = field(default_factory=dict)

    def as_dict(self) -> dict[str, dict[str, object]]:
        """Return it as an action's response."""
        return asdict(self)


async def async_set_up_energy_panel(
    hass: HomeAssistant, entry: IQGatewayConfigEntry, kinds: Iterable[str] = _KINDS
) -> EnergyPanelResult:
    """Add what the Energy panel lacks of these kinds of this site's sources; whatever else is there stays as it is.

    Raises:
        ServiceValidationError: this Home Assistant has no Energy panel.
        HomeAssistantError: its preferences would not be valid, because of what was in them already; or the panel is not
            the one that this was written for.
    """
    if "energy" not in hass.config.components:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="energy_not_loaded")
    try:
        return await _async_add(hass, entry, kinds)
    except HomeAssistantError:
        raise
    except Exception as err:
        # These are the panel's internals, which promise nothing: whatever became of them is no reason to fall over.
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="energy_changed") from err


async def _async_add(hass: HomeAssistant, entry: IQGatewayConfigEntry, kinds: Iterable[str]) -> EnergyPanelResult:
    """Put the sources among the panel's own, and save them if any is new or more complete."""
    # Here rather than above: a Home Assistant in which this is somewhere else still runs the rest of the integration.
    from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, async_get_manager  # noqa: PLC0415

    manager = await async_get_manager(hass)
    # Nothing is awaited from here to the update, so that two gateways cannot undo each other's work.
    sources: list[Source] = list(manager.data.get("energy_sources", ())) if manager.data else []
    result = EnergyPanelResult()
    for name in kinds:
        kind = _KINDS[name]
        _merge(sources, name, kind, _find_statistics(hass, entry, kind), result)
    if result.added or result.completed:
        try:
            valid = ENERGY_SOURCE_SCHEMA(sources)
        except vol.Invalid as err:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="energy_preferences_invalid") from err
        await manager.async_update(cast(Any, {"energy_sources": valid}))
    return result


async def async_fulfil_wish(hass: HomeAssistant, entry: IQGatewayConfigEntry) -> None:
    """Do what the flow or the options asked for, once for each kind of source.

    A kind that is not measured stays wished for: an endpoint that fails keeps some of the entities away. It is given up
    after `_COMPLETE_STARTS` starts at which no endpoint failed. What is done is done: nothing that the user removes
    comes back.
    """
    options = dict(entry.options)
    pending: dict[str, int] = options.pop(CONF_ENERGY_PANEL_PENDING, {})
    if options.pop(CONF_ENERGY_PANEL, False):
        pending = dict.fromkeys(_KINDS, 0)
    if not pending:
        return
    try:
        result = await async_set_up_energy_panel(hass, entry, [name for name in _KINDS if name in pending])
    except HomeAssistantError as err:
        LOGGER.warning("%s: the Energy panel was not set up: %s", entry.title, err)
        pending = {}
    else:
        states = entry.runtime_data.poller.states.values()
        complete = not any(state.error and not state.refused for state in states)
        counted = {name: pending[name] + complete for name, why in result.left.items() if why is Left.NOT_MEASURED}
        pending = {name: starts for name, starts in counted.items() if starts < _COMPLETE_STARTS}
    if pending:
        options[CONF_ENERGY_PANEL_PENDING] = pending
    hass.config_entries.async_update_entry(entry, options=options)


def _merge(sources: list[Source], name: str, kind: _Kind, found: Statistics | Left, result: EnergyPanelResult) -> None:
    """Put one kind of source among the others, and note what was done."""
    if isinstance(found, Left):
        result.left[name] = found
        return
    used = _used_statistics(sources, name)
    energies = {found[key] for key in _ENERGIES if key in found}
    present = next((index for index, source in enumerate(sources) if _has(source, name, energies)), None)
    if present is None:
        new = {key: value for key, value in found.items() if key in kind.required or value not in used}
        sources.append({"type": name, **kind.settings, **new})
        result.added[name] = new
    elif missing := _missing(sources[present], found, used):
        sources[present] = {**sources[present], **missing}
        result.completed[name] = missing
    else:
        result.left[name] = Left.ALREADY_THERE


def _has(source: Source, name: str, statistics: set[str]) -> bool:
    """Tell whether a source counts one of these energies."""
    return source.get("type") == name and any(source.get(key) in statistics for key in _ENERGIES)


def _missing(source: Source, found: Statistics, used: set[object]) -> Statistics:
    """Return what a source lacks; a field that the user filled, or that another source has, is theirs."""
    own_power = {"stat_rate"} if _POWER_CONFIG in source else set()
    return {
        key: value
        for key, value in found.items()
        if source.get(key) is None and key not in own_power and value not in used
    }


def _used_statistics(sources: Sequence[Source], name: str) -> set[object]:
    """Return what the sources of a kind use already: Home Assistant refuses to count a grid meter twice."""
    same = (source for source in sources if source.get("type") == name)
    return {value for source in same for value in source.values() if isinstance(value, str)}


@callback
def _find_statistics(hass: HomeAssistant, entry: IQGatewayConfigEntry, kind: _Kind) -> Statistics | Left:
    """Return the enabled entities of a source, whatever the user calls them; why not if one is missing."""
    registry = er.async_get(hass)
    found: Statistics = {}
    disabled = False
    for fieldname, key in {**kind.required, **kind.optional}.items():
        known, estimated = (_registered(registry, entry, one) for one in (key, f"{key}_estimated"))
        # What has no meter is estimated, where somebody has enabled that.
        enabled = next((one for one in (known, estimated) if one and not one.disabled), None)
        if enabled:
            found[fieldname] = enabled.entity_id
        elif known and fieldname in kind.required:
            disabled = True
    if kind.required.keys() <= found.keys():
        return found
    return Left.DISABLED if disabled else Left.NOT_MEASURED


def _registered(registry: er.EntityRegistry, entry: IQGatewayConfigEntry, key: str) -> er.RegistryEntry | None:
    """Return the entity of the gateway with a key, if there is one."""
    entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{entry.runtime_data.serial}_{key}")
    return registry.async_get(entity_id) if entity_id else None
