"""What has to be so before anything is sent, whatever it is."""

from typing import Final

from ..client.endpoints import SECCTRL
from ..client.values import flag
from .control import ControlError, View

# The gateway's own work on its batteries.
_BUSY: Final = ("Commission_in_progress", "ESS_in_progress", "ESS_R3_To_R4_in_progress")


def is_busy(view: View, _wanted: object) -> ControlError | None:
    """Refuse to disturb a gateway that sets up batteries; one that does not tell has none."""
    told = view.document(SECCTRL)
    busy = isinstance(told, dict) and any(flag(told.get(key)) for key in _BUSY)
    return ControlError("control_busy") if busy else None
