"""The stream of live data: when it is set in motion, and when that is tried again (gateway-api.md 13)."""

from collections.abc import Set as AbstractSet
from typing import Final

from ..client.endpoints import HOURLY
from ..client.errors import GatewayError, NotFound, NotPermitted
from ..site import Part

# Until values move after the stream was set in motion.
MOVES_AFTER: Final = 2.5
# A stream that runs may be disturbed by being enabled again.
_SPARED_FOR: Final = 60.0

# Only these parts are told by live data alone: elsewhere it may stand still.
_PARTS: Final = frozenset({Part.BATTERY, Part.RELAYS})


class LiveStream:
    """Knows of the stream when it was last enabled, or refused; times are monotonic seconds."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._tried_at: float | None = None
        self._refused_at = 0.0
        self._refusals = 0
        self.was_tried = False  # it was enabled, or refused

    def is_due(self, parts: AbstractSet[Part], *, still: bool, now: float) -> bool:
        """Tell whether to enable it: its answer says that it is off, or that its values stand still."""
        spared = self._tried_at is not None and now - self._tried_at < _SPARED_FOR
        return still and self._wanted and not spared and not _PARTS.isdisjoint(parts) and not self._rests(now)

    def enabled(self, *, now: float) -> float:
        """Note that it runs; return the time from which on values move."""
        self._tried_at, self._refusals, self.was_tried = now, 0, True
        return now + MOVES_AFTER

    def failed(self, error: GatewayError, *, now: float) -> None:
        """Note that it could not be enabled."""
        self._tried_at = now
        if isinstance(error, NotPermitted | NotFound):
            self._refusals, self._refused_at, self.was_tried = self._refusals + 1, now, True

    def forget_refusals(self) -> None:
        """Have it tried again at once."""
        self._tried_at, self._refusals = None, 0

    def _rests(self, now: float) -> bool:
        """Tell whether it was refused twice, and that less than an hour ago."""
        return self._refusals > 1 and now - self._refused_at < HOURLY
