"""What came of a cycle, while it runs and after."""

from dataclasses import dataclass, field

from .client.errors import GatewayError


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
