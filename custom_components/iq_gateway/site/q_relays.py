"""Q-relays (gateway-api.md 11, 12)."""

from typing import Final

from ..client.endpoints import DEVICE_DATA, FULL_INVENTORY, Q_RELAYS, InstalledDevice, ReportedDevice
from .contact_words import is_closed
from .device_data import known
from .models import SiteQRelay
from .snapshot import Snapshot

# V; what a line that is not connected picks up is far less, and no grid has less (gateway-api.md 11).
_CONNECTED_FROM: Final = 60.0


def build_q_relays(snapshot: Snapshot) -> dict[str, SiteQRelay]:
    """Return every known Q-relay by serial number, with what stands of its report and of the inventory."""
    reports, lists = snapshot.fresh(DEVICE_DATA) is not None, snapshot.fresh(FULL_INVENTORY) is not None
    return {
        serial: _q_relay(row, setup, fresh_row=row if reports else None, fresh_setup=setup if lists else None)
        for serial, (row, setup) in known(snapshot, Q_RELAYS).items()
    }


def _q_relay(
    row: ReportedDevice | None,
    setup: InstalledDevice | None,
    *,
    fresh_row: ReportedDevice | None,
    fresh_setup: InstalledDevice | None,
) -> SiteQRelay:
    communicating = fresh_setup.communicating if fresh_setup else None
    # What a silent relay last measured is not how it is.
    measured = None if communicating is False else fresh_row
    return SiteQRelay(
        part_number=setup.part_number if setup else None,
        has_report=row is not None,
        is_installed=setup is not None,
        lines=_lines(row, setup),
        temperature=measured.temperature if measured else None,
        frequency=measured.frequency if measured else None,
        voltages=measured.line_voltages if measured else (),
        switch_count=fresh_row.switch_count if fresh_row else None,
        closed=is_closed(fresh_setup.relay) if fresh_setup else None,
        communicating=communicating,
    )


def _lines(row: ReportedDevice | None, setup: InstalledDevice | None) -> tuple[bool, ...]:
    """Return which lines are connected: as the inventory says, or by their voltage; none without a report."""
    if row is None:
        return ()
    told = setup.lines if setup else (None,) * len(row.line_voltages)
    return tuple(
        (voltage or 0.0) >= _CONNECTED_FROM if connected is None else connected
        for connected, voltage in zip(told, row.line_voltages, strict=True)
    )
