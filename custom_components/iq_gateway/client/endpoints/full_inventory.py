"""`/inventory.json`: AC batteries and Q-relays as they are set up and switched (gateway-api.md 12).

It lists microinverters too, of which other answers tell more, and sooner.
"""

from dataclasses import dataclass
from typing import Final

from ..values import flag, integer, moment, percent, serial_number, temperature, text
from .endpoint import Endpoint
from .shapes import Parsed, Record, parse_groups

AC_BATTERIES: Final = "ACB"
Q_RELAYS: Final = "NSRB"

_READ: Final = frozenset({AC_BATTERIES, Q_RELAYS})
_DELETED: Final = 3
_EVERY: Final = 900
_LINES: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledDevice:
    """One row; what the other kind alone has is None."""

    serial: str
    type: str  # AC_BATTERIES or Q_RELAYS
    part_number: str | None
    deleted: bool  # from the system, and listed all the same
    communicating: bool | None
    last_report: int | None  # seconds since 1970
    status: frozenset[str]  # "envoy.global.ok", "envoy.cond_flags.pcu_ctrl.sleep-mode"
    level: float | None  # %
    temperature: float | None  # °C of the cells
    charge_status: str | None  # idle, charging, discharging
    sleep_enabled: bool | None  # it is asleep, or shall be
    relay: str | None  # open, closed
    lines: tuple[bool | None, ...]  # which of three lines are connected


def _device(row: object, kind: str) -> InstalledDevice | None:
    serial = serial_number(row.get("serial_num")) if isinstance(row, dict) else None
    if not isinstance(row, dict) or serial is None:
        return None
    status = row.get("device_status")
    return InstalledDevice(
        serial=serial,
        type=kind,
        part_number=text(row.get("part_num")),
        deleted=integer(row.get("admin_state")) == _DELETED,
        communicating=flag(row.get("communicating")),
        last_report=moment(row.get("last_rpt_date")),
        status=frozenset(one for one in status if isinstance(one, str)) if isinstance(status, list) else frozenset(),
        level=percent(row.get("percentFull")),
        temperature=temperature(row.get("maxCellTemp")),
        charge_status=text(row.get("charge_status")),
        sleep_enabled=flag(row.get("sleep_enabled")),
        relay=text(row.get("relay")),
        lines=tuple(flag(row.get(f"line{line}-connected")) for line in _LINES),
    )


def _devices(group: Record) -> list[InstalledDevice | None]:
    """Return what a group lists, None for what is broken; groups of other kinds are passed over."""
    kind, listed = text(group.get("type")), group.get("devices", [])
    if kind not in _READ:
        return []
    return [_device(row, str(kind)) for row in listed] if isinstance(listed, list) else [None]


def parse_full_inventory(payload: object) -> Parsed[tuple[InstalledDevice, ...]]:
    """Parse the groups into one list of devices."""
    return parse_groups(payload, _devices)


FULL_INVENTORY: Final = Endpoint[tuple[InstalledDevice, ...]](
    name="full_inventory",
    path="/inventory.json",
    parse=parse_full_inventory,
    every=_EVERY,
    slow=True,
    known_by="serial",
)
