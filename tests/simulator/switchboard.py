"""What can be changed at a simulated gateway, and how its firmware takes it (gateway-api.md 17)."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .balance import Settings
from .house import House
from .reply import Json

type Document = dict[str, Json]

_CLOUD_RETURNS_AFTER: Final = 75.0
"""Seconds after which somebody else puts back what was changed."""


class Obedience(StrEnum):
    """What a gateway does with a change that it has accepted."""

    OBEYS = "obeys"
    IGNORES = "ignores"
    """Nothing at all."""
    ECHOES = "echoes"
    """It tells what it was told, and does nothing."""
    IS_OVERRULED = "is_overruled"
    """It obeys, and a good minute later somebody else takes the change back."""


class Rejected(Exception):
    """The gateway does not take this: with which status, and whether it crashes over it."""

    def __init__(self, status: int, *, crashes: bool = False) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.crashes = crashes


@dataclass(slots=True)
class State:
    """All that can be changed: the documents by their paths, and what the house is made to do."""

    documents: dict[str, Document]
    house: Settings
    time: float = 0.0
    """The moment at which something is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A change: what is told at once, what is done after a while, and what comes back."""

    told: Callable[[State, Document], None]
    done: Callable[[State, Document], None] = field(default=lambda _state, _body: None)
    delay: float = 0.0
    answer: Callable[[State, Document], Json]


class Switchboard:
    """The changes of one gateway: what is due when, and what all of it has come to."""

    def __init__(self, house: House, writes: Mapping[tuple[str, str], Write], documents: dict[str, Document]) -> None:
        self.state = State(documents, house.settings)
        self.obedience: dict[str, Obedience] = {}
        """By path; what is not named obeys."""
        self.delays: dict[str, float] = {}
        """Seconds by path that a change takes, where they are not the usual ones."""
        self.taken: list[tuple[str, str, Json]] = []
        """Every change that was sent: method, path, body."""
        self._house = house
        self._writes = writes
        self._due: list[tuple[float, Callable[[], None]]] = []

    def knows(self, method: str, path: str) -> bool:
        """Tell whether something can be sent there in this way."""
        return (method, path) in self._writes

    def read(self, path: str) -> Json:
        """Return a document as it is now; None if it is none of these."""
        return self.state.documents.get(path)

    def advance_to(self, now: float) -> None:
        """Do what is due until now, each at its time."""
        while self._due and self._due[0][0] <= now:
            moment, change = self._due.pop(0)
            self._house.advance_to(moment)
            self.state.time = moment
            change()
            self._house.settings = self.state.house
            self._house.settle()

    def send(self, method: str, path: str, body: Json, now: float) -> Json:
        """Take a change and return the answer; `Rejected` if it is not taken."""
        self.taken.append((method, path, deepcopy(body)))
        write = self._writes[method, path]
        if not isinstance(body, dict):
            raise Rejected(400)
        obedience = self.obedience.get(path, Obedience.OBEYS)
        before = self.keep()
        delay = self.delays.get(path, write.delay)
        answer = write.answer(self.state, body)
        if obedience is not Obedience.IGNORES:
            write.told(self.state, body)
            self._house.settings = self.state.house
        if obedience in (Obedience.OBEYS, Obedience.IS_OVERRULED):
            self._plan(now + delay, lambda: write.done(self.state, body))
        if obedience is Obedience.IS_OVERRULED:
            self._plan(now + delay + _CLOUD_RETURNS_AFTER, lambda: self._restore(before))
        self.advance_to(now)
        return answer

    def keep(self) -> State:
        """Return all of it as it is now, to be put back later."""
        return State(deepcopy(self.state.documents), deepcopy(self.state.house))

    def put_back(self, kept: State) -> None:
        """Have everything be as it was, obedient, and nothing due any more."""
        self._restore(State(deepcopy(kept.documents), deepcopy(kept.house)))
        self._house.settings = self.state.house
        self._house.settle()
        self._due.clear()
        self.obedience.clear()
        self.delays.clear()

    def _plan(self, moment: float, change: Callable[[], None]) -> None:
        self._due.append((moment, change))
        self._due.sort(key=lambda due: due[0])

    def _restore(self, state: State) -> None:
        self.state.documents, self.state.house = state.documents, state.house
