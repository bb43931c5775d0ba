"""Devices that are gone: removed by themselves once complete lists have left them out for a month."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER
from .coordinator import IQGatewayCoordinator
from .devices import KINDS, AnyKind
from .polling import EndpointState
from .storage import TolerantStore

# What is in repair, or switched off for the winter, is back by then.
_MOST_DAYS: Final = 30
_VERSION: Final = 1


@dataclass(slots=True)
class Absence:
    """On how many days a device was missed, and the last of them, since it was last listed."""

    kind: str
    days: int = 0
    last: str | None = None  # ISO 8601, UTC

    def miss(self, today: str) -> bool:
        """Take in that a list of this day leaves the device out; tell whether that is news."""
        if self.last == today:
            return False
        # A clock that was wrong may have told of a day to come.
        self.days += self.last is None or self.last < today
        self.last = today
        return True

    def find(self) -> bool:
        """Take in that it is listed; tell whether that is news."""
        was_missed = self.last is not None
        self.days, self.last = 0, None
        return was_missed

    @property
    def is_gone(self) -> bool:
        """Whether it was missed for longer than a month."""
        return self.days > _MOST_DAYS


class AbsenceWatch:
    """Counts the days on which a gateway's devices were not listed; those on which nothing is read do not count.

    A list counts if none of its records was broken, and it was told more than once; one that has the device anywhere
    ends the count.
    """

    def __init__(self, hass: HomeAssistant, coordinator: IQGatewayCoordinator) -> None:
        self._hass, self._coordinator = hass, coordinator
        self._kinds = [kind for kind in KINDS if kind.listed_by]
        self._store = _store(hass, coordinator.config_entry)
        self._known: dict[str, Absence] = {}  # by digest: no serial number is written down
        self._read_at: dict[str, float | None] = {}

    async def async_begin(self) -> None:
        """Go on from what an earlier run has counted."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            stored = None
        self._known = _loaded(stored)
        entry = self._coordinator.config_entry
        entry.async_on_unload(self._coordinator.async_add_listener(self._look))
        self._look()

    @callback
    def _look(self) -> None:
        changed = False
        for kind in self._kinds:
            state = self._coordinator.poller.states[kind.listed_by or ""]
            if state.read_at is not None and state.read_at != self._read_at.get(kind.name):
                self._read_at[kind.name] = state.read_at
                changed |= self._compare(kind, complete=self._is_complete(state))
        if changed:
            self._store.async_delay_save(self._to_store, 0)

    def _is_complete(self, state: EndpointState) -> bool:
        """Tell whether a list is to be believed in all that it leaves out."""
        settled = state.endpoint.name in self._coordinator.poller.cache.snapshot().settled
        return settled and state.error is None and state.answer is not None and not state.answer.dropped

    def _compare(self, kind: AnyKind, *, complete: bool) -> bool:
        """Hold a new list against the devices that were ever listed; tell whether there is anything to store."""
        coordinator, today, changed = self._coordinator, dt_util.utcnow().date().isoformat(), False
        listed = {_digest(kind.identifier(coordinator.serial, key)) for key in kind.subjects(coordinator.data)}
        for digest in listed:
            if (absence := self._known.get(digest)) is None:
                self._known[digest], changed = Absence(kind.name), True
            else:
                changed |= absence.find()
        for digest, absence in [*self._known.items()] if complete else ():
            if absence.kind == kind.name and digest not in listed:
                changed |= absence.miss(today)
                if absence.is_gone:
                    del self._known[digest]
                    self._remove(digest, kind)
        return changed

    def _remove(self, digest: str, kind: AnyKind) -> None:
        registry, entry = dr.async_get(self._hass), self._coordinator.config_entry
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
            if any(domain == DOMAIN and _digest(identifier) == digest for domain, identifier in device.identifiers):
                LOGGER.info("%s: one of the %s was not listed for a month and is removed", entry.title, kind.name)
                registry.async_update_device(device.id, remove_config_entry_id=entry.entry_id)

    def _to_store(self) -> dict[str, dict[str, object]]:
        return {digest: asdict(absence) for digest, absence in self._known.items()}


@cache
def _digest(identifier: str) -> str:
    return sha256(identifier.encode()).hexdigest()


def _loaded(stored: object) -> dict[str, Absence]:
    """Return what was stored, without what is damaged."""
    rows = stored.items() if isinstance(stored, Mapping) else ()
    return {digest: absence for digest, row in rows if (absence := _absence(row))}


def _absence(row: object) -> Absence | None:
    match row:
        case {"kind": str(kind), "days": int(days), "last": str() | None as last}:
            return Absence(kind, days, last)
    return None


async def async_forget_absences(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what was counted for an entry."""
    await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: ConfigEntry) -> TolerantStore[dict[str, dict[str, object]]]:
    return TolerantStore(hass, _VERSION, f"{DOMAIN}.{entry.entry_id}.absences")
