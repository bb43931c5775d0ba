"""The Energy panel's preferences: they name entities, and nothing may count twice."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from homeassistant.core import HomeAssistant

type Sources = list[dict[str, Any]]

_ENERGIES: Final = ("stat_energy_from", "stat_energy_to")
_PARTS: Final = ("energy_sources", "device_consumption")


async def async_panel_ids(hass: HomeAssistant) -> frozenset[str]:
    """Return the entities that the panel names."""
    parts = await _async_parts(hass)
    return frozenset(_texts(parts))


async def async_clean_panel(hass: HomeAssistant, moved: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Name in the panel what entities of ours are called once they have moved, and drop what would count twice.

    `moved` tells by the id of an entity of ours the one that it gets. Return the preferences "before" and "after"; None
    if nothing of ours was there.
    """
    before = await _async_parts(hass)
    after = {part: cleaned(rows, moved) for part, rows in before.items()}
    if after == before:
        return None
    await async_put(hass, after)
    return {"before": before, "after": after}


async def async_restore_panel(hass: HomeAssistant, panel: Mapping[str, Any] | None, *, stage: str, to: str) -> None:
    """Put back what was there at one stage, "before" or "after", if the preferences are still those of the other."""
    if panel and await _async_parts(hass) == panel[stage]:
        await async_put(hass, panel[to])


async def async_put(hass: HomeAssistant, parts: Mapping[str, Sources]) -> None:
    """Save preferences."""
    from homeassistant.components.energy.data import async_get_manager  # noqa: PLC0415

    manager = await async_get_manager(hass)
    await manager.async_update(cast("Any", dict(parts)))


def cleaned(rows: Sources, moved: Mapping[str, str]) -> Sources:
    """Return sources with other names; of two that name the same energies then, the one that had them before stays."""
    renamed = [cast("dict[str, Any]", _renamed(row, moved)) for row in rows]
    theirs = frozenset().union(*(_counts(row) for row in rows if not _names_any(row, moved)))
    kept: Sources = []
    for row, new in zip(rows, renamed, strict=True):
        counts = _counts(new)
        if new == row or not counts or not counts <= theirs:
            kept.append(new)
    return kept


def _counts(row: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Return what a source, or a device, counts."""
    kind = row.get("type", "")
    return frozenset((kind, row[key]) for key in (*_ENERGIES, "stat_consumption") if row.get(key))


def _names_any(row: Mapping[str, Any], moved: Mapping[str, str]) -> bool:
    return any(text in moved for text in _texts(row))


def _renamed(value: object, moved: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {key: _renamed(item, moved) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, moved) for item in value]
    return moved.get(value, value) if isinstance(value, str) else value


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


async def _async_parts(hass: HomeAssistant) -> dict[str, Sources]:
    if "energy" not in hass.config.components:
        return {}
    from homeassistant.components.energy.data import async_get_manager  # noqa: PLC0415

    data: Mapping[str, Any] = (await async_get_manager(hass)).data or {}
    return {part: list(data[part]) for part in _PARTS if part in data}
