"""`/ivp/meters/readings`: what the meters measure (brief, "Get meter readings"; gateway-api.md 6)."""

from dataclasses import dataclass
from typing import Final

from ..values import integer
from .endpoint import Endpoint
from .shapes import Parsed, Record, has_any, numbers, records, rows

_MEASURED: Final = {
    "energy_delivered": "actEnergyDlvd",
    "energy_received": "actEnergyRcvd",
    "active_power": "activePower",
    "apparent_power": "apparentPower",
    "reactive_power": "reactivePower",
    "power_factor": "pwrFactor",
    "voltage": "voltage",
    "current": "current",
    "frequency": "freq",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What one meter measures on one phase, or in all.

    Powers are positive towards the house's wires: produced, imported, discharged.
    """

    eid: int
    energy_delivered: float | None  # Wh: produced, imported, discharged
    energy_received: float | None  # Wh: drawn at night, exported, charged
    active_power: float | None  # W
    apparent_power: float | None  # VA
    reactive_power: float | None  # var
    power_factor: float | None
    voltage: float | None  # V; for a whole meter the sum of its phases
    current: float | None  # A
    frequency: float | None  # Hz


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading(Channel):
    """One record: the meter as a whole, and its channels.

    There are always three channels; only the first `phase_count` of them are wired.
    """

    channels: tuple[Channel, ...]


def _channel(row: Record) -> Channel | None:
    if (eid := integer(row.get("eid"))) is None:
        return None
    return Channel(eid=eid, **numbers(row, _MEASURED))


def _reading(row: Record) -> MeterReading | None:
    if (eid := integer(row.get("eid"))) is None:
        return None
    channels = tuple(channel for one in rows(row, "channels") if (channel := _channel(one)) is not None)
    measured = numbers(row, _MEASURED)
    return MeterReading(eid=eid, channels=channels, **measured) if has_any(measured.values()) else None


def parse_readings(payload: object) -> Parsed[tuple[MeterReading, ...]]:
    """Parse the list."""
    return records(payload, _reading)


READINGS: Final = Endpoint[tuple[MeterReading, ...]](name="readings", path="/ivp/meters/readings", parse=parse_readings)
