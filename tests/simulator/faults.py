"""What can go wrong with one answer: how it travels, what it says instead, or what is odd within it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from . import mutations
from .reply import HTML, Json, Reply, error

HUGE_SIZE: Final = 5 * 1024 * 1024
_LOGIN_PAGE: Final = b"<!DOCTYPE html><html><body>Please log in.</body></html>"


class Fault(StrEnum):
    """A fault by name; `fault("readings", Fault.HANG)`."""

    REFUSED = "refused"
    """No connection: for all paths the port is closed, for one path the connection breaks before an answer."""
    RESET = "reset"
    """The connection breaks in the middle of the answer."""
    HANG = "hang"
    """No answer ever."""
    DRIP = "drip"
    """One byte of the answer a second."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"

    EMPTY = "empty"
    HTML_PAGE = "html_page"
    TRUNCATED = "truncated"
    WRONG_SHAPE = "wrong_shape"
    HUGE = "huge"
    """More than 4 MB."""

    UNKNOWN_ENUM = "unknown_enum"
    BROKEN_RECORD = "broken_record"
    """One broken record among good ones."""
    NUMBERS_AS_TEXT = "numbers_as_text"
    UNKNOWN_TEXT = "unknown_text"
    """The word "unknown" for a number."""
    NULLS = "nulls"
    NAN = "nan"
    NEGATIVE_ZERO = "negative_zero"
    WRAPPED = "wrapped"
    """-4 written as an unsigned number of 32 bits."""
    DUPLICATES = "duplicates"
    TIME_ZERO = "time_zero"
    TIME_TOMORROW = "time_tomorrow"

    ZEROS = "zeros"
    """All counters zero, as for one reading after a reboot."""
    HALVED = "halved"
    DOUBLED = "doubled"
    JUMPED = "jumped"
    """All counters ahead by 2^32 joules, 1,193,046 Wh."""
    NEGATIVE = "negative"
    FROZEN = "frozen"
    """The last answer from before the fault, again and again."""
    STUCK = "stuck"
    """The same, under a clock that goes on: only the repetition tells."""
    STORAGE_LEG_LOST = "storage_leg_lost"
    """One leg of the storage meter reads zero: its totals halve."""
    METERS_DISABLED = "meters_disabled"
    """The meters are listed as disabled and their figures are zero."""


WHOLE: Final = frozenset({Fault.REFUSED, Fault.RESET, Fault.HANG, Fault.DRIP, Fault.FROZEN, Fault.STUCK})
"""Faults that leave the answer itself whole: they are about how, or when, it comes."""

STATUSES: Final = {
    Fault.UNAUTHORIZED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.TOO_MANY_REQUESTS: 429,
    Fault.SERVER_ERROR: 500,
    Fault.BAD_GATEWAY: 502,
    Fault.UNAVAILABLE: 503,
}

BODIES: Final[dict[Fault, Callable[[Reply], Reply]]] = {
    Fault.EMPTY: lambda reply: reply.with_body(b""),
    Fault.HTML_PAGE: lambda _: Reply(body=_LOGIN_PAGE, content_type=HTML),
    Fault.TRUNCATED: lambda reply: reply.with_body(reply.body[: len(reply.body) // 2]),
    Fault.WRONG_SHAPE: lambda reply: reply.with_body(b'{"error": {"why": [1, 2]}}'),
    Fault.HUGE: lambda reply: reply.with_body(reply.body + b" " * HUGE_SIZE),
}

MUTATIONS: Final[dict[Fault, Callable[[Json], Json]]] = {
    Fault.UNKNOWN_ENUM: mutations.unknown_enum,
    Fault.BROKEN_RECORD: mutations.broken_record,
    Fault.NUMBERS_AS_TEXT: mutations.numbers_as_text,
    Fault.UNKNOWN_TEXT: mutations.unknown_text,
    Fault.NULLS: mutations.nulls,
    Fault.NAN: mutations.not_a_number,
    Fault.NEGATIVE_ZERO: mutations.negative_zero,
    Fault.WRAPPED: mutations.wrapped,
    Fault.DUPLICATES: mutations.duplicates,
    Fault.TIME_ZERO: mutations.time_zero,
    Fault.TIME_TOMORROW: mutations.time_tomorrow,
    Fault.ZEROS: mutations.zeros,
    Fault.HALVED: mutations.halved,
    Fault.DOUBLED: mutations.doubled,
    Fault.JUMPED: mutations.jumped,
    Fault.NEGATIVE: mutations.negative,
    Fault.STORAGE_LEG_LOST: mutations.storage_leg_lost,
    Fault.METERS_DISABLED: mutations.meters_disabled,
}


@dataclass(slots=True)
class _Active:
    fault: Fault
    times: int | None


class Faults:
    """The faults switched on, by path or "*" for every path."""

    def __init__(self) -> None:
        self._active: dict[str, _Active] = {}

    def set(self, path: str, fault: Fault, times: int | None) -> None:
        """Switch a fault on for a path; for so many answers, or until it is cleared."""
        self._active[path] = _Active(fault, times)

    def clear(self) -> None:
        """Switch all faults off."""
        self._active.clear()

    def listing(self) -> dict[str, str]:
        """Return the faults switched on, by path."""
        return {path: active.fault.value for path, active in self._active.items()}

    def take(self, path: str) -> Fault | None:
        """Return the fault for one answer of this path, and count it."""
        for key in (path, "*"):
            if active := self._active.get(key):
                if active.times is not None:
                    active.times -= 1
                    if active.times <= 0:
                        del self._active[key]
                return active.fault
        return None


def spoil(fault: Fault, reply: Reply) -> Reply:
    """Return a reply with a fault of status or body in it."""
    if fault in STATUSES:
        return error(STATUSES[fault])
    return BODIES[fault](reply)
