"""What the tests of the cycle share: its time, a poller, the next cycle."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Final
from unittest.mock import patch

from custom_components.iq_gateway.polling import Poller, poller

from .scripted import SERIAL, Script

INTERVAL: Final = 300.0
SECOND_AFTER: Final = 30.0
HOUR: Final = 3_600.0
ALL_SHOWN: Final = frozenset(
    {"production_power", "production_energy", "grid_power", "production_period", "inverters", "live", "battery_power"}
)
# Newer firmware sends a row that no meter is listed for.
STRANGER: Final = {"eid": 1023410688, "activePower": 0.0}


class Time:
    """The time of the computer and of the gateway, moved by hand."""

    def __init__(self, script: Script) -> None:
        self._script = script
        script.pass_time = self.advance
        self.now = 1_000.0

    def monotonic(self) -> float:
        """Stand in for the function of that name."""
        return self.now

    @contextmanager
    def in_charge(self) -> Iterator[None]:
        """Let the poller and its memory find this time."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(poller, "time", SimpleNamespace(monotonic=self.monotonic)))
            stack.enter_context(patch.object(poller, "sleep", self.sleep))
            yield

    async def sleep(self, seconds: float) -> None:
        """Stand in for the function of that name."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self._script.now += seconds


def poller_for(script: Script, *, keep_live_data: bool = True) -> Poller:
    """Return a poller that has asked nothing yet."""
    return Poller(script, serial=SERIAL, interval=INTERVAL, keep_live_data=keep_live_data)


async def cycle(poller: Poller, time: Time, script: Script, keys: Iterable[str] = ALL_SHOWN) -> list[str]:
    """Run a cycle an interval later, and return what was asked."""
    time.advance(INTERVAL)
    await poller.run(frozenset(keys))
    return script.take_asked()


async def begin(poller: Poller, time: Time, script: Script) -> None:
    """Run the first cycle and the second one soon after it, which asks for what no start waits for alone.

    And those of the quarter of an hour in which a first list of meters is read again.
    """
    await poller.run(frozenset())
    script.take_asked()
    time.advance(SECOND_AFTER)
    await poller.run(frozenset())
    assert set(script.take_asked()) <= {"meters", "secctrl"}
    for _ in range(3):
        assert "meters" in await cycle(poller, time, script)
