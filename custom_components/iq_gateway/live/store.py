"""The file of an entry in which the energies of batteries without a meter are kept."""

from dataclasses import asdict
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..site import BatteryEnergies
from ..storage import TolerantStore
from ..totals.stored import rebuild

_VERSION: Final = 1
# What a crash loses is told by what is stored in the battery before and after.
_SAVE_DELAY: Final = 15 * 60


class EnergiesStore:
    """Loads and keeps the energies of one site's batteries."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._store = _store(hass, entry)
        self._pending = False
        self.energies: BatteryEnergies | None = None

    async def async_load(self) -> None:
        """Load what is kept; nothing where the file is damaged or of a later version."""
        try:
            self.energies = rebuild(BatteryEnergies, await self._store.async_load())
        except HomeAssistantError, ValueError:
            self.energies = None

    def update(self, energies: BatteryEnergies) -> None:
        """Keep other energies."""
        self.energies = energies
        if not self._pending:
            self._pending = True
            self._store.async_delay_save(self._to_store, _SAVE_DELAY)

    async def async_close(self) -> None:
        """Write them down for the last time, if there are any."""
        if self.energies:
            await self._store.async_save(self._to_store())

    def _to_store(self) -> dict[str, object]:
        self._pending = False
        return asdict(self.energies) if self.energies else {}


async def async_forget_energies(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove what is kept for an entry."""
    await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: ConfigEntry) -> TolerantStore[dict[str, object]]:
    return TolerantStore(hass, _VERSION, f"{DOMAIN}.{entry.entry_id}.battery")
