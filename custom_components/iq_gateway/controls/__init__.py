"""What can be changed at a gateway: each a row that says what to send, and where to read what came of it.

A control is sent, read back, and only then believed: its entity goes on showing what the gateway says.
"""

from typing import Final

from .ac_batteries import SLEEP
from .control import AnyControl, Change, Control, ControlError, Setting, Stage, agrees
from .dry_contacts import ACTIONS, CONTACT_ACTIONS, CONTACT_HIGH, CONTACT_LOW, CONTACT_MODE, DRY_CONTACT
from .generator import (
    EXERCISE_DAY,
    EXERCISE_DURATION,
    EXERCISE_INTERVAL,
    EXERCISE_START,
    GENERATOR_COMMAND,
    GENERATOR_START,
    GENERATOR_STOP,
)
from .grid import GRID_CONNECTION
from .limits import EXPORT_LIMIT, EXPORT_LIMIT_ENABLED, LIMIT_MODE, LIMIT_MODES, PRODUCTION
from .storage import CHARGE_FROM_GRID, RESERVE, STORAGE_MODE

_ALL: Final[tuple[AnyControl, ...]] = (
    CHARGE_FROM_GRID,
    CONTACT_HIGH,
    CONTACT_LOW,
    CONTACT_MODE,
    DRY_CONTACT,
    EXERCISE_DAY,
    EXERCISE_DURATION,
    EXERCISE_INTERVAL,
    EXERCISE_START,
    EXPORT_LIMIT,
    EXPORT_LIMIT_ENABLED,
    GENERATOR_COMMAND,
    GENERATOR_START,
    GENERATOR_STOP,
    GRID_CONNECTION,
    LIMIT_MODE,
    PRODUCTION,
    RESERVE,
    SLEEP,
    STORAGE_MODE,
    *CONTACT_ACTIONS.values(),
)
CONTROLS: Final = {control.name: control for control in _ALL}
"""All of them by their names, which outlive restarts."""

__all__ = [
    "ACTIONS",
    "CHARGE_FROM_GRID",
    "CONTACT_ACTIONS",
    "CONTACT_HIGH",
    "CONTACT_LOW",
    "CONTACT_MODE",
    "CONTROLS",
    "DRY_CONTACT",
    "EXERCISE_DAY",
    "EXERCISE_DURATION",
    "EXERCISE_INTERVAL",
    "EXERCISE_START",
    "EXPORT_LIMIT",
    "EXPORT_LIMIT_ENABLED",
    "GENERATOR_COMMAND",
    "GENERATOR_START",
    "GENERATOR_STOP",
    "GRID_CONNECTION",
    "LIMIT_MODE",
    "LIMIT_MODES",
    "PRODUCTION",
    "RESERVE",
    "SLEEP",
    "STORAGE_MODE",
    "AnyControl",
    "Change",
    "Control",
    "ControlError",
    "Setting",
    "Stage",
    "agrees",
]
