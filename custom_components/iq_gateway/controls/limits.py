"""The limit of export or production, and the switch of all microinverters: for installers (gateway-api.md 17.4)."""

from typing import Any, Final

from aiohttp import hdrs

from ..client.endpoints import POWER_LIMIT, POWER_MODE, READINGS, SECCTRL
from ..client.values import flag, number
from .checks import is_busy
from .control import Control, ControlError, View, agrees

EXPORT: Final = "export"
OF_PRODUCTION: Final = "production"
LIMIT_MODES: Final = (EXPORT, OF_PRODUCTION)

_SETTINGS: Final = "dynamic_pel_settings"
_ENVELOPE: Final = {"filename": "site_settings", "version": "00.00.01"}
# What a gateway may not tell while it limits nothing.
_DEFAULTS: Final = {"export_limit": True, "slew_rate": 50.0, "enable_dynamic_limiting": False}
_FLOATS: Final = ("limit_value_W", "slew_rate")
_FLAGS: Final = ("enable", "export_limit", "enable_dynamic_limiting")
# A limit is kept to 20 W once it is reached; meters and inverters are a little apart.
_MARGIN: Final = 100.0
_MARGIN_SHARE: Final = 0.05
# W that inverters still seem to give while they stand still.
_STANDSTILL: Final = 20.0


def _settings(view: View) -> dict[str, Any]:
    read = view.document(POWER_LIMIT)
    found = read.get(_SETTINGS) if isinstance(read, dict) else None
    return found if isinstance(found, dict) else {}


def _body(view: View, **changed: bool | float | None) -> object:
    """Return the settings as they were read with something changed; nothing more of a limit that is off."""
    read = view.document(POWER_LIMIT)
    settings = {**_DEFAULTS, **_settings(view), **{key: value for key, value in changed.items() if value is not None}}
    envelope = {key: read.get(key, value) for key, value in _ENVELOPE.items()} if isinstance(read, dict) else _ENVELOPE
    if not flag(settings.get("enable")):
        return {_SETTINGS: {"enable": False}, **envelope}
    if number(settings.get("limit_value_W")) is None:
        raise ControlError("control_limit_first")
    # The gateway takes them as they belong, however it wrote them itself.
    floats = {key: told for key in _FLOATS if (told := number(settings[key])) is not None}
    flags = {key: told for key in _FLAGS if (told := flag(settings[key])) is not None}
    return {_SETTINGS: {**settings, **floats, **flags}, **envelope}


def _turn(view: View, on: bool) -> object:  # noqa: FBT001
    """Return the settings with the limit on, and what was chosen for it while it was off."""
    limit, mode = view.choices.get("export_limit"), view.choices.get("limit_mode")
    return _body(
        view,
        enable=on,
        limit_value_W=float(limit) if limit is not None else None,
        export_limit=mode == EXPORT if mode is not None else None,
    )


def _is_off(view: View) -> bool:
    limit = view.site.settings.power_limit
    return limit is None or not limit.enabled


def _limit(view: View) -> float | None:
    limit = view.site.settings.power_limit
    return limit.limit if limit else None


def _enabled(view: View) -> bool | None:
    """Return whether the limit is on; None while it is, but not as it was chosen to be."""
    limit = view.site.settings.power_limit
    if limit is None or not limit.enabled:
        return limit.enabled if limit else None
    found = {"export_limit": limit.limit, "limit_mode": _mode(view)}
    return True if all(agrees(found[name], choice) for name, choice in view.choices.items()) else None


def _mode(view: View) -> str | None:
    limit = view.site.settings.power_limit
    return None if limit is None or limit.of_export is None else EXPORT if limit.of_export else OF_PRODUCTION


def _is_kept_to(view: View, _wanted: object) -> bool:
    """Tell whether what is measured is within the limit in force; True where nothing is measured."""
    limit, site = view.site.settings.power_limit, view.site
    if limit is None or not limit.enabled or limit.limit is None:
        return True
    exported = None if site.grid.power is None else -site.grid.power
    power = exported if limit.of_export else site.production.power
    return power is None or power <= limit.limit + max(_MARGIN, _MARGIN_SHARE * limit.limit)


def _forced(_view: View, on: bool) -> object:  # noqa: FBT001
    return {"length": 1, "arr": [0 if on else 1]}


def _produces(view: View) -> bool | None:
    production = view.site.settings.production
    return production.on if production else None


def _stands_still(view: View, on: bool) -> bool:  # noqa: FBT001
    """Tell whether inverters have stopped; that they begin again may take until the next day."""
    power = view.site.production.power
    return on or power is None or power <= _STANDSTILL


_OF_LIMIT: Final[dict[str, Any]] = {
    "path": POWER_LIMIT.path,
    "reads": (SECCTRL,),
    "checks": (is_busy,),
    "confirms": (READINGS, POWER_LIMIT),
    "is_felt": _is_kept_to,
    "every": 5.0,
    "deadline": 300.0,
}

EXPORT_LIMIT_ENABLED: Final = Control[bool](name="export_limit_enabled", body=_turn, value=_enabled, **_OF_LIMIT)
EXPORT_LIMIT: Final = Control[float](
    name="export_limit",
    body=lambda view, limit: _body(view, limit_value_W=limit),
    value=_limit,
    keeps=_is_off,
    **_OF_LIMIT,
)
LIMIT_MODE: Final = Control[str](
    name="limit_mode",
    body=lambda view, mode: _body(view, export_limit=mode == EXPORT),
    value=_mode,
    keeps=_is_off,
    **_OF_LIMIT,
)
PRODUCTION: Final = Control[bool](
    name="production",
    path=POWER_MODE.path,
    method=hdrs.METH_PUT,
    body=_forced,
    value=_produces,
    is_felt=_stands_still,
    reads=(SECCTRL,),
    checks=(is_busy,),
    confirms=(READINGS, POWER_MODE),
    every=5.0,
    deadline=900.0,
    says_late=True,
)
