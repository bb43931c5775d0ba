"""The file of an entry in which a gateway's poller keeps what it knows over restarts."""

from collections.abc import Callable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import CONF_SERIAL, DOMAIN, LOGGER
from ..storage import TolerantStore
from .kept import Kept

_VERSION: Final = 1

# A new description or list of meters mostly says what the last one did; what was learnt is written at once.
_SAVE_DELAY: Final = 15 * 60


class KeptStore:
    """Loads what an earlier run knew, and writes what this one learns."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, keep: Callable[[], Kept]) -> None:
        self._entry = entry
        self._store = _store(hass, entry)
        self._keep = keep
        self._serial: str = entry.data[CONF_SERIAL]
        self._learnt: object = None

    async def async_load(self) -> Kept:
        """Return what is known; nothing where the file is damaged or of a later version."""
        try:
            stored = await self._store.async_load()
        except HomeAssistantError:
            LOGGER.warning("%s: what was known of the gateway cannot be read; it is learnt anew", self._entry.title)
            stored = None
        kept = Kept.from_dict(stored, serial=self._serial)
        self._learnt = _learnt(kept)
        return kept

    @callback
    def async_update(self, answered: frozenset[str]) -> None:
        """Have written what a cycle has brought, if it is anything new."""
        kept = self._keep()
        if (learnt := _learnt(kept)) != self._learnt:
            self._learnt = learnt
            self._store.async_delay_save(self._to_store, 0)
        elif kept.answers.keys() & answered:
            self._store.async_delay_save(self._to_store, _SAVE_DELAY)

    async def async_close(self) -> None:
        """Write everything down for the last time."""
        await self._store.async_save(self._to_store())

    def _to_store(self) -> dict[str, object]:
        return self._keep().to_dict(serial=self._serial)


def _learnt(kept: Kept) -> object:
    return kept.parts, dict(kept.told), kept.answers.keys()


async def async_forget_kept(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what was kept for an entry."""
    await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: ConfigEntry) -> TolerantStore[dict[str, object]]:
    return TolerantStore(hass, _VERSION, f"{DOMAIN}.{entry.entry_id}.gateway")
