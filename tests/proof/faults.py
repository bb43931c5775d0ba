"""What goes wrong on each day: a number of random faults, the same ones for the same seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import random
from typing import Final

from tests.simulator import Fault, GatewaySimulator

FAULTS_A_DAY: Final = 50
# In which of a day's cycles; a fault lasts for up to three answers of its endpoint.
_CYCLES_A_DAY: Final = 288
_ANSWERS: Final = 3
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

    def __init__(self, seed: int, *, a_day: int = FAULTS_A_DAY) -> None:
        # Not for secrets: the same seed must give the same days.
        self._random = random.Random(seed)  # noqa: S311
        self._a_day = a_day
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
        return Mishap(
            endpoint=self._random.choice(_ENDPOINTS),
            fault=self._random.choice(list(Fault)),
            answers=self._random.randint(1, _ANSWERS),
        )
