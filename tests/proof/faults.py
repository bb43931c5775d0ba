"""What goes wrong on each day: a number of random faults, the same ones for the same seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import random
from typing import Final

from tests.simulator import Fault, GatewaySimulator

FAULTS_A_DAY: Final = 50
LONGEST: Final = 3
"""The answers of its endpoint that a fault lasts for at most."""

_CYCLES_A_DAY: Final = 288
# What keeps a client waiting takes real seconds, and is no other for lasting long.
_WAITING: Final = frozenset({Fault.HANG, Fault.DRIP})
_WAITED_FOR: Final = 3
_ENDPOINTS: Final = ("info", "meters", "readings", "live", "energy", "inverters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """A fault of one endpoint that lasts for some answers."""

    endpoint: str
    fault: Fault
    answers: int

    def befall(self, gateway: GatewaySimulator, instead: Mapping[str, str]) -> None:
        """Let it happen; on another endpoint for those that ask that one instead."""
        gateway.fault(instead.get(self.endpoint, self.endpoint), self.fault, times=self.answers)


class Mishaps:
    """A seeded stream of them, cycle by cycle."""

    def __init__(self, seed: int, *, a_day: int = FAULTS_A_DAY, longest: int = LONGEST) -> None:
        # Not for secrets: the same seed must give the same days.
        self._random = random.Random(seed)  # noqa: S311
        self._a_day = a_day
        self.longest = longest
        self.count = 0
        self._days = self._draw()

    def next(self) -> list[Mishap]:
        """Return what begins with the next cycle."""
        mishaps = next(self._days)
        self.count += len(mishaps)
        return mishaps

    def _draw(self) -> Iterator[list[Mishap]]:
        while True:
            begins = [self._random.randrange(_CYCLES_A_DAY) for _ in range(self._a_day)]
            for cycle in range(_CYCLES_A_DAY):
                yield [self._mishap() for _ in range(begins.count(cycle))]

    def _mishap(self) -> Mishap:
        endpoint, fault = self._random.choice(_ENDPOINTS), self._random.choice(list(Fault))
        answers = self._random.randint(1, self.longest)
        return Mishap(
            endpoint=endpoint, fault=fault, answers=min(answers, _WAITED_FOR) if fault in _WAITING else answers
        )
