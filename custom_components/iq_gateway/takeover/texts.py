"""The preview for people, in Home Assistant's language: lists in Markdown."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from homeassistant.components.sensor.const import UNIT_CONVERTERS
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN, UnitOfEnergy
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import translation
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..issues import has_any
from .journal import Journal, Stage
from .preview import Left, Old, Preview, Reason, Step

_ARROW: Final = "\N{RIGHTWARDS ARROW}"
_NOTHING: Final = "\N{EN DASH}"
_DIGITS: Final = 3
_ENERGY, _TIMESTAMP, _OF_TODAY = "energy", "timestamp", "_today"
_DAY: Final = 86_400.0
# Days without trouble after which nobody will want to go back.
_CALM_DAYS: Final = 28


async def async_texts(hass: HomeAssistant, shown: Preview, built_in: ConfigEntry, title: str) -> dict[str, str]:
    """Return what the form is filled with."""
    words = await _async_words(hass)
    return {
        "title": title,
        "other": built_in.title,
        "count": str(len(shown.steps)),
        "moves": _moving(shown.steps, words),
        "left": _listed(_left(shown.left, words)),
        "vanish": _vanishing(hass, shown, words),
        "devices": _listed(_by_device(hass, shown)),
    }


async def async_undo_texts(hass: HomeAssistant, journal: Journal, title: str) -> dict[str, str]:
    """Return what the form for the way back is filled with: which totals cannot be given back to the Wh."""
    words = await _async_words(hass)
    names = {move.total: move.entity_id for move in journal.moves}
    differing = (
        f"`{names.get(key, key)}`: {words['differs'].format(energy=f'{began.energy / 1000:.3f}')}"
        for key, began in journal.began.items()
        if not began.same_counter
    )
    return {"title": title, "count": str(len(journal.moves)), "differing": _listed(differing)}


async def async_advice(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return that the built-in integration's entry may be deleted, and what has to be edited first; mostly nothing.

    Once all has gone well for weeks, and as long as it is not kept running.
    """
    journal = Journal.of(entry)
    if journal is None or journal.stage is not Stage.TAKEN or journal.keep_running or has_any(hass, entry):
        return ""
    days = (dt_util.utcnow().timestamp() - journal.taken_at) // _DAY if journal.taken_at else 0
    built_in = hass.config_entries.async_get_entry(journal.entry_id)
    if days < _CALM_DAYS or built_in is None or built_in.disabled_by is None:
        return ""
    words = await _async_words(hass)
    advice = [words["may_delete"].format(other=built_in.title, days=f"{days:.0f}")]
    if users := list(_users(hass, {move.device_id for move in journal.moves})):
        advice.append(words["edit_first"].format(users=", ".join(users)))
    return " ".join(advice)


async def _async_words(hass: HomeAssistant) -> dict[str, str]:
    """Return the pieces of text that lists are made of."""
    prefix = f"component.{DOMAIN}.selector.takeover.options."
    texts = await translation.async_get_translations(hass, hass.config.language, "selector", [DOMAIN])
    return {key.removeprefix(prefix): text for key, text in texts.items() if key.startswith(prefix)}


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or _NOTHING


def _folded(lines: Iterable[str], others: list[str], title: str) -> str:
    """Return a list, and one that is opened to be read: a site with many microinverters has a hundred entities."""
    if not others:
        return _listed(lines)
    listed = "".join(f"- {line}\n" for line in lines)
    summary = title.format(count=len(others))
    return f"{listed}\n<details><summary>{summary}</summary>\n\n{_listed(others)}\n\n</details>"


def _moving(steps: Iterable[Step], words: Mapping[str, str]) -> str:
    """Return what moves, energies first: those that last a lifetime, then those of a day."""
    ranked = sorted(steps, key=lambda step: (step.total is None, step.old.unique_id))
    energies = [_moved(step, words) for step in ranked if step.old.device_class == _ENERGY]
    others = [_moved(step, words) for step in ranked if step.old.device_class != _ENERGY]
    return _folded(energies, others, words["others"])


