"""`/ivp/sc/sched`: what batteries are scheduled for (gateway-api.md 14.6)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import flag
from .endpoint import Endpoint
from .shapes import Parsed, record

_EVERY: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSchedule:
    """The answer."""

    grid_charging_allowed: bool


def parse_storage_schedule(payload: object) -> Parsed[StorageSchedule]:
    """Parse the answer, of which only this is certain enough: its mode can be an old one."""
    if (allowed := flag(record(payload).get("Charge From Grid Allowed"))) is None:
        raise InvalidAnswer("not told whether batteries may charge from the grid")
    return StorageSchedule(grid_charging_allowed=allowed), 0


STORAGE_SCHEDULE: Final = Endpoint[StorageSchedule](
    name="storage_schedule", path="/ivp/sc/sched", parse=parse_storage_schedule, every=_EVERY
)
