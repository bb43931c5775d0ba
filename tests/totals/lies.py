"""What a gateway may say that is not so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .world import HOUR, WRAP, Said, World

OF_THE_TRUTH: Final[Mapping[str, Callable[[float], float]]] = {
    "zero": lambda _: 0.0,
    "half": lambda true: true / 2,
    "double": lambda true: true * 2,
    "thousandth": lambda true: true / 1000,
    "negative": lambda true: -true,
    "plus 2^32 J": lambda true: true + WRAP,
    "minus 2^32 J": lambda true: true - WRAP,
    "plus 2^32": lambda true: true + 2.0**32,
}
BY_A_SIZE: Final[Mapping[str, Callable[[float, float], float]]] = {
    "value": lambda _, size: size,
    "more": lambda true, size: true + size,
    "less": lambda true, size: true - size,
}
BY_THE_POLL: Final[Mapping[str, Callable[[float, float, int], float]]] = {
    "ever more": lambda true, size, poll: true + (poll + 1) * size,
    "ever less": lambda true, size, poll: true - (poll + 1) * size,
    "turns": lambda true, size, poll: true + (size if poll % 2 else -size),
}
ENERGIES: Final = (*OF_THE_TRUTH, *BY_A_SIZE, *BY_THE_POLL, "frozen", "anything")


@dataclass(frozen=True, slots=True)
class Lie:
    """A wrong answer, again and again; `telling` power is what the wrong energy grew by."""

    energy: str
    power: str = "true"
    """One of "true", "none", "zero", "absurd", "negative", "telling"."""
    size: float = 3_000.0
    """Wh, for those that have one."""

    def __call__(self, world: World, poll: int) -> Said:
        """Tell it."""
        energy = self._energy(world, poll)
        return Said(energy, self._power(world, energy))

    def _energy(self, world: World, poll: int) -> float:
        true = world.in_order().energy
        if of_the_truth := OF_THE_TRUTH.get(self.energy):
            return of_the_truth(true)
        if by_a_size := BY_A_SIZE.get(self.energy):
            return by_a_size(true, self.size)
        if by_the_poll := BY_THE_POLL.get(self.energy):
            return by_the_poll(true, self.size, poll)
        if self.energy == "frozen":
            return world.log[-1 - poll].said.energy if len(world.log) > poll else 0.0
        return world.rng.choice([world.rng.uniform(0.0, 5e7), true + world.rng.uniform(-self.size, self.size)])

    def _power(self, world: World, energy: float) -> float | None:
        true = world.in_order().power
        if self.power == "telling" and world.log:
            last = world.log[-1]
            return (energy - last.said.energy) / max(1.0, world.seconds - last.seconds) * HOUR
        return {"none": None, "zero": 0.0, "absurd": 1e7, "negative": -3_000.0}.get(self.power, true)
