"""The live data's stream: on for fifteen minutes after it was asked for, else standing still (gateway-api.md 13)."""

from collections.abc import Callable
from typing import Final

from .reply import Json
from .source import Source

STREAM_LENGTH: Final = 900
OFF_TEXT: Final = "Last available status data shown. Live stream not enabled. Enable using /ivp/livedata/stream/ API"


class LiveData:
    """The live data of a source: moving with it, or stopped where the stream ended.

    `stamp` turns a moment into the gateway's own time.
    """

    def __init__(self, source: Source, *, stamp: Callable[[float], int]) -> None:
        self._source = source
        self._stamp = stamp
        self._refresh = source.live_refresh
        self._until = source.time
        self._frozen = self._now()

    def enable(self, now: float) -> None:
        """Turn the stream on, or go on with it."""
        self.advance_to(now)
        self._until = now + STREAM_LENGTH

    def disable(self, now: float) -> None:
        """Turn the stream off."""
        self.advance_to(now)
        if self._running(now):
            self._until = now
            self._frozen = self._now()

    def advance_to(self, now: float) -> None:
        """Bring the source up to now, and note on the way what the live data stopped at."""
        if not self._running(now) and self._source.time < (shown := self._shown(now)):
            self._source.advance_to(shown)
            self._frozen = self._now()
        self._source.advance_to(now)

    def body(self, now: float) -> dict[str, Json]:
        """Return the answer of the moment that `advance_to` came to."""
        if not self._running(now):
            return {**self._frozen, "info": OFF_TEXT}
        body = self._now()
        connection = body["connection"]
        return {**body, "connection": {**(connection if isinstance(connection, dict) else {}), "sc_stream": "enabled"}}

    def _running(self, now: float) -> bool:
        return now < self._until

    def _shown(self, now: float) -> float:
        """Return the moment that the values show while the stream is off."""
        return now // self._refresh * self._refresh if self._refresh else self._until

    def _now(self) -> dict[str, Json]:
        return self._source.live(self._stamp(self._source.time))
