"""What a control is: a row that says what to send, where to read what came of it, and what has to be so first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import time
from typing import Any, Final

from aiohttp import hdrs
import orjson

from ..client.endpoints import Endpoint
from ..site import Site, Snapshot

type Setting = bool | float | str

# For so many seconds an action waits for what comes of it; what takes longer is followed behind its back.
PATIENCE: Final = 90.0


class Stage(StrEnum):
    """How far a change has come."""

    REQUESTED = "requested"  # waits for its turn, or for what has to be read first
    PENDING = "pending"  # sent, not confirmed
    CONFIRMED = "confirmed"
    KEPT = "kept"  # nothing to send as yet: it comes into force with another control
    FAILED = "failed"  # not sent, refused, or something else came of it
    NO_EFFECT = "no_effect"  # accepted, and nothing happened
    OVERWRITTEN = "overwritten"  # confirmed, and taken back by somebody else


class ControlError(Exception):
    """A change came to nothing, or to something else; the key is that of the text that says so."""

    def __init__(self, key: str, *, stage: Stage = Stage.FAILED, **placeholders: str) -> None:
        super().__init__(key)
        self.key = key
        self.stage = stage
        self.placeholders: Mapping[str, str] = placeholders


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The last change of a control: for its entity to tell, and to go on with after a restart."""

    wanted: Setting
    stage: Stage
    before: Setting | None = None  # what was in force when it was sent
    sent_at: float | None = None  # s since 1970; None for what was not sent
    reason: str | None = None  # the key of the text that tells why it failed
    placeholders: Mapping[str, str] = field(default_factory=dict)
    said: bool = False  # whether the gateway itself said that it was so when it failed

    @property
    def passed(self) -> float | None:
        """How many seconds ago it was sent, if it was."""
        return None if self.sent_at is None else max(time.time() - self.sent_at, 0.0)


@dataclass(frozen=True, slots=True)
class View:
    """What is known at a moment, as a control of one device looks at it."""

    site: Site
    snapshot: Snapshot
    key: str  # of the device
    # What was asked for just now and answered; all else may be old.
    read: frozenset[str] = frozenset()
    # What was chosen while there was nothing to send, by the name of the control.
    choices: Mapping[str, Setting] = field(default_factory=dict)

    def document(self, endpoint: Endpoint[Any]) -> Any:  # noqa: ANN401 (whatever JSON there is)
        """Return the gateway's own answer, to be sent back with one value changed; None if there is no new one."""
        if endpoint.name not in self.read:
            return None
        return orjson.loads(self.snapshot.answers[endpoint.name].raw)


type Check[ValueT] = Callable[[View, ValueT], ControlError | None]


def agrees(found: object, wanted: Setting) -> bool:
    """Tell whether what was found is what is wanted; a figure may be rounded on its way."""
    if isinstance(wanted, float) and isinstance(found, int | float):
        return abs(found - wanted) < 0.5  # noqa: PLR2004 (half of the smallest step)
    return found == wanted


def _always(_view: View, _wanted: object) -> bool:
    return True


def _never(_view: View) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Control[ValueT: Setting]:
    """One thing that can be changed; bodies, times and dangers are those of gateway-api.md 17.

    Nothing is sent before all of `reads` and `confirms` are read and all `checks` are passed, and nothing is believed
    before `value` is what is wanted.
    """

    name: str
    path: str
    method: str = hdrs.METH_POST
    off_method: str | None = None  # for a value of False, if that is another one
    body: Callable[[View, ValueT], object]
    """What to send: a document as it was read just now with one value changed, wherever the gateway keeps one."""
    value: Callable[[View], ValueT | None]
    """What is in force; None while nobody can tell."""
    confirms: tuple[Endpoint[Any], ...]
    """What `value` and `is_felt` are read from, again and again until the change is confirmed."""
    reads: tuple[Endpoint[Any], ...] = ()
    """What else is read before anything is sent; what this gateway does not have is passed over."""
    checks: tuple[Check[ValueT], ...] = ()
    is_felt: Callable[[View, ValueT], bool] = _always
    """Whether what is measured, or a second witness, agrees with it."""
    keeps: Callable[[View], bool] = _never
    """Whether there is nothing to send now: the value comes into force with another control of the same path."""
    every: float = 3.0  # seconds between two looks
    deadline: float = 30.0  # seconds from sending
    says_late: bool = False
    """Whether the gateway itself may go on saying the old value for longer than an action waits."""
    pause: float = 30.0  # seconds until something else is sent to the same path
    hold: float = 180.0
    """Seconds after which it is read once more: the cloud and others take changes back, most within two minutes."""
    blinds: tuple[Endpoint[Any], ...] = ()
    """What tells nothing true for a while after it was sent."""

    def method_for(self, wanted: ValueT) -> str:
        """Return how the change is sent."""
        return self.off_method if self.off_method and wanted is False else self.method

    def is_set(self, view: View, wanted: ValueT) -> bool:
        """Tell whether the gateway says what is wanted."""
        return agrees(self.value(view), wanted)

    def is_contradicted(self, view: View, wanted: ValueT) -> bool:
        """Tell whether the gateway says something else than what is to be in force."""
        return not (self.value(view) is None or self.keeps(view) or self.is_set(view, wanted))


type AnyControl = Control[Any]
