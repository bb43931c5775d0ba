"""What befalls a whole gateway at certain times: the nightly absence, a reboot, a firmware update."""

from typing import Protocol

from .faults import Fault


class Situation(Protocol):
    """Something that befalls all of the gateway's answers while it lasts."""

    def fault(self, now: float) -> Fault | None:
        """Return the fault of every answer at this moment."""