def _moved(step: Step, words: Mapping[str, str]) -> str:
    """Return the line of an entity: its id, our key, both values, and from where a total goes on."""
    old, key = step.old, step.target.description.key
    line = f"`{old.entity_id}` ({key}): {_before(old)} {_ARROW} {_after(step)}"
    if step.target.value is None and key.endswith(_OF_TODAY):
        line = f"{line} ({words['from_midnight']})"
    if step.base is None:
        return line
    note = "goes_on" if step.base.same_counter else "begins"
    notes = [words[note].format(energy=f"{step.base.energy / 1000:.3f}")]
    if step.base.missed:
        notes.append(words["missed"].format(energy=f"{step.base.missed / 1000:.3f}"))
    return f"{line}; {' '.join(notes)}"


def _before(old: Old) -> str:
    """Return what the built-in integration's entity shows."""
    if old.state in (None, STATE_UNKNOWN, STATE_UNAVAILABLE):
        return _NOTHING
    if old.device_class == _TIMESTAMP and (moment := dt_util.parse_datetime(str(old.state))):
        return _local(moment)
    number = _number(old)
    return _with_unit(f"{number:f}" if number is not None else str(old.state), old.unit)


def _after(step: Step) -> str:
    """Return what ours shows, in the other's unit and with as many digits."""
    value, converter = step.target.value, UNIT_CONVERTERS.get(step.old.device_class)
    unit, wanted = step.target.unit, step.old.unit
    if step.total and step.base:
        value, unit = step.base.energy + step.base.missed, UnitOfEnergy.WATT_HOUR
    if value is None:
        return _NOTHING
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, bool):
        return STATE_ON if value else STATE_OFF
    if isinstance(value, float | int):
        if converter and {unit, wanted} <= converter.VALID_UNITS:
            value = converter.convert(value, unit, wanted)
        return _with_unit(f"{value:.{_digits(step.old)}f}", wanted)
    return str(value)


def _number(old: Old) -> Decimal | None:
    try:
        number = Decimal(str(old.state))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _digits(old: Old) -> int:
    """Return after how many digits behind the point an entity ends."""
    exponent = number.as_tuple().exponent if (number := _number(old)) is not None else -_DIGITS
    return max(-exponent, 0) if isinstance(exponent, int) else _DIGITS


def _with_unit(value: str, unit: str | None) -> str:
    return f"{value} {unit or ''}".rstrip()


def _local(moment: datetime) -> str:
    return f"{dt_util.as_local(moment):%Y-%m-%d %H:%M}"


def _left(left: Iterable[Left], words: Mapping[str, str]) -> Iterable[str]:
    """Return why entities stay behind, a line for each reason."""
    for reason in Reason:
        if names := [f"`{one.old.entity_id}`" for one in left if one.reason is reason]:
            yield f"{words[reason.value]}: {', '.join(names)}"


@callback
def _vanishing(hass: HomeAssistant, shown: Preview, words: Mapping[str, str]) -> str:
    """Return the ids of ours that go; first those that automations and scripts use, and which."""
    from homeassistant.components.automation import automations_with_entity  # noqa: PLC0415
    from homeassistant.components.script import scripts_with_entity  # noqa: PLC0415

    used: list[str] = []
    unused: list[str] = []
    for step in shown.steps:
        if own := step.own_entity_id:
            line = f"`{own}` {_ARROW} `{step.old.entity_id}`"
            if users := [*automations_with_entity(hass, own), *scripts_with_entity(hass, own)]:
                used.append(f"{line} ({', '.join(f'`{user}`' for user in users)})")
            else:
                unused.append(line)
    return _folded(used, unused, words["unused"])


@callback
def _by_device(hass: HomeAssistant, shown: Preview) -> Iterable[str]:
    """Return the automations and scripts that name a device of the built-in integration."""
    return _users(hass, {step.old.device_id for step in shown.steps})


@callback
def _users(hass: HomeAssistant, devices: Iterable[str | None]) -> Iterable[str]:
    from homeassistant.components.automation import automations_with_device  # noqa: PLC0415
    from homeassistant.components.script import scripts_with_device  # noqa: PLC0415

    users = {
        user
        for device in devices
        if device
        for find in (automations_with_device, scripts_with_device)
        for user in find(hass, device)
    }
    return (f"`{user}`" for user in sorted(users))
