"""How soon the next cycle comes: as chosen, sooner after a silence, later while the gateway is under strain."""

from datetime import timedelta
from typing import Final

from ..client.errors import GatewayBusy, NoAnswerInTime
from .result import PollResult

# A gateway that is away comes back within minutes, or is away for longer: ask soon, a little later, then as always.
_RETRIES: Final = (timedelta(seconds=60), timedelta(seconds=120))

# A healthy gateway answers within 0.4 s, a slow one within 6 s (gateway-api.md 3): longer is as good as busy.
_SLOW_REQUEST: Final = 6
# Half of the endpoints busy, and more than one, is the gateway's trouble and not an endpoint's. Those that hang, or are
# slow, have to be more than half: two of them are given up one by one, and asked less by themselves.
_STRAINED_SHARE: Final = 0.5
_STRAINED_AT_LEAST: Final = 2
# Under lasting strain the pace drops to a quarter, a step each cycle, and comes back the same way.
_MOST_STEPS: Final = 2


class PollInterval:
    """Tells the time to the next cycle from how the last ones went."""

    def __init__(self, chosen: timedelta) -> None:
        self._chosen = chosen
        self._silent_cycles = 0
        self._steps = 0

    @property
    def silent(self) -> bool:
        """Whether nothing answered in the last cycle."""
        return self._silent_cycles > 0

    @property
    def strained(self) -> bool:
        """Whether the gateway is under strain, and cycles are further apart for it."""
        return self._steps > 0

    def next(self, result: PollResult) -> timedelta:
        """Return the time to wait after a cycle."""
        self._silent_cycles = self._silent_cycles + 1 if result.silent else 0
        if result.silent:
            retry = self._silent_cycles - 1
            return min(_RETRIES[retry], self._chosen) if retry < len(_RETRIES) else self._chosen
        self._steps = min(self._steps + 1, _MOST_STEPS) if _strained(result) else max(self._steps - 1, 0)
        return self._chosen * (1 << self._steps)


def _strained(result: PollResult) -> bool:
    """Tell whether a cycle was too much for the gateway: by its requests one by one, never by their sum."""
    says_busy = {name for name, error in result.errors.items() if isinstance(error, GatewayBusy)}
    hangs = {name for name, error in result.errors.items() if isinstance(error, NoAnswerInTime)}
    slow = {name for name, seconds in result.seconds.items() if seconds > _SLOW_REQUEST}
    half = _STRAINED_SHARE * len(result.errors.keys() | result.answered)
    strained = says_busy | hangs | slow
    return len(strained) >= _STRAINED_AT_LEAST and (len(says_busy - hangs) >= half or len(strained) > half)
