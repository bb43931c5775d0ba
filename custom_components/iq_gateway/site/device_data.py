"""The devices that report one by one, by kind, and whether they are worth asking for (gateway-api.md 11, 12)."""

import re
from typing import Final

from ..client.endpoints import (
    AC_BATTERIES,
    DEVICE_DATA,
    FULL_INVENTORY,
    INFO,
    INVERTERS,
    METERS,
    Q_RELAYS,
    InstalledDevice,
    ReportedDevice,
)
from .meters import Meters
from .models import Total
from .snapshot import Snapshot

MICROINVERTER: Final = "pcu"
# By the names of their groups in the inventory: the name in device data, the number in the list of inverters.
_NAMES: Final = {AC_BATTERIES: "acb", Q_RELAYS: "nsrb"}
_NUMBERS: Final = {AC_BATTERIES: 11, Q_RELAYS: 12}

# No firmware before this one has an answer.
_FIRST_FIRMWARE: Final = (8, 2, 4300)
# The gateway tells of so many devices, those that were taken down among them.
_LIMIT: Final = 50
# Hz of the grids that Q-relays are made for lie below this; North America has 60.
_BELOW: Final = 55.0

# Devices report every 5 to 60 minutes, as the cloud sets it.
_SLOWEST_REPORTS: Final = 3600.0


def reported(snapshot: Snapshot, kind: str) -> dict[str, ReportedDevice]:
    """Return every known device of a kind that is in use; of two rows with one serial number the newer counts."""
    newest: dict[str, ReportedDevice] = {}
    for device in snapshot.known(DEVICE_DATA) or ():
        if device.type != kind or not device.active:
            continue
        other = newest.get(device.serial)
        if other is None or (device.last_report or 0) >= (other.last_report or 0):
            newest[device.serial] = device
    return newest


def installed(snapshot: Snapshot, group: str) -> dict[str, InstalledDevice]:
    """Return every known device of a group of the inventory that was not deleted from the system."""
    listed = snapshot.known(FULL_INVENTORY) or ()
    return {device.serial: device for device in listed if device.type == group and not device.deleted}


def known(snapshot: Snapshot, group: str) -> dict[str, tuple[ReportedDevice | None, InstalledDevice | None]]:
    """Return the AC batteries, or the Q-relays, that any answer lists, with what two of them tell, by serial number."""
    rows, setups = reported(snapshot, _NAMES[group]), installed(snapshot, group)
    listed = {one.serial for one in snapshot.known(INVERTERS) or () if one.device_type == _NUMBERS[group]}
    return {serial: (rows.get(serial), setups.get(serial)) for serial in sorted(listed | rows.keys() | setups.keys())}


def known_others(snapshot: Snapshot) -> frozenset[str]:
    """Return the serial numbers of AC batteries and Q-relays, as answers tell that name the kind of each."""
    return frozenset(
        serial for group, name in _NAMES.items() for serial in (*reported(snapshot, name), *installed(snapshot, group))
    )


def has_inventory(snapshot: Snapshot) -> bool:
    """Tell whether the slow inventory lists something that it alone tells of."""
    return any(known(snapshot, group) for group in _NAMES)


def is_cut(snapshot: Snapshot) -> bool:
    """Tell whether there are so many devices that some of them may be left out."""
    return len(snapshot.known(INVERTERS) or ()) + len(snapshot.known(METERS) or ()) >= _LIMIT


def can_report(snapshot: Snapshot) -> bool:
    """Tell whether the firmware can have the answer at all; one that nobody knows can."""
    info = snapshot.known(INFO)
    version = re.search(r"(\d+)\.(\d+)\.(\d+)", info.software) if info else None
    return version is None or tuple(map(int, version.groups())) >= _FIRST_FIRMWARE


def may_report(snapshot: Snapshot, meters: Meters) -> bool:
    """Tell whether device data may list something that nobody has asked for yet.

    AC batteries stand in the list of inverters too. A Q-relay shows in nothing else, so that a house is asked once a
    run where its grid is one for such relays, or not known; and a large site, for which of its inverters tell details.
    """
    if has_inventory(snapshot):
        return True
    if snapshot.known(DEVICE_DATA) is not None or not can_report(snapshot):
        return False
    unknown = snapshot.is_told(METERS) and not meters.any
    return unknown or 0 < (meters.frequency or 0.0) < _BELOW or is_cut(snapshot)


def counter(energy: float | None, source: str, power: float | None) -> Total | None:
    """Return what a device has counted over its life, in Wh, and the W that flow into that; None if it does not."""
    return None if energy is None else Total(energy=energy, source=source, power=power, pace=_SLOWEST_REPORTS)
