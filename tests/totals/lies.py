"""What a gateway may say that is not so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, nan
from typing import Final

from hypothesis import strategies as st

from .world import HOUR, WRAP, Said, World

type Energy = Callable[[World, int, float], float]
"""Makes a wrong energy of a world, the number of the poll and a size in Wh."""


def _true(world: World) -> float:
    return world.in_order().energy


ENERGIES: Final[Mapping[str, Energy]] = {
    "zero": lambda world, poll, size: 0.0,
    "value": lambda world, poll, size: size,
    "more": lambda world, poll, size: _true(world) + size,
    "less": lambda world, poll, size: _true(world) - size,
    "ever more": lambda world, poll, size: _true(world) + (poll + 1) * size,
    "ever less": lambda world, poll, size: _true(world) - (poll + 1) * size,
    "half": lambda world, poll, size: _true(world) / 2,
    "double": lambda world, poll, size: _true(world) * 2,
    "thousandth": lambda world, poll, size: _true(world) / 1000,
    "plus 2^32 J": lambda world, poll, size: _true(world) + WRAP,
    "minus 2^32 J": lambda world, poll, size: _true(world) - WRAP,
    "plus 2^32": lambda world, poll, size: _true(world) + 2.0**32,
    "negative": lambda world, poll, size: -_true(world),
    "anything": lambda world, poll, size: world.rng.choice(
        [world.rng.uniform(0, 5e7), _true(world) + world.rng.uniform(-size, size)]
    ),
    "turns": lambda world, poll, size: _true(world) + (size if poll % 2 else -size),
    "frozen": lambda world, poll, size: world.log[-1 - poll].said.energy if len(world.log) > poll else 0.0,
    "none": lambda world, poll, size: nan,
    "endless": lambda world, poll, size: inf,
}
POWERS: Final = ("true", "none", "zero", "absurd", "negative", "telling", "nan")


@dataclass(frozen=True, slots=True)
class Lie:
    """A wrong answer, again and again; `telling` power is what the wrong energy grew by."""

    energy: str
    power: str = "true"
    size: float = 3_000.0

    def __call__(self, world: World, poll: int) -> Said:
        """Tell it."""
        energy = ENERGIES[self.energy](world, poll, self.size)
        return Said(energy, self._power(world, energy))

    def _power(self, world: World, energy: float) -> float | None:
        true = world.in_order().power
        if self.power == "telling" and world.log:
            last = world.log[-1]
            return (energy - last.said.energy) / max(1.0, world.seconds - last.seconds) * HOUR
        return {"none": None, "zero": 0.0, "absurd": 1e7, "negative": -3_000.0, "nan": nan}.get(self.power, true)


sizes = st.sampled_from([5.0, 60.0, 300.0, 900.0, 1_500.0, 3_000.0, 12_000.0, 47_000.0, 300_000.0, 5_000_000.0])
lies = st.builds(Lie, energy=st.sampled_from(list(ENERGIES)), power=st.sampled_from(POWERS), size=sizes)
