"""What a total is known by: in the ledger by a key, which leads to its entity.

That of a site's total is the entity's key, that of a meter's counter has the meter in front; "SERIAL/energy" is that of
a device with a serial number of its own.
"""

from typing import Final

_SEPARATOR: Final = "/"


def is_of_device(key: str) -> bool:
    """Tell whether a counter is that of a device with a serial number of its own."""
    return _SEPARATOR in key


def unique_id(key: str, *, gateway: str) -> str:
    """Return the unique id of a total's entity; `gateway` is a serial number."""
    serial, separator, counter = key.rpartition(_SEPARATOR)
    return f"{serial}_{counter}" if separator else f"{gateway}_{key}"


def spoken(key: str) -> str:
    """Return what a log may say: no serial number."""
    _, separator, counter = key.rpartition(_SEPARATOR)
    return f"{counter} of a device" if separator else key
