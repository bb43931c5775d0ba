"""What the gateway has said, answer by answer: what of it is believed, and for how long it stands."""

from dataclasses import dataclass, field, replace
import time
from typing import Final, cast

from .client.endpoints import ENDPOINTS, LIVE, METERS, READINGS, Answer, Endpoint
from .client.errors import GatewayError, InvalidAnswer, NotFound, NotPermitted
from .client.models import LiveData
from .doubts import Doubts
from .request_log import RequestLog
from .site import Snapshot

# A good answer stands for two more cycles, and until just before the third. The gateway is away for up to ten minutes
# around 23:00 each night (gateway-api.md 3): at the default pace the last try in that time begins 13 minutes after the
# answer, and later where it takes deadlines to know that nothing answers.
_STANDS_FOR_CYCLES: Final = 2.95

# What is read hourly waits for a cycle that has room, but no longer than this many hours.
OVERDUE: Final = 2


@dataclass(slots=True)
class EndpointState:
    """What is known of one endpoint."""

    answer: Answer[object] | None = None
    read_at: float = 0.0  # monotonic seconds
    cycle: int = 0  # in which it gave that answer
    asked_at: float | None = None
    error: GatewayError | None = None
    answers: bool = False  # to the present token
    log: RequestLog = field(default_factory=RequestLog)
    # By their names, and when each was last listed.
    _records: dict[object, tuple[object, float]] = field(default_factory=dict, init=False)

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


class Memory:
    """The last good answers of one gateway, and what came of asking each of its endpoints.

    `interval` is the pace in seconds that answers are held against to see whether they stand.
    """

    def __init__(self, *, interval: float) -> None:
        self.interval = interval
        self.states = {endpoint.name: EndpointState() for endpoint in ENDPOINTS}
        self._cycle_at = 0.0
        self._cycle = 0
        self._moving_live: LiveData | None = None
        self._moving_at = 0.0
        self._foreign_eids: frozenset[int] = frozenset()
        self._doubts = Doubts()

    def begin_cycle(self) -> None:
        """Look at answers as of now until the next cycle: what a cycle itself takes makes none older."""
        self._cycle_at = time.monotonic()
        self._cycle += 1

    def snapshot(self) -> Snapshot:
        """Return the last good answers, and which of them still stand."""
        answers = {name: state.answer for name, state in self.states.items() if state.answer is not None}
        return Snapshot(
            answers=answers,
            fresh_names=frozenset(
                endpoint.name
                for endpoint in ENDPOINTS
                if endpoint.name in answers and self._stands(endpoint, self.states[endpoint.name].read_at)
            ),
            cycles={name: state.cycle for name, state in self.states.items()},
            settled=frozenset(name for name, state in self.states.items() if state.rests),
            moving_live=self._moving_live if self._stands(LIVE, self._moving_at) else None,
        )

    def accept(self, endpoint: Endpoint[object], answer: Answer[object]) -> None:
        """Take in an answer; `InvalidAnswer` if it is not to be believed."""
        state, stands = self.states[endpoint.name], self._standing_time(endpoint)
        before = state.answer if self._stands(endpoint, state.read_at) else None
        answer = self._doubts.sift(endpoint, answer, before=before, stands=stands)
        state.accept(endpoint, answer, now=time.monotonic(), stands=stands)
        state.cycle = self._cycle
        if endpoint is LIVE and not (snapshot := self.snapshot()).live_stands:
            self._moving_live, self._moving_at = snapshot.fresh(LIVE), state.read_at

    def meters_differ(self) -> bool:
        """Tell whether the readings are none, or hold rows that the list of meters does not, and did not the last time.

        Newer firmware always sends one such row (gateway-api.md 6), which is no reason to ask again each time.
        """
        if isinstance(self.states[READINGS.name].error, InvalidAnswer):
            return True
        snapshot = self.snapshot()
        read = {reading.eid for reading in snapshot.fresh(READINGS) or ()}
        foreign = frozenset(read - {meter.eid for meter in snapshot.known(METERS) or ()})
        new, self._foreign_eids = not foreign <= self._foreign_eids, foreign
        return new

    def forget_refusals(self) -> None:
        """Have everything asked again that a token's role was too low for."""
        for state in self.states.values():
            state.answers = False
            if isinstance(state.error, NotPermitted):
                state.error = None

    def _stands(self, endpoint: Endpoint[object], read_at: float) -> bool:
        """Tell whether what was read then still stands."""
        return self._cycle_at - read_at <= self._standing_time(endpoint)

    def _standing_time(self, endpoint: Endpoint[object]) -> float:
        """Return for how many seconds a good answer stands."""
        return OVERDUE * endpoint.every + _STANDS_FOR_CYCLES * self.interval
