"""What became of the last change of each control: told to its entity and in repairs, and kept over restarts."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN, LOGGER
from ..issues import Issue, async_clear, async_raise
from ..storage import TolerantStore
from . import CONTROLS
from .control import AnyControl, Change, Setting, Stage

type Of = tuple[AnyControl, str]
"""A control, and the key of the device that it is on."""

_VERSION: Final = 1
_FIELDS: Final = frozenset(one.name for one in fields(Change))


class ChangeBook:
    """The last change of each control of one entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._store = _store(hass, entry)
        self._changes: dict[Of, Change] = {}
        self._late: dict[Of, Change] = {}  # failed when their actions had ended, so that nobody was told there
        self._names: dict[Of, str] = {}

    async def async_load(self) -> None:
        """Take up what an earlier run wrote; nothing of what cannot be read."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            LOGGER.warning("%s: what became of earlier changes cannot be read", self._entry.title)
            stored = None
        self._changes, self._late = _read(stored, "changes"), _read(stored, "late")

    async def async_close(self) -> None:
        """Write everything down for the last time."""
        await self._store.async_save(self._to_store())

    @callback
    def async_name(self, of: Of, entity_id: str) -> None:
        """Remember what the user knows a control by."""
        self._names[of] = entity_id

    def last(self, of: Of) -> Change | None:
        """Return the last change of a control."""
        return self._changes.get(of)

    @property
    def all(self) -> Mapping[Of, Change]:
        """The last change of every control that has had one."""
        return self._changes

    def choices(self, path: str, device: str) -> dict[str, Setting]:
        """Return what comes into force with another control of the same path, by the name of its own."""
        return {control.name: change.wanted for (control, _), change in self._kept(path, device).items()}

    @callback
    def async_note(self, of: Of, change: Change) -> None:
        """Take down how far a change has come; whatever was sent is written at once."""
        self._changes[of] = change
        if change.stage is Stage.CONFIRMED:
            if change.wanted is True:
                self._bring_into_force(of)
            if self._late.pop(of, None):
                self._async_tell_late()
        if change.stage is not Stage.REQUESTED:
            self._store.async_delay_save(self._to_store, 0)

    @callback
    def async_note_late(self, of: Of) -> None:
        """Show that the last change of a control failed behind the back of its action."""
        self._late[of] = self._changes[of]
        # A notice that the user has passed over says nothing of the next.
        async_clear(self._hass, self._entry, Issue.CHANGE)
        self._async_tell_late()

    @callback
    def async_text(self, change: Change) -> str | None:
        """Return why a change failed, in the language of Home Assistant."""
        if change.reason is None:
            return None
        key = f"component.{DOMAIN}.exceptions.{change.reason}.message"
        texts = async_get_cached_translations(self._hass, self._hass.config.language, "exceptions", DOMAIN)
        try:
            return texts[key].format(**change.placeholders)
        except KeyError, IndexError, ValueError:
            return change.reason

    def _bring_into_force(self, of: Of) -> None:
        """What was chosen while a switch was off went to the gateway with it."""
        switch, device = of
        for kept, change in self._kept(switch.path, device).items():
            self._changes[kept] = replace(change, stage=Stage.CONFIRMED)

    def _kept(self, path: str, device: str) -> dict[Of, Change]:
        """Return what is only chosen for later, of the controls of one path."""
        return {
            of: change
            for of, change in self._changes.items()
            if (of[0].path, of[1]) == (path, device) and change.stage is Stage.KEPT
        }

    @callback
    def _async_tell_late(self) -> None:
        """Show what has failed late, until a later change of the same control succeeds."""
        if not self._late:
            async_clear(self._hass, self._entry, Issue.CHANGE)
            return
        lines = [f"- {self._name(of)}: {self.async_text(change)}" for of, change in self._late.items()]
        async_raise(
            self._hass,
            self._entry,
            Issue.CHANGE,
            text="change_failed",
            severity=ir.IssueSeverity.WARNING,
            fixable=False,
            changes="\n".join(lines),
        )

    def _name(self, of: Of) -> str:
        shown = self._hass.states.get(self._names.get(of, ""))
        return shown.name if shown else of[0].name

    def _to_store(self) -> dict[str, list[dict[str, Any]]]:
        made = {of: change for of, change in self._changes.items() if change.stage is not Stage.REQUESTED}
        return {"changes": _rows(made), "late": _rows(self._late)}


def _rows(changes: Mapping[Of, Change]) -> list[dict[str, Any]]:
    return [{"control": control.name, "device": key, **asdict(one)} for (control, key), one in changes.items()]


def _read(stored: object, name: str) -> dict[Of, Change]:
    rows = stored.get(name) if isinstance(stored, dict) else None
    found: dict[Of, Change] = {}
    for row in rows if isinstance(rows, list) else ():
        try:
            kept = {key: value for key, value in row.items() if key in _FIELDS}
            change = Change(**{**kept, "stage": Stage(row["stage"])})
            if isinstance(change.wanted, bool | float | int | str):
                found[CONTROLS[row["control"]], str(row["device"])] = change
        except AttributeError, KeyError, TypeError, ValueError:
            continue
    return found


async def async_forget_changes(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what was kept for an entry."""
    await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: ConfigEntry) -> TolerantStore[dict[str, Any]]:
    return TolerantStore(hass, _VERSION, f"{DOMAIN}.{entry.entry_id}.changes")
