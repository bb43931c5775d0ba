"""`/api/v1/production/inverters`: microinverters, and what is listed with them (gateway-api.md 10)."""

from dataclasses import dataclass
from typing import Final

from ..values import integer, moment, serial_number, watts
from .endpoint import Endpoint
from .shapes import Parsed, Record, has_any, records


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverter:
    """An inverter's record: averages over the interval of its last report."""

    serial: str
    device_type: int | None  # 1 microinverter, 11 AC battery
    last_report: int | None  # seconds since 1970
    last_power: float | None  # W
    max_power: float | None  # W, the most ever reported


def _inverter(row: Record) -> Inverter | None:
    serial = serial_number(row.get("serialNumber"))
    last_power, max_power = watts(row.get("lastReportWatts")), watts(row.get("maxReportWatts"))
    if serial is None or not has_any((last_power, max_power)):
        return None
    return Inverter(
        serial=serial,
        device_type=integer(row.get("devType")),
        last_report=moment(row.get("lastReportDate")),
        last_power=last_power,
        max_power=max_power,
    )


def parse_inverters(payload: object) -> Parsed[tuple[Inverter, ...]]:
    """Parse the list."""
    return records(payload, _inverter)


INVERTERS: Final = Endpoint[tuple[Inverter, ...]](
    name="inverters",
    path="/api/v1/production/inverters",
    parse=parse_inverters,
    learn=True,
    known_by="serial",
    may_wait=True,
)
