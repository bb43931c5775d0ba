"""Files of ours in Home Assistant's storage: whatever stands in them, it is no more than unreadable."""

from collections.abc import Mapping, Sequence
from typing import Any, override

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store


class UnreadableFileError(HomeAssistantError):
    """A file holds JSON that no store ever wrote; what loads it goes on without, and nobody is shown this."""


class TolerantStore[T: Mapping[str, Any] | Sequence[Any]](Store[T]):
    """A file that was cut off, edited by hand or written by a later version."""

    @override
    async def async_load(self) -> T | None:
        """Return what is stored; `HomeAssistantError` if that cannot be read."""
        try:
            return await super().async_load()
        except (AttributeError, KeyError, NotImplementedError, TypeError, ValueError) as err:
            raise UnreadableFileError from err
