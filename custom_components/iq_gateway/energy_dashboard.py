"""Home Assistant's Energy panel: this site's sources put among its preferences, at the user's request only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final, cast

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import voluptuous as vol

from .const import CONF_ENERGY_PANEL, CONF_ENERGY_PANEL_PENDING, CONF_SOLAR_FORECAST, DOMAIN, LOGGER
from .coordinator import IQGatewayConfigEntry
from .devices import KINDS
from .solar_forecast import async_solar_forecasts

type Source = Mapping[str, object]
"""One of the Energy panel's sources, as Home Assistant stores it."""

type Statistics = dict[str, str]
"""Statistic ids, which are entity ids, by the field of a source that they stand in."""

type Fields = dict[str, str | list[str]]
"""What was put into the fields of a source: statistics, and entries that give a forecast."""

_ENERGIES: Final = ("stat_energy_from", "stat_energy_to")
_POWER_CONFIG: Final = "power_config"
_FORECAST: Final = "config_entry_solar_forecast"
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
        settings={_FORECAST: None},
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
    "home": _Kind(
        required={"stat_energy_to": "consumption_energy"},
        optional={"stat_rate": "consumption_power"},
    ),
}
# A kind that came with Home Assistant 2026.11, and of which the panel takes a single source.
_HOME: Final = "home"
_BATTERY: Final = "battery"
_SINGLE_BATTERY: Final = _Kind(
    required={"stat_energy_from": "discharged_energy", "stat_energy_to": "charged_energy"},
    optional={"stat_rate": "power", "stat_soc": "level"},
)


class Left(StrEnum):
    """Why nothing was done for a kind of source."""

    ALREADY_THERE = "already_there"
    ANOTHER_THERE = "another_there"
    """There can be one of the kind only, and it is somebody else's."""
    DISABLED = "disabled"
    """One of its entities is disabled, so that there are no statistics of it."""
    NOT_MEASURED = "not_measured"
    """The site has nothing of the kind, or no meter for its energy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPanelResult:
    """What came of a request, by kind of source: "solar", "grid", "battery" (or several of these, counted), "home"."""

    added: dict[str, Fields] = field(default_factory=dict)
    completed: dict[str, Fields] = field(default_factory=dict)
    """A source with our energy was there; these are the fields that it lacked."""
    left: dict[str, Left] = field(default_factory=dict)

    def as_dict(self) -> dict[str, dict[str, object]]:
        """Return it as an action's response."""
        return asdict(self)


async def async_set_up_energy_panel(
    hass: HomeAssistant, entry: IQGatewayConfigEntry, kinds: Iterable[str] = _KINDS, *, forecast: bool = False
) -> EnergyPanelResult:
    """Add what the Energy panel lacks of these kinds of this site's sources; whatever else is there stays as it is.

    With `forecast` a solar source without a forecast gets those that no other source has.

    Raises:
        ServiceValidationError: this Home Assistant has no Energy panel.
        HomeAssistantError: its preferences would not be valid, because of what was in them already; or the panel is not
            the one that this was written for.
    """
    if "energy" not in hass.config.components:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="energy_not_loaded")
    try:
        return await _async_add(hass, entry, kinds, await async_solar_forecasts(hass) if forecast else [])
    except HomeAssistantError:
        raise
    except Exception as err:
        # These are the panel's internals, which promise nothing: whatever became of them is no reason to fall over.
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="energy_changed") from err


async def _async_add(
    hass: HomeAssistant, entry: IQGatewayConfigEntry, kinds: Iterable[str], forecasts: Sequence[str]
) -> EnergyPanelResult:
    """Put the sources among the panel's own, and save them if any is new or more complete."""
    # Here rather than above: a Home Assistant in which this is somewhere else still runs the rest of the integration.
    from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, async_get_manager  # noqa: PLC0415

    manager = await async_get_manager(hass)
    # Nothing is awaited from here to the update, so that two gateways cannot undo each other's work.
    sources: list[Source] = list(manager.data.get("energy_sources", ())) if manager.data else []
    result = EnergyPanelResult()
    for name in kinds:
        if name == _HOME and not _takes_home(ENERGY_SOURCE_SCHEMA):
            continue
        if name == _BATTERY:
            _merge_batteries(hass, entry, sources, result)
        else:
            _merge(sources, name, _KINDS[name], _find_statistics(hass, entry.runtime_data.serial, _KINDS[name]), result)
        if name == "solar" and forecasts:
            _link_forecasts(hass, entry, sources, forecasts, result)
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
    forecast = options.pop(CONF_SOLAR_FORECAST, False)
    pending: dict[str, int] = options.pop(CONF_ENERGY_PANEL_PENDING, {})
    if options.pop(CONF_ENERGY_PANEL, False):
        pending = dict.fromkeys(_KINDS, 0)
    if forecast:
        pending = {"solar": 0, **pending}
    if not pending:
        return
    try:
        result = await async_set_up_energy_panel(
            hass, entry, [name for name in _KINDS if name in pending], forecast=forecast
        )
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


def _takes_home(schema: Callable[[list[Source]], object]) -> bool:
    """Tell whether this Home Assistant's panel knows the house's own meter as a source."""
    try:
        schema([{"type": _HOME, "stat_energy_to": "sensor.home"}])
    except vol.Invalid:
        return False
    return True


