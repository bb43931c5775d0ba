"""The stream of live data: when it is set in motion, and when that is tried again (gateway-api.md 13)."""

from collections.abc import Set as AbstractSet
from typing import Final

from ..client.endpoints import HOURLY
from ..client.errors import GatewayError, NotFound, NotPermitted
from ..site import Part

# The gateway ends the stream by itself after 15 minutes; renewed before that, it never stops.
_ENDS_AFTER: Final = 900
_RENEWED_AFTER: Final = 590
# Until values move after a stream was set in motion that had stopped.
MOVES_AFTER: Final = 2.5

# Only these parts are told by live data alone: elsewhere it may stand still.
_PARTS: Final = frozenset({Part.BATTERY, Part.RELAYS})


class LiveStream:
    """Knows of the stream when it was last enabled, or refused; times are monotonic seconds."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._enabled_at: float | None = None
        self._refused_at = 0.0
        self._refusals = 0

    @property
    def was_tried(self) -> bool:
        """Whether it was enabled, or refused."""
        return self._enabled_at is not None or self._refusals > 0

    def is_due(self, parts: AbstractSet[Part], *, still: bool, now: float) -> bool:
        """Tell whether to enable it: live data stands still, or will before the next cycle."""
        if not self._wanted or _PARTS.isdisjoint(parts) or self._rests(now):
            return False
        return still or (self._enabled_at is not None and now - self._enabled_at >= _RENEWED_AFTER)

    def enabled(self, *, was_still: bool, now: float) -> float:
        """Note that it runs; return the time from which on values move."""
        ran = self._enabled_at is not None and now - self._enabled_at < _ENDS_AFTER and not was_still
        self._enabled_at, self._refusals = now, 0
        return now if ran else now + MOVES_AFTER

    def failed(self, error: GatewayError, *, now: float) -> None:
        """Note that it could not be enabled."""
        self._enabled_at = None
        if isinstance(error, NotPermitted | NotFound):
            self._refusals, self._refused_at = self._refusals + 1, now

    def forget_refusals(self) -> None:
        """Have it tried again at once."""
        self._refusals = 0

    def _rests(self, now: float) -> bool:
        """Tell whether it was refused twice, and that less than an hour ago."""
        return self._refusals > 1 and now - self._refused_at < HOURLY
