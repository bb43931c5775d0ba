"""`/ivp/ensemble/dry_contacts`: how the System Controller's dry contacts are (gateway-api.md 14.7)."""

from dataclasses import dataclass
from typing import Final

from ..values import text, word
from .endpoint import Endpoint
from .shapes import Parsed, Record, listed, record, records


@dataclass(frozen=True, slots=True, kw_only=True)
class DryContact:
    """One row; there are four whether they are used or not."""

    id: str  # NC1, NC2, NO1, NO2
    status: str | None  # closed, open


def _contact(row: Record) -> DryContact | None:
    name = text(row.get("id"))
    return None if name is None else DryContact(id=name, status=word(row.get("status")))


def parse_dry_contacts(payload: object) -> Parsed[tuple[DryContact, ...]]:
    """Parse the list, which is in an object."""
    return records(listed(record(payload).get("dry_contacts")), _contact)


DRY_CONTACTS: Final = Endpoint[tuple[DryContact, ...]](
    name="dry_contacts", path="/ivp/ensemble/dry_contacts", parse=parse_dry_contacts, known_by="id", may_wait=True
)
