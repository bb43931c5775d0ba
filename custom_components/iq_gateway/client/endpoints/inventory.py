"""`/ivp/ensemble/inventory`: batteries and what switches the house, all kinds in one list (gateway-api.md 14.1)."""

from dataclasses import dataclass
from typing import Final

from ..values import flag, moment, percent, serial_number, stored, temperature, text, word
from .endpoint import Endpoint
from .shapes import Parsed, Record, parse_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDevice:
    """A device of any kind; some kinds tell nothing but their serial and part numbers."""

    serial: str
    type: str  # ENCHARGE, ENPOWER, COLLAR, ...
    part_number: str | None
    communicating: bool | None
    temperature: float | None  # °F of a System Controller, °C of all others
    state: str | None  # as the gateway writes it, ENPWR_STATE_OPER_CLOSED
    last_report: int | None  # seconds since 1970
    conditions: tuple[str, ...] | None  # the flags of `device_status`
    level: float | None  # %, of an IQ Battery, as all below; may be hours old
    max_cell_temperature: float | None  # °C
    capacity: float | None  # Wh
    dc_switch_off: bool | None
    relay_wanted: str | None = None  # of a System Controller: closed, open
    relay_state: str | None = None  # closed, open, open synchronizing; close, open of a collar


def _device(row: object, kind: str | None) -> ListedDevice | None:
    serial = serial_number(row.get("serial_num")) if isinstance(row, dict) else None
    if not isinstance(row, dict) or serial is None or kind is None:
        return None
    return ListedDevice(
        serial=serial,
        type=kind,
        part_number=text(row.get("part_num")),
        communicating=flag(row.get("communicating")),
        temperature=temperature(row.get("temperature")),
        state=text(row.get("admin_state_str")),
        last_report=moment(row.get("last_rpt_date")),
        conditions=_conditions(row.get("device_status")),
        level=percent(row.get("percentFull")),
        max_cell_temperature=temperature(row.get("maxCellTemp")),
        capacity=stored(row.get("encharge_capacity")),
        dc_switch_off=flag(row.get("dc_switch_off")),
        relay_wanted=word(row.get("mains_admin_state")),
        relay_state=word(row.get("mains_oper_state")) or word(row.get("mid_state")),
    )


def _conditions(told: object) -> tuple[str, ...] | None:
    return tuple(filter(None, map(text, told))) if isinstance(told, list) else None


def _devices(group: Record) -> list[ListedDevice | None]:
    """Return what a group lists, None for what is broken; a group without devices is none."""
    kind, listed = text(group.get("type")), group.get("devices", [])
    return [_device(row, kind) for row in listed] if isinstance(listed, list) else [None]


def parse_inventory(payload: object) -> Parsed[tuple[ListedDevice, ...]]:
    """Parse the groups into one list of devices."""
    return parse_groups(payload, _devices)


INVENTORY: Final = Endpoint[tuple[ListedDevice, ...]](
    name="inventory", path="/ivp/ensemble/inventory", parse=parse_inventory, known_by="serial", may_wait=True
)
