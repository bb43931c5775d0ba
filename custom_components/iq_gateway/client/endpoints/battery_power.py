"""`/ivp/ensemble/power`: what each IQ Battery gives or takes now (gateway-api.md 14.5)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import percent, serial_number, thousandth
from .endpoint import Endpoint
from .shapes import Parsed, Record, record, records

# The gateway writes a colon into the key; without it, it is the same list.
_KEYS: Final = ("devices:", "devices")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryPower:
    """One IQ Battery; one that is not listed is not reached."""

    serial: str
    power: float | None  # W, negative while it charges
    apparent_power: float | None  # VA, with the sign of the power
    level: float | None  # %


def _battery(row: Record) -> BatteryPower | None:
    if (serial := serial_number(row.get("serial_num"))) is None:
        return None
    return BatteryPower(
        serial=serial,
        power=thousandth(row.get("real_power_mw")),
        apparent_power=thousandth(row.get("apparent_power_mva")),
        level=percent(row.get("soc")),
    )


def parse_battery_power(payload: object) -> Parsed[tuple[BatteryPower, ...]]:
    """Parse the list, which is empty where there is no battery."""
    whole = record(payload)
    if (key := next((key for key in _KEYS if key in whole), None)) is None:
        raise InvalidAnswer("no list of batteries")
    return records(whole[key], _battery)


BATTERY_POWER: Final = Endpoint[tuple[BatteryPower, ...]](
    name="battery_power", path="/ivp/ensemble/power", parse=parse_battery_power, known_by="serial", may_wait=True
)
