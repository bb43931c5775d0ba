"""What the gateway calls a relay or a contact that is closed, or open (gateway-api.md 14.6)."""

from typing import Final

_CLOSED: Final = {"closed": True, "close": True, "open": False}


def is_closed(told: str | None) -> bool | None:
    """Return whether it is closed; on its way back it is "open synchronizing". None for what nobody knows."""
    first, _, _ = (told or "").partition(" ")
    return _CLOSED.get(first)
