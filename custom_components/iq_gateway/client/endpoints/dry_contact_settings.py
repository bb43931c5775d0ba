"""`/ivp/ss/dry_contact_settings`: what the System Controller's dry contacts are there for (gateway-api.md 14.7)."""

from dataclasses import dataclass
from typing import Final

from ..values import text
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, Record, record, records


@dataclass(frozen=True, slots=True, kw_only=True)
class DryContactSettings:
    """One row; of four, those that nobody has configured have the type NONE."""

    id: str  # NC1, NC2, NO1, NO2
    type: str | None  # NONE, LOAD, PV, 3RD-PV
    mode: str | None  # manual, soc
    load_name: str | None


def _settings(row: Record) -> DryContactSettings | None:
    if (name := text(row.get("id"))) is None:
        return None
    load_name = (text(row.get("load_name")) or "").strip() or None
    return DryContactSettings(id=name, type=text(row.get("type")), mode=text(row.get("mode")), load_name=load_name)


def parse_dry_contact_settings(payload: object) -> Parsed[tuple[DryContactSettings, ...]]:
    """Parse the list, which is in an object."""
    return records(record(payload).get("dry_contacts"), _settings)


DRY_CONTACT_SETTINGS: Final = Endpoint[tuple[DryContactSettings, ...]](
    name="dry_contact_settings",
    path="/ivp/ss/dry_contact_settings",
    parse=parse_dry_contact_settings,
    every=HOURLY,
    known_by="id",
    kept=True,
)
