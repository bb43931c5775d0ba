"""Dry contacts, and what they are set to (gateway-api.md 17.2).

Settings go back whole, as they were read just before, with one value changed: a gateway crashes over less.
"""

from collections.abc import Callable
from typing import Any, Final

from ..client.endpoints import DRY_CONTACT_SETTINGS, DRY_CONTACTS, SECCTRL
from ..client.values import number, text, word
from .checks import is_busy
from .control import Check, Control, ControlError, Setting, View

ACTIONS: Final = ("apply", "shed", "schedule", "none")
# By the words of `ContactMode`.
_MODES: Final = {"manual": "manual", "battery_level": "soc"}
# Opening a contact of another type may cut an inverter off.
_LOAD: Final = "load"


def _contact(view: View) -> str:
    """Return the contact's name: "NC1" of "48..._nc1"."""
    return view.key.rpartition("_")[2].upper()


def _settings(view: View) -> dict[str, Any]:
    """Return the contact's settings as they were read just now; nothing if they were not."""
    read = view.document(DRY_CONTACT_SETTINGS)
    listed = read.get("dry_contacts") if isinstance(read, dict) else None
    rows = listed if isinstance(listed, list) else [listed]
    found = (row for row in rows if isinstance(row, dict) and (text(row.get("id")) or "").upper() == _contact(view))
    return next(found, {})


def _is_load(view: View, _wanted: object) -> ControlError | None:
    return None if word(_settings(view).get("type")) == _LOAD else ControlError("control_not_there")


def _closed(view: View) -> bool | None:
    contact = view.site.dry_contacts.get(view.key)
    return contact.closed if contact else None


DRY_CONTACT: Final = Control[bool](
    name="dry_contact",
    path=DRY_CONTACTS.path,
    body=lambda view, on: {"dry_contacts": {"id": _contact(view), "status": "closed" if on else "open"}},
    value=_closed,
    reads=(SECCTRL, DRY_CONTACT_SETTINGS),
    confirms=(DRY_CONTACTS,),
    checks=(is_busy, _is_load),
)


def _setting[ValueT: Setting](
    key: str,
    *,
    write: Callable[[ValueT], object],
    read: Callable[[Any], ValueT | None],
    check: Check[ValueT] | None = None,
) -> Control[ValueT]:
    """Return the control of one value of a contact's settings."""
    return Control(
        name=key,
        path=DRY_CONTACT_SETTINGS.path,
        body=lambda view, wanted: {"dry_contacts": {**_settings(view), key: write(wanted)}},
        value=lambda view: read(_settings(view).get(key)),
        reads=(SECCTRL,),
        confirms=(DRY_CONTACT_SETTINGS,),
        checks=(is_busy, _is_load, *([check] if check else [])),
        # Normally closed contacts read open for a while after, and are not.
        blinds=(DRY_CONTACTS,),
    )


def _mode(told: object) -> str | None:
    return next((mode for mode, written in _MODES.items() if written == word(told)), None)


def _is_low(view: View, low: float) -> ControlError | None:
    high = number(_settings(view).get("soc_high"))
    return ControlError("control_levels") if high is not None and low >= high else None


def _is_high(view: View, high: float) -> ControlError | None:
    low = number(_settings(view).get("soc_low"))
    return ControlError("control_levels") if low is not None and low >= high else None


CONTACT_MODE: Final = _setting("mode", write=_MODES.__getitem__, read=_mode)
CONTACT_ACTIONS: Final = {
    key: _setting(key, write=str, read=word) for key in ("grid_action", "micro_grid_action", "gen_action")
}
CONTACT_LOW: Final = _setting("soc_low", write=float, read=number, check=_is_low)
CONTACT_HIGH: Final = _setting("soc_high", write=float, read=number, check=_is_high)
