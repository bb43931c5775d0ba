"""What came of a cycle, while it runs and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final

from ..client.errors import CertificateChanged, GatewayError, TokenRejected, WrongGateway

# These say something of the gateway, not of an endpoint: nothing more is asked in the cycle.
ENDS_CYCLE: Final = (CertificateChanged, WrongGateway, TokenRejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What came of a cycle."""

    answered: frozenset[str]
    errors: Mapping[str, GatewayError] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()  # of those with errors, the ones that are not there to be read at all
    # That each request took, but for endpoints that are slow by nature.
    seconds: Mapping[str, float] = field(default_factory=dict)
    asked_new: bool = False  # whether something was asked that never was before

    @property
    def silent(self) -> bool:
        """Whether the gateway was asked and gave no answer, not even that it has none."""
        return not self.answered and bool(self.errors.keys() - self.refused)

    @property
    def response_time(self) -> float | None:
        """The mean seconds of those that were answered."""
        times = [seconds for name, seconds in self.seconds.items() if name in self.answered]
        return round(fmean(times), 4) if times else None

    @property
    def ended_by(self) -> GatewayError | None:
        """The error for which the cycle ended early, if it did."""
        return next((error for error in self.errors.values() if isinstance(error, ENDS_CYCLE)), None)

    def joined(self, other: PollResult) -> PollResult:
        """Return what came of this cycle and another one that only asked what this one had not."""
        return PollResult(
            answered=self.answered | other.answered,
            errors={**self.errors, **other.errors},
            refused=self.refused | other.refused,
            seconds={**self.seconds, **other.seconds},
        )


@dataclass(slots=True)
class PollProgress:
    """What has happened in a cycle so far."""

    asked: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)  # to be asked, the present one included
    answered: set[str] = field(default_factory=set)
    errors: dict[str, GatewayError] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    tried_stream: bool = False
    spent: int = 0  # requests
    asked_new: bool = False  # something that never was before
    is_first: bool = False  # nothing was read before it
    is_start: bool = False  # Home Assistant waits for it
