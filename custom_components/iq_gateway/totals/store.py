"""Where the ledger of an entry is stored, and how what version 1 stored is read."""

from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import CONF_SERIAL, DOMAIN
from ..storage import TolerantStore
from .lifetime import LifetimeTotal, Origin

_VERSION: Final = 2


class LedgerStore(TolerantStore[dict[str, object] | list[object]]):
    """A file per entry; damaged, it may hold anything."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        super().__init__(hass, _VERSION, f"{DOMAIN}.{entry.entry_id}")
        self.gateway = sha256(entry.data[CONF_SERIAL].encode()).hexdigest()

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, object]:
        """Take from version 1 the totals, and what was added to the gateway's counters."""
        stored = old_data if isinstance(old_data, dict) else {}
        same_gateway, counters = stored.get("gateway") == self.gateway, stored.get("counters")
        origins = {
            key: origin
            for key, counter in (counters.items() if isinstance(counters, dict) else ())
            if (origin := _origin(counter, same_gateway=same_gateway))
        }
        totals = {key: asdict(LifetimeTotal(origin=origin)) for key, origin in origins.items()}
        return {"gateway": self.gateway, "totals": totals, "days": {}}


def _origin(counter: Any, *, same_gateway: bool) -> Origin | None:  # noqa: ANN401
    try:
        base = counter["base"]
        return Origin(
            total=float(counter["total"]),
            at=float(base["run"]["read_at"]),
            offset=float(base["offset"]),
            same_counter=same_gateway,
        )
    except KeyError, TypeError, ValueError:
        return None
