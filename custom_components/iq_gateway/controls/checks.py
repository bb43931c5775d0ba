"""What has to be so before anything is sent, whatever it is."""

from collections.abc import Iterator
import math
from typing import Final

from ..client.endpoints import SECCTRL
from ..client.values import flag, number
from .control import ControlError, View

# The gateway's own work on its batteries.
_BUSY: Final = ("Commission_in_progress", "ESS_in_progress", "ESS_R3_To_R4_in_progress")


def says_yes(told: object) -> bool | None:
    """Return yes or no, also one that is written as a number, else None."""
    figure = number(told)
    return flag(told) if figure is None else figure != 0


def busy(view: View) -> bool | None:
    """Tell whether the gateway sets up batteries, None where what it says is neither; one without the words is not."""
    told = view.document(SECCTRL)
    said = [says_yes(told[key]) for key in _BUSY if key in told] if isinstance(told, dict) else []
    return True if True in said else None if None in said else False


def is_busy(view: View, _wanted: object) -> ControlError | None:
    """Refuse to disturb a gateway that sets up batteries; one that does not tell has none."""
    return ControlError("control_busy") if busy(view) else None


def _gaps(value: object, key: str = "") -> Iterator[str]:
    """Return the keys of what is null, or not a number."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _gaps(one, str(name))
    elif isinstance(value, list):
        for one in value:
            yield from _gaps(one, key)
    elif value is None or (isinstance(value, float) and not math.isfinite(value)):
        yield key


def has_new_gaps(body: object, *read: object) -> bool:
    """Tell whether something that is to be sent says nothing where what was read did."""
    return not set(_gaps(body)) <= {key for document in read for key in _gaps(document)}
