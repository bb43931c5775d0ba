"""`/ivp/ss/dry_contact_settings`: what the System Controller's dry contacts are there for (gateway-api.md 14.7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..values import number, text, word
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, Record, listed, record, records

# On the grid, off the grid, and on a generator.
_ACTIONS: Final = ("grid_action", "micro_grid_action", "gen_action")


@dataclass(frozen=True, slots=True, kw_only=True)
class DryContactSettings:
    """One row; of four, those that nobody has configured have the type NONE."""

    id: str  # NC1, NC2, NO1, NO2
    type: str | None  # NONE, LOAD, PV, 3RD-PV
    mode: str | None  # manual, soc
    load_name: str | None
    actions: Mapping[str, str | None]  # by _ACTIONS: apply, shed, schedule, none
    low: float | None  # % of the batteries below which it is switched off
    high: float | None  # % of the batteries above which it is switched on


def _settings(row: Record) -> DryContactSettings | None:
    if (name := text(row.get("id"))) is None:
        return None
    load_name = (text(row.get("load_name")) or "").strip() or None
    return DryContactSettings(
        id=name,
        type=(text(row.get("type")) or "").strip().upper() or None,
        mode=word(row.get("mode")),
        load_name=load_name,
        actions={key: word(row.get(key)) for key in _ACTIONS},
        low=number(row.get("soc_low")),
        high=number(row.get("soc_high")),
    )


def parse_dry_contact_settings(payload: object) -> Parsed[tuple[DryContactSettings, ...]]:
    """Parse the list, which is in an object."""
    return records(listed(record(payload).get("dry_contacts")), _settings)


DRY_CONTACT_SETTINGS: Final = Endpoint[tuple[DryContactSettings, ...]](
    name="dry_contact_settings",
    path="/ivp/ss/dry_contact_settings",
    parse=parse_dry_contact_settings,
    every=HOURLY // 4,
    known_by="id",
    kept=True,
)
