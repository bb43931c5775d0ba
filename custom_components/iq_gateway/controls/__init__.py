"""What can be changed at a gateway: each a row that says what to send, and where to read what came of it.

A control is sent, read back, and only then believed: its entity goes on showing what the gateway says.
"""

from .control import AnyControl, Change, Control, ControlError, Setting, Stage
from .limits import EXPORT_LIMIT, EXPORT_LIMIT_ENABLED, LIMIT_MODE, LIMIT_MODES, PRODUCTION
from .storage import CHARGE_FROM_GRID, RESERVE, STORAGE_MODE

__all__ = [
    "CHARGE_FROM_GRID",
    "EXPORT_LIMIT",
    "EXPORT_LIMIT_ENABLED",
    "LIMIT_MODE",
    "LIMIT_MODES",
    "PRODUCTION",
    "RESERVE",
    "STORAGE_MODE",
    "AnyControl",
    "Change",
    "Control",
    "ControlError",
    "Setting",
    "Stage",
]
