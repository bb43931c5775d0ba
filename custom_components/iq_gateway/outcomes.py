"""What came of asking: of an endpoint over time, and of a cycle."""

from dataclasses import dataclass, field

from .client.endpoints import Answer
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
