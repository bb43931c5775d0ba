"""The sleep of AC batteries, one by one (gateway-api.md 17.6)."""

from typing import Any, Final

from aiohttp import hdrs

from ..client.endpoints import FULL_INVENTORY, SECCTRL
from ..client.values import integer, serial_number
from .checks import is_busy
from .control import Control, View

_PATH: Final = "/admin/lib/acb_config.json"
# The levels in % between which a battery sleeps, unless it tells others.
_USUAL: Final = {"sleep_min_soc": 25, "sleep_max_soc": 30}


def _row(view: View) -> dict[str, Any]:
    read = view.document(FULL_INVENTORY)
    groups = [group for group in read if isinstance(group, dict)] if isinstance(read, list) else []
    listed = [row for group in groups for row in group.get("devices") or () if isinstance(row, dict)]
    return next((row for row in listed if serial_number(row.get("serial_num")) == view.key), {})


def _body(view: View, on: bool) -> object:  # noqa: FBT001
    """Return the order to sleep between the battery's levels, or to wake."""
    if not on:
        return {"acb_sleep": [{"serial_num": view.key}]}
    row = _row(view)
    levels = {key: usual if (told := integer(row.get(key))) is None else told for key, usual in _USUAL.items()}
    if not 0 <= levels["sleep_min_soc"] <= levels["sleep_max_soc"] <= 100:  # noqa: PLR2004 (%)
        levels = _USUAL
    return {"acb_sleep": [{"serial_num": view.key, **levels}]}


def _sleeps(view: View) -> bool | None:
    battery = view.site.ac_batteries.get(view.key)
    return battery.sleeps if battery else None


SLEEP: Final = Control[bool](
    name="sleep",
    path=_PATH,
    method=hdrs.METH_PUT,
    off_method=hdrs.METH_DELETE,
    body=_body,
    value=_sleeps,
    reads=(SECCTRL,),
    confirms=(FULL_INVENTORY,),
    checks=(is_busy,),
    # They report every quarter of an hour, and the answer takes seconds.
    every=60.0,
    deadline=1800.0,
    says_late=True,
)