def _merge_batteries(
    hass: HomeAssistant, entry: IQGatewayConfigEntry, sources: list[Source], result: EnergyPanelResult
) -> None:
    """Put each battery among the sources if all are counted one by one, else all together; never both."""
    together = _find_statistics(hass, entry.runtime_data.serial, _KINDS[_BATTERY])
    counted, others = _batteries(entry)
    single = [_find_statistics(hass, identifier, _SINGLE_BATTERY) for identifier in counted]
    found = [one for one in single if not isinstance(one, Left)]
    all_counted = bool(found) and not others and len(found) == len(single)
    any_there = any(_is_there(sources, one) for one in found)
    is_whole = not isinstance(together, Left)
    if not found or (is_whole and (_is_there(sources, together) or not (all_counted or any_there))):
        if not is_whole and Left.DISABLED in single:
            together = Left.DISABLED
        _merge(sources, _BATTERY, _KINDS[_BATTERY], together, result)
        return
    for number, one in enumerate(found, start=1):
        _merge(sources, _BATTERY, _SINGLE_BATTERY, one, result, called=f"{_BATTERY}_{number}")


def _batteries(entry: IQGatewayConfigEntry) -> tuple[list[str], bool]:
    """Return what batteries with energies of their own are known by, and whether there are some without."""
    coordinator, counted, others = entry.runtime_data, list[str](), False
    energies = set(_SINGLE_BATTERY.required.values())
    for kind in KINDS:
        keys = {one.key for one in kind.entities}
        if "level" in keys and energies <= keys:
            counted += [kind.identifier(coordinator.serial, key) for key in kind.subjects(coordinator.data)]
        elif "level" in keys:
            others = others or bool(kind.subjects(coordinator.data))
    return sorted(counted), others


def _is_there(sources: Sequence[Source], found: Statistics | Left) -> bool:
    energies = set() if isinstance(found, Left) else {found[key] for key in _ENERGIES}
    return any(_has(source, _BATTERY, energies) for source in sources)


def _link_forecasts(
    hass: HomeAssistant,
    entry: IQGatewayConfigEntry,
    sources: list[Source],
    forecasts: Sequence[str],
    result: EnergyPanelResult,
) -> None:
    """Give our solar source the forecasts that no source has, if it has none."""
    found = _find_statistics(hass, entry.runtime_data.serial, _KINDS["solar"])
    linked = {one for source in sources for one in cast("list[str] | None", source.get(_FORECAST)) or ()}
    free = [one for one in forecasts if one not in linked]
    if isinstance(found, Left) or not free:
        return
    index = next((at for at, source in enumerate(sources) if _has(source, "solar", {found["stat_energy_from"]})), None)
    if index is None or sources[index].get(_FORECAST):
        return
    sources[index] = {**sources[index], _FORECAST: free}
    where = result.added if "solar" in result.added else result.completed
    where["solar"] = {**where.get("solar", {}), _FORECAST: free}
    if result.left.get("solar") is Left.ALREADY_THERE:
        del result.left["solar"]


def _merge(
    sources: list[Source],
    name: str,
    kind: _Kind,
    found: Statistics | Left,
    result: EnergyPanelResult,
    *,
    called: str | None = None,
) -> None:
    """Put one source among the others, and note what was done, by its kind or what else it is `called`."""
    called = called or name
    if isinstance(found, Left):
        result.left[called] = found
        return
    used = _used_statistics(sources, name)
    energies = {found[key] for key in _ENERGIES if key in found}
    present = next((index for index, source in enumerate(sources) if _has(source, name, energies)), None)
    if present is None and name == _HOME and any(source.get("type") == _HOME for source in sources):
        result.left[called] = Left.ANOTHER_THERE
    elif present is None:
        new = {key: value for key, value in found.items() if key in kind.required or value not in used}
        sources.append({"type": name, **kind.settings, **new})
        result.added[called] = {**new}
    elif missing := _missing(sources[present], found, used):
        sources[present] = {**sources[present], **missing}
        result.completed[called] = {**missing}
    else:
        result.left[called] = Left.ALREADY_THERE


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
def _find_statistics(hass: HomeAssistant, identifier: str, kind: _Kind) -> Statistics | Left:
    """Return the enabled entities of a source, whatever the user calls them; why not if one is missing.

    `identifier` is what their device is known by.
    """
    registry = er.async_get(hass)
    found: Statistics = {}
    disabled = False
    for fieldname, key in {**kind.required, **kind.optional}.items():
        known, estimated = (_registered(registry, f"{identifier}_{one}") for one in (key, f"{key}_estimated"))
        # What has no meter is estimated, where somebody has enabled that.
        enabled = next((one for one in (known, estimated) if one and not one.disabled), None)
        if enabled:
            found[fieldname] = enabled.entity_id
        elif known and fieldname in kind.required:
            disabled = True
    if kind.required.keys() <= found.keys():
        return found
    return Left.DISABLED if disabled else Left.NOT_MEASURED


def _registered(registry: er.EntityRegistry, unique_id: str) -> er.RegistryEntry | None:
    """Return the sensor with a unique id, if there is one."""
    entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
    return registry.async_get(entity_id) if entity_id else None
