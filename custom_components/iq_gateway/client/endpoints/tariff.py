"""`/admin/lib/tariff`: prices, and how the batteries are to be used (gateway-api.md 17.3).

It tells what was asked for and, in its schedule, what is in force. On newer firmware the schedule is a stand-in: the
cloud decides, and what is asked for here changes nothing.
"""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import flag, number, word
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, Record, part, record


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """How the batteries are to be used."""

    mode: str | None  # as the gateway writes it: backup, self-consumption, economy or savings-mode
    reserve: float | None  # %
    charge_from_grid: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What was asked for, and what is in force; None where the gateway has no such part."""

    asked: StorageSettings | None
    in_force: StorageSettings | None
    # Whether the cloud plans the day; None on firmware that has no such plans.
    planned: bool | None
    stand_in: bool  # the schedule is none of this gateway's own


def _settings(told: Record, mode: str) -> StorageSettings | None:
    if not told:
        return None
    return StorageSettings(
        mode=word(told.get(mode)),
        reserve=number(told.get("reserved_soc")),
        charge_from_grid=flag(told.get("charge_from_grid")),
    )


def parse_tariff(payload: object) -> Parsed[Tariff]:
    """Parse the settings of storage, which stand beside prices that nothing here looks at."""
    whole = record(payload)
    if not (tariff := part(whole, "tariff")):
        raise InvalidAnswer("no tariff")
    asked, schedule = part(tariff, "storage_settings"), part(whole, "schedule")
    return Tariff(
        asked=_settings(asked, "mode"),
        # Where nothing is made of what was asked for, that is in force.
        in_force=_settings(schedule, "battery_mode") or _settings(asked, "mode"),
        planned=flag(asked.get("opt_schedules")),
        stand_in=schedule.get("filename") == "",
    ), 0


TARIFF: Final = Endpoint[Tariff](name="tariff", path="/admin/lib/tariff", parse=parse_tariff, every=HOURLY // 4)
