"""IQ Meter Collars (gateway-api.md 14.4)."""

from typing import Final

from ..client.endpoints import INVENTORY
from .inventory import listed
from .models import SiteCollar
from .snapshot import Snapshot

_COLLAR: Final = "COLLAR"


def build_collars(snapshot: Snapshot) -> dict[str, SiteCollar]:
    """Return every known collar by serial number; without figures while the inventory is too old.

    When it last reported is left out: that is the date of its installation for ever.
    """
    fresh = snapshot.fresh(INVENTORY) is not None
    return {
        device.serial: SiteCollar(
            part_number=device.part_number,
            temperature=device.temperature if fresh else None,
            communicating=device.communicating if fresh else None,
            state=device.state if fresh else None,
        )
        for device in listed(snapshot, _COLLAR)
    }
