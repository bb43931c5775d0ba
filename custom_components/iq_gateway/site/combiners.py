"""The controllers of IQ Combiners 6C (gateway-api.md 14.4)."""

from typing import Final

from ..client.endpoints import INVENTORY
from .inventory import listed
from .models import SiteCombiner
from .snapshot import Snapshot

_COMBINER: Final = "C6 COMBINER CONTROLLER"


def build_combiners(snapshot: Snapshot) -> dict[str, SiteCombiner]:
    """Return every known controller of a combiner by serial number; when it last reported is left out, as of a collar.

    Without figures while the inventory is too old.
    """
    fresh = snapshot.fresh(INVENTORY) is not None
    return {
        device.serial: SiteCombiner(
            part_number=device.part_number,
            communicating=device.communicating if fresh else None,
            state=device.state if fresh else None,
        )
        for device in listed(snapshot, _COMBINER)
    }
