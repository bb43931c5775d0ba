"""`/ivp/pdm/device_data`: what inverters, AC batteries and Q-relays last reported, one by one (gateway-api.md 11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import flag, integer, moment, number, percent, serial_number, temperature, text, watts
from .endpoint import Endpoint
from .shapes import Parsed, Record, part, record, rows

_COUNT: Final = "deviceCount"
_THOUSANDTHS: Final = 1000.0
_JOULES_PER_WH: Final = 3600.0

# In thousandths of the model's unit; Q-relays have names of their own.
_AC_VOLTAGE: Final = "acVoltageINmV"
_FREQUENCIES: Final = ("acFrequencyINmHz", "freqInmHz")
_LINE_VOLTAGES: Final = ("VrmsL1N", "VrmsL2N", "VrmsL3N")
# Of the cells of an AC battery, the electronics of a microinverter, and a Q-relay.
_TEMPERATURES: Final = ("maxCellTemp", "channelTemp", "temperature")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedDevice:
    """One row: the device's last report, an average over its interval, and what it has counted."""

    serial: str
    type: str  # pcu (microinverter), acb (AC battery), nsrb (Q-relay), eim (meter), ...
    active: bool  # False for one that was taken down
    last_report: int | None  # seconds since 1970
    power: float | None  # W that it gave
    power_used: float | None  # W that it took
    energy_today: float | None  # Wh; not of AC batteries, whose figure is none of today
    energy_produced: float | None  # Wh, lifetime
    energy_used: float | None  # Wh, lifetime; of AC batteries
    dc_voltage: float | None  # V
    dc_current: float | None  # A
    ac_voltage: float | None  # V
    ac_current: float | None  # A; older devices always tell 0
    frequency: float | None  # Hz
    temperature: float | None  # °C
    signal: int | None  # of the power line, up to 110; older devices always tell 0
    level: float | None  # % of an AC battery
    health: float | None  # % of an AC battery
    line_voltages: tuple[float | None, ...]  # V of a Q-relay, of three lines; ghosts on those that are not connected
    switch_count: int | None  # of a Q-relay


def _scaled(row: Record, key: str, scale: float = _THOUSANDTHS) -> float | None:
    value = number(row.get(key))
    return None if value is None else value / scale


def _first(row: Record, keys: tuple[str, ...]) -> str:
    return next((key for key in keys if key in row), keys[0])


def _device(row: Record) -> ReportedDevice | None:
    serial, kind = serial_number(row.get("sn")), text(row.get("devName"))
    if serial is None or kind is None:
        return None
    channel: Record = next(iter(rows(row, "channels")), {})
    last, lifetime, now = part(channel, "lastReading"), part(channel, "lifetime"), part(channel, "watts")
    return ReportedDevice(
        serial=serial,
        type=kind,
        active=flag(row.get("active")) is not False,
        last_report=moment(last.get("endDate")) or moment(channel.get("created")),
        power=watts(now.get("now")),
        power_used=watts(now.get("nowUsed")),
        energy_today=number(part(channel, "wattHours").get("today")),
        energy_produced=_scaled(lifetime, "joulesProduced", _JOULES_PER_WH),
        energy_used=_scaled(lifetime, "joulesUsed", _JOULES_PER_WH),
        dc_voltage=_scaled(last, "dcVoltageINmV"),
        dc_current=_scaled(last, "dcCurrentINmA"),
        ac_voltage=_scaled(last, _AC_VOLTAGE),
        ac_current=_scaled(last, "acCurrentInmA"),
        frequency=_scaled(last, _first(last, _FREQUENCIES)),
        temperature=temperature(last.get(_first(last, _TEMPERATURES))),
        signal=integer(last.get("issi")),
        level=percent(last.get("SOC")),
        health=percent(last.get("SOH")),
        line_voltages=tuple(_scaled(last, key) for key in _LINE_VOLTAGES),
        switch_count=integer(last.get("stateChngCnt")),
    )


def parse_device_data(payload: object) -> Parsed[tuple[ReportedDevice, ...]]:
    """Parse the rows, which are the objects within the object; refused if none can be used, and none are counted."""
    whole = record(payload)
    parsed = [_device(row) for row in whole.values() if isinstance(row, Mapping)]
    good = tuple(device for device in parsed if device is not None)
    if not good and (parsed or _COUNT not in whole):
        raise InvalidAnswer("no device of the answer can be used")
    return good, len(parsed) - len(good)


DEVICE_DATA: Final = Endpoint[tuple[ReportedDevice, ...]](
    name="device_data", path="/ivp/pdm/device_data", parse=parse_device_data, known_by="serial"
)
