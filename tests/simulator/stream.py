"""The live data's stream: on for fifteen minutes after it was asked for, else standing still (gateway-api.md 13)."""

from typing import Final

STREAM_LENGTH: Final = 900
OFF_TEXT: Final = "Last available status data shown. Live stream not enabled. Enable using /ivp/livedata/stream/ API"


class Stream:
    """When the live data last moved.

    `refresh` is the pace in s at which firmware from 8.3.5289 on refreshes while the stream is off; None freezes.
    """

    def __init__(self, *, now: float, refresh: int | None = None) -> None:
        self._until = now
        self._frozen = now
        self._refresh = refresh

    def enable(self, now: float) -> None:
        """Turn the stream on, or go on with it."""
        self._until = now + STREAM_LENGTH

    def disable(self, now: float) -> None:
        """Turn the stream off."""
        self._frozen = self._until = min(self._until, now)

    def running(self, now: float) -> bool:
        """Tell whether the stream is on."""
        return now < self._until

    def updated(self, now: float) -> float:
        """Return the moment that the live values show."""
        if self.running(now):
            return now
        if self._refresh:
            return now // self._refresh * self._refresh
        return self._until
