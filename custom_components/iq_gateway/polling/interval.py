"""How soon the next cycle comes: as chosen, sooner after a silence, later while the gateway is under strain."""

from datetime import timedelta
from typing import Final

from .client.errors import GatewayBusy
from .outcomes import CycleResult

# A gateway that is away comes back within minutes, or is away for longer: ask soon, a little later, then as always.
_RETRIES: Final = (timedelta(seconds=60), timedelta(seconds=120))

# A slow gateway needs 2 s for a cycle (gateway-api.md 3). At ten times that it has better things to do than answer us.
_SLOW_CYCLE: Final = 20
# Half of the endpoints busy, and more than one, is the gateway's trouble and not an endpoint's.
_BUSY_SHARE: Final = 0.5
_BUSY_AT_LEAST: Final = 2
# Under lasting strain the pace drops to a quarter, a step each cycle, and comes back the same way.
_MAX_STEPS: Final = 2


class Pace:
    """Tells the time to the next cycle from how the last ones went."""

    def __init__(self, chosen: timedelta) -> None:
        self._chosen = chosen
        self._silent_cycles = 0
        self._steps = 0

    @property
    def calm(self) -> timedelta:
        """The interval that the gateway can keep at present; what values are held against to see whether they stand."""
        return self._chosen * (1 << self._steps)

    @property
    def silent(self) -> bool:
        """Whether nothing answered in the last cycle."""
        return self._silent_cycles > 0

    def after(self, result: CycleResult) -> timedelta:
        """Return the time to wait after a cycle."""
        silent = bool(result.errors) and not result.answered
        self._silent_cycles = self._silent_cycles + 1 if silent else 0
        if silent:
            retry = self._silent_cycles - 1
            return min(_RETRIES[retry], self._chosen) if retry < len(_RETRIES) else self._chosen
        self._steps = min(self._steps + 1, _MAX_STEPS) if _strained(result) else max(self._steps - 1, 0)
        return self.calm


def _strained(result: CycleResult) -> bool:
    busy = sum(isinstance(error, GatewayBusy) for error in result.errors.values())
    asked = len(result.errors) + len(result.answered)
    return result.seconds > _SLOW_CYCLE or (busy >= _BUSY_AT_LEAST and busy >= _BUSY_SHARE * asked)
