"""What came of asking: of an endpoint over time, and of a cycle."""

from dataclasses import dataclass, field, replace
from typing import cast

from .client.endpoints import Answer, Endpoint
from .client.errors import GatewayError, NotFound, NotPermitted
from .request_log import RequestLog


@dataclass(slots=True)
class EndpointState:
    """What is known of one endpoint."""

    answer: Answer[object] | None = None
    read_at: float = 0.0  # monotonic seconds
    asked_at: float | None = None
    error: GatewayError | None = None
    answers: bool = False  # to the present token
    log: RequestLog = field(default_factory=RequestLog)
    _records: dict[object, tuple[object, float]] = field(default_factory=dict)  # by name, and when it was last listed

    def accept(self, endpoint: Endpoint[object], answer: Answer[object], *, now: float, stands: float) -> None:
        """Take a good answer; a record that is missing, and may be among the broken ones, stands for some seconds."""
        if endpoint.known_by:
            answer = replace(answer, data=self._completed(answer, endpoint.known_by, now=now, stands=stands))
        self.answer, self.read_at, self.error, self.answers = answer, now, None, True

    def _completed(self, answer: Answer[object], known_by: str, *, now: float, stands: float) -> tuple[object, ...]:
        listed = cast("tuple[object, ...]", answer.data)
        known = {getattr(record, known_by): (record, now) for record in listed}
        missing = {
            name: (record, listed_at)
            for name, (record, listed_at) in self._records.items()
            if answer.dropped and name not in known and now - listed_at <= stands
        }
        self._records = known | missing
        return (*listed, *(record for record, _ in missing.values()))

    @property
    def rests(self) -> bool:
        """Whether asking each cycle is pointless: it never answered, and said that it will not.

        One that has answered before can only be out of sorts: neither its firmware nor the token's role has changed.
        """
        if isinstance(self.error, NotPermitted):
            return not self.answers
        return self.answer is None and isinstance(self.error, NotFound)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleResult:
    """What came of a cycle."""

    answered: frozenset[str]
    errors: dict[str, GatewayError] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()  # of those with errors, the ones that are not there to be read at all
    seconds: float = 0.0  # from the first question to the last answer


@dataclass(slots=True)
class Progress:
    """What has happened in a cycle so far."""

    planned: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    errors: dict[str, GatewayError] = field(default_factory=dict)
    enabled_stream: bool = False
