"""IQ System Controllers, which measure in °F (gateway-api.md 14.3)."""

from typing import Final

from ..client.endpoints import INVENTORY, RELAY
from .contact_words import is_closed
from .inventory import listed
from .models import SiteSystemController
from .moment import moment
from .snapshot import Snapshot

_SYSTEM_CONTROLLER: Final = "ENPOWER"


def first_controller(snapshot: Snapshot) -> str | None:
    """Return the serial number of the System Controller, if one is known; no site has two."""
    return next((device.serial for device in listed(snapshot, _SYSTEM_CONTROLLER)), None)


def build_system_controllers(snapshot: Snapshot) -> dict[str, SiteSystemController]:
    """Return every known System Controller by serial number; without figures while the inventory is too old."""
    fresh = snapshot.fresh(INVENTORY) is not None
    return {
        device.serial: SiteSystemController(
            part_number=device.part_number,
            grid_connected=_connected(snapshot),
            temperature=_celsius(device.temperature) if fresh else None,
            communicating=device.communicating if fresh else None,
            state=device.state if fresh else None,
            last_report=moment(device.last_report) if fresh else None,
        )
        for device in listed(snapshot, _SYSTEM_CONTROLLER)
    }


def _connected(snapshot: Snapshot) -> bool | None:
    """Return whether the relay to the grid is closed."""
    relay = snapshot.fresh(RELAY)
    return is_closed((relay.state or relay.wanted) if relay else None)


def _celsius(fahrenheit: float | None) -> float | None:
    return None if fahrenheit is None else (fahrenheit - 32) / 1.8
