"""What the inventory lists, and whether it is worth asking for (gateway-api.md 14.1)."""

from typing import Final

from ..client.endpoints import INVENTORY, LIVE, ListedDevice
from .models import Part
from .snapshot import Snapshot

# What no house has without something that the inventory lists.
_HINTS: Final = frozenset({Part.BATTERY, Part.GENERATOR, Part.RELAYS})


def listed(snapshot: Snapshot, kind: str) -> list[ListedDevice]:
    """Return every known device of a kind."""
    return [device for device in snapshot.known(INVENTORY) or () if device.type == kind]


def may_list(snapshot: Snapshot, parts: frozenset[Part]) -> bool:
    """Tell whether the inventory may list something, or more than it did.

    A System Controller without batteries shows in nothing else while it is on the grid. So where live data tells of a
    main relay, as that of every gateway does, one answer that lists nothing says that there is nothing. Where there is
    no live data, nothing else would tell of a battery that is added later.
    """
    known, live = snapshot.known(INVENTORY), snapshot.known(LIVE)
    if parts & _HINTS or known:
        return True
    if live is None:
        return snapshot.is_told(LIVE)
    return known is None and live.main_relay_state is not None
