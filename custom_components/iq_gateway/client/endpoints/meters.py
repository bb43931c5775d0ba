"""`/ivp/meters`: which meters there are (brief, "Get meter details"; gateway-api.md 5)."""

from dataclasses import dataclass
from typing import Final

from ..values import integer, text
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, Record, records

# A word that nobody knows says nothing: a meter must not be taken for a disabled one.
_STATES: Final = ("enabled", "disabled", None)
_MOST_PHASES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A meter that the gateway lists."""

    eid: int
    enabled: bool
    measurement_type: str  # production, net-consumption, total-consumption, storage, ...
    phase_count: int
    metering_status: str | None  # normal, not-metering, check-wiring
    status_flags: tuple[str, ...]


def _meter(row: Record) -> Meter | None:
    eid, measurement_type = integer(row.get("eid")), text(row.get("measurementType"))
    if eid is None or measurement_type is None or row.get("state") not in _STATES:
        return None
    flags = row.get("statusFlags")
    return Meter(
        eid=eid,
        enabled=row.get("state") == "enabled",
        measurement_type=measurement_type,
        phase_count=min(max(integer(row.get("phaseCount")) or 1, 1), _MOST_PHASES),
        metering_status=text(row.get("meteringStatus")),
        status_flags=tuple(flag for flag in flags if isinstance(flag, str)) if isinstance(flags, list) else (),
    )


def parse_meters(payload: object) -> Parsed[tuple[Meter, ...]]:
    """Parse the list."""
    return records(payload, _meter)


METERS: Final = Endpoint[tuple[Meter, ...]](
    name="meters", path="/ivp/meters", parse=parse_meters, every=HOURLY, learn=True, kept=True
)
