"""How the batteries are used, where the firmware takes that from anybody but the cloud (gateway-api.md 17.3)."""

from typing import Any, Final

from aiohttp import hdrs

from ..client.endpoints import SECCTRL, STORAGE_SCHEDULE, TARIFF
from ..site import BatteryMode, SiteStorage
from .checks import is_busy
from .control import Control, ControlError, View, agrees

# As the gateway writes them.
_MODES: Final = {
    BatteryMode.FULL_BACKUP: "backup",
    BatteryMode.SELF_CONSUMPTION: "self-consumption",
    BatteryMode.SAVINGS: "economy",
}


def _body(view: View, **changed: object) -> object:
    """Return the tariff as it was read with its settings of storage changed, and without the schedule made from it."""
    tariff = view.document(TARIFF)["tariff"]
    return {"tariff": {**tariff, "storage_settings": {**tariff["storage_settings"], **changed}}}


def _storage(view: View) -> SiteStorage | None:
    return view.site.settings.storage


def _obeys(view: View, _wanted: object) -> ControlError | None:
    """Refuse what would be accepted and ignored: the gateway may have got another firmware, or a plan."""
    storage = _storage(view)
    return None if storage and storage.obeys else ControlError("control_cloud_decides")


def _mode(view: View) -> str | None:
    storage = _storage(view)
    return storage.mode if storage else None


def _reserve(view: View) -> float | None:
    storage = _storage(view)
    return storage.reserve if storage else None


def _charges(view: View) -> bool | None:
    storage = _storage(view)
    return storage.charge_from_grid if storage else None


def _is_held(view: View, reserve: float) -> bool:
    """Tell whether the batteries' own controller keeps this reserve, if it tells of one."""
    told = view.snapshot.fresh(SECCTRL) if SECCTRL.name in view.read else None
    return told is None or told.reserve is None or agrees(told.reserve, reserve)


def _is_allowed(view: View, on: bool) -> bool:  # noqa: FBT001
    """Tell whether the batteries' schedule lets them charge from the grid, or not, if there is one."""
    told = view.snapshot.fresh(STORAGE_SCHEDULE) if STORAGE_SCHEDULE.name in view.read else None
    return told is None or told.grid_charging_allowed is on


_OF_STORAGE: Final[dict[str, Any]] = {
    "path": TARIFF.path,
    "method": hdrs.METH_PUT,
    "reads": (SECCTRL,),
    "checks": (is_busy, _obeys),
    "confirms": (TARIFF,),
    "every": 5.0,
    "deadline": 180.0,
}

# Another answer tells the batteries' mode as well, but may be an old one: the schedule of the tariff stands alone.
STORAGE_MODE: Final = Control[str](
    name="storage_mode",
    body=lambda view, mode: _body(view, mode=_MODES[BatteryMode(mode)]),
    value=_mode,
    **_OF_STORAGE,
)
RESERVE: Final = Control[float](
    name="reserve",
    body=lambda view, reserve: _body(view, reserved_soc=float(reserve)),
    value=_reserve,
    is_felt=_is_held,
    **_OF_STORAGE | {"reads": (), "confirms": (SECCTRL, TARIFF)},
)
CHARGE_FROM_GRID: Final = Control[bool](
    name="charge_from_grid",
    body=lambda view, on: _body(view, charge_from_grid=on),
    value=_charges,
    is_felt=_is_allowed,
    **_OF_STORAGE | {"confirms": (STORAGE_SCHEDULE, TARIFF)},
)
