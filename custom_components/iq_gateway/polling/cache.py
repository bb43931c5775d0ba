"""What the gateway has said, answer by answer: what of it is believed, and for how long it stands."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, cast

from ..client.endpoints import ENDPOINTS, INFO, LIVE, METERS, READINGS, Answer, Endpoint, LiveData
from ..client.errors import GatewayError, InvalidAnswer, NoAnswerInTime, NotFound, NotPermitted, Unconfirmed
from ..site import BatteryEnergies, Snapshot
from .plausibility import AnswerValidator
from .repeats import Repeats, values_of
from .request_log import RequestLog

# A good answer stands for two more cycles of the chosen interval, and until just before the third. The gateway is away
# for up to ten minutes around 23:00 each night (gateway-api.md 3): at the default interval the last try in that time
# begins 13 minutes after the answer, and later where it takes deadlines to know that nothing answers.
# Whether it still stands is judged at the end of a cycle. So while the gateway is under strain and cycles are further
# apart than that, up to four times the interval, an answer is shown until the next cycle has tried to read another.
_STANDS_FOR_CYCLES: Final = 2.95
# What is read less often than each cycle stands for two of its periods more.
_STANDS_FOR_PERIODS: Final = 2

# What was refused once may have been so by chance, as while the gateway starts; what is refused twice rests.
_RESTS_FROM: Final = 2
# In how many cycles an endpoint has to say that something is not there for that to be so.
_SETTLED_FROM: Final = 2

# What is no answer, but comes from a gateway that is there.
_DENIALS: Final = (NotPermitted, NotFound, InvalidAnswer)

# Stands for the cycle of what is read between two of them.
_BETWEEN_CYCLES: Final = -1


@dataclass(slots=True)
class EndpointState:
    """What is known of one endpoint; times are monotonic seconds."""

    endpoint: Endpoint[object]
    answer: Answer[object] | None = None
    read_at: float | None = None  # None for an answer of an earlier run
    read_in: int = 0  # the cycle of this run in which that was
    asked_at: float | None = None
    error: GatewayError | None = None
    answers: bool = False  # to the present token
    refusals: int = 0  # in a row
    hangs: int = 0  # in a row
    again: bool = False  # to be asked whatever its period is
    ready_at: float = 0.0  # when there is something new to read
    blind_until: float = 0.0  # what it tells before is not true
    log: RequestLog = field(default_factory=RequestLog)
    # By their names, and when each was last listed.
    _records: dict[object, tuple[object, float]] = field(default_factory=dict, init=False)
    _believed: set[object] = field(default_factory=set, init=False)  # names of records, since the first list
    _doubted: set[object] = field(default_factory=set, init=False)  # those that the last list had for the first time

    def accept(self, answer: Answer[object], *, now: float, stands_for: float) -> None:
        """Take a good answer; a record that is missing, and may be among the broken ones, stands for some seconds."""
        if self.endpoint.known_by:
            known_by = self.endpoint.known_by
            answer = replace(answer, data=self._believable(cast("tuple[object, ...]", answer.data), known_by))
            answer = replace(answer, data=self._completed(answer, known_by, now=now, stands_for=stands_for))
        self.answer, self.read_at, self.error, self.answers = answer, now, None, True
        self.refusals = self.hangs = 0

    def fail(self, error: GatewayError) -> None:
        """Note that there was no good answer, and why."""
        self.error = error
        self.refusals = self.refusals + 1 if isinstance(error, NotPermitted | NotFound) else 0
        self.hangs = self.hangs + 1 if isinstance(error, NoAnswerInTime) else 0

    def _believable(self, listed: tuple[object, ...], known_by: str) -> tuple[object, ...]:
        """Return what is listed without what no list had before: a device comes of two lists, after the first."""
        names = {getattr(record, known_by) for record in listed}
        if self.answer is None:
            self._believed = names
        else:
            self._believed |= {getattr(record, known_by) for record in cast("tuple[object, ...]", self.answer.data)}
        self._believed |= names & self._doubted
        self._doubted = names - self._believed
        self.again = self.again or bool(self._doubted)
        return tuple(record for record in listed if getattr(record, known_by) in self._believed)

    def _completed(self, answer: Answer[object], known_by: str, *, now: float, stands_for: float) -> tuple[object, ...]:
        listed = cast("tuple[object, ...]", answer.data)
        known = {getattr(record, known_by): (record, now) for record in listed}
        missing = {
            name: (record, listed_at)
            for name, (record, listed_at) in self._records.items()
            if answer.dropped and name not in known and now - listed_at <= stands_for
        }
        self._records = known | missing
        return (*listed, *(record for record, _ in missing.values()))

    @property
    def refused(self) -> bool:
        """Whether it is not there to be read: it never answered, and said that it will not.

        One that has answered before can only be out of sorts: neither its firmware nor the token's role has changed.
        """
        if isinstance(self.error, NotPermitted):
            return not self.answers
        return self.answer is None and isinstance(self.error, NotFound)

    @property
    def rests(self) -> bool:
        """Whether asking each cycle is pointless; firmware and roles do change, so it is asked hourly."""
        return self.refused and self.refusals >= _RESTS_FROM


class EndpointCache:
    """The last good answers of one gateway, and what came of asking each of its endpoints.

    `interval` is the chosen time between cycles in seconds: answers are held against it to see whether they stand.
    """

    def __init__(self, *, interval: float) -> None:
        self.interval = interval
        # Endpoints that are read in each cycle whatever their rows say.
        self.each_cycle: frozenset[str] = frozenset()
        self.states = {endpoint.name: EndpointState(endpoint) for endpoint in ENDPOINTS}
        self.energies: BatteryEnergies | None = None  # of batteries without a meter, where somebody looks at them
        self._cycle_at = 0.0
        self._cycle = 0
        self._moving_live: LiveData | None = None
        self._moving_at: float | None = None
        self._foreign_eids: frozenset[int] = frozenset()
        self._validator = AnswerValidator()
        self._readings = Repeats()
        # In how many cycles each endpoint answered or was refused, of this and of earlier runs.
        self._told: Counter[str] = Counter()
        self._told_now: set[str] = set()

    @property
    def stands_for(self) -> float:
        """The seconds for which the answer of an endpoint stands that is read in each cycle."""
        return _STANDS_FOR_CYCLES * self.interval

    @property
    def told(self) -> Mapping[str, int]:
        """In how many cycles each endpoint answered or was refused, as far as that matters."""
        return {name: min(count, _SETTLED_FROM) for name, count in self._told.items()}

    @property
    def unconfirmed(self) -> bool:
        """Whether an answer, or a refusal, waits for the next one to say the same."""
        return any(
            isinstance(state.error, Unconfirmed) or (state.refused and self._told[name] < _SETTLED_FROM)
            for name, state in self.states.items()
        )

    def begin_cycle(self, now: float) -> None:
        """Look at answers as of now until the next cycle: what a cycle itself takes makes none older."""
        self._cycle_at = now
        self._cycle += 1
        self._told_now = set()

    def snapshot(self) -> Snapshot:
        """Return the last good answers, which of them still stand, and which endpoints have told all that they will."""
        states = self.states.values()
        return Snapshot(
            answers={state.endpoint.name: state.answer for state in states if state.answer is not None},
            fresh_names=frozenset(state.endpoint.name for state in states if self._stands(state)),
            cycles={state.endpoint.name: state.read_in for state in states},
            moving_live=self._moving_live if self._stood(LIVE, self._moving_at) else None,
            energies=self.energies,
            meters_stand_still=self._readings.frozen,
            settled=frozenset(name for name, count in self._told.items() if count >= _SETTLED_FROM),
            failed=frozenset(state.endpoint.name for state in states if state.error is not None),
            denied=frozenset(state.endpoint.name for state in states if isinstance(state.error, _DENIALS)),
        )

    def glanced(self, answers: Mapping[str, Answer[object]]) -> Snapshot:
        """Return what is known, with answers from between two cycles: they alone may be shown, and add up."""
        snapshot = self.snapshot()
        return replace(
            snapshot,
            answers={**snapshot.answers, **answers},
            fresh_names=frozenset(answers),
            cycles={**snapshot.cycles, **dict.fromkeys(answers, _BETWEEN_CYCLES)},
            moving_live=None,
        )

    def believe(self, endpoint: Endpoint[object], answer: Answer[object], *, now: float) -> Answer[object]:
        """Return what is believed of an answer from between two cycles, by what cycles know; nothing is remembered."""
        if endpoint is not READINGS:
            return answer
        stands_for = self._standing_time(endpoint)
        return self._validator.without_lost_legs(answer, now=now, stands_for=stands_for, remember=False)

    def accept(self, endpoint: Endpoint[object], answer: Answer[object], *, now: float) -> None:
        """Take in an answer; `InvalidAnswer` if it is not to be believed."""
        state, stands_for = self.states[endpoint.name], self._standing_time(endpoint)
        before = state.answer if self._stands(state) else None
        answer = self._validator.validate(
            endpoint, answer, before=before, now=now, stands_for=stands_for, metered=self._is_metered()
        )
        state.accept(answer, now=now, stands_for=stands_for)
        state.read_in = self._cycle
        self._note(endpoint.name)
        if endpoint is LIVE and not (snapshot := self.snapshot()).live_is_still:
            self._moving_live, self._moving_at = snapshot.fresh(LIVE), now
        if endpoint is READINGS:
            self._readings.note(values_of(answer), now)
            self._look_for_strangers()
        if endpoint is METERS:
            state.again = not self._validator.meters_are_certain

    def fail(self, name: str, error: GatewayError) -> None:
        """Note that an endpoint gave no good answer."""
        state = self.states[name]
        state.fail(error)
        if state.refused:
            self._note(name)
        if name == READINGS.name and isinstance(error, InvalidAnswer):
            self._have_meters_read()

    def restore(self, endpoint: Endpoint[object], answer: Answer[object]) -> None:
        """Take in the last good answer of an earlier run: known, but not fresh."""
        if endpoint is METERS:
            self._validator.remember(answer)
        self.states[endpoint.name].answer = answer

    def restore_told(self, told: Mapping[str, int]) -> None:
        """Take in the number of cycles of earlier runs in which each endpoint answered or was refused."""
        self._told.update(told)

    def forget_refusals(self) -> None:
        """Have everything asked again that a token's role was too low for."""
        for state in self.states.values():
            state.answers = False
            if isinstance(state.error, NotPermitted):
                state.error, state.refusals = None, 0

    def _note(self, name: str) -> None:
        if name not in self._told_now:
            self._told_now.add(name)
            self._told[name] += 1

    def _is_metered(self) -> bool:
        info = self.snapshot().known(INFO)
        return info is not None and info.metered is True

    def _look_for_strangers(self) -> None:
        """Have the meters read if the readings hold records that the list of meters lacks, and did not the last time.

        Newer firmware always sends one such record (gateway-api.md 6), which is no reason to ask again each time.
        """
        snapshot = self.snapshot()
        read = {reading.eid for reading in snapshot.fresh(READINGS) or ()}
        foreign = frozenset(read - {meter.eid for meter in snapshot.known(METERS) or ()})
        if not foreign <= self._foreign_eids:
            self._have_meters_read()
        self._foreign_eids = foreign

    def _have_meters_read(self) -> None:
        """Have the list of meters read, unless that was done in this cycle."""
        meters = self.states[METERS.name]
        meters.again = meters.again or meters.asked_at is None or meters.asked_at < self._cycle_at

    def _stands(self, state: EndpointState) -> bool:
        return self._stood(state.endpoint, state.read_at)

    def _stood(self, endpoint: Endpoint[object], read_at: float | None) -> bool:
        """Tell whether what was read then still stands."""
        return read_at is not None and self._cycle_at - read_at <= self._standing_time(endpoint)

    def _standing_time(self, endpoint: Endpoint[object]) -> float:
        """Return for how many seconds a good answer stands."""
        every = 0 if endpoint.name in self.each_cycle else endpoint.every
        return _STANDS_FOR_PERIODS * every + self.stands_for


def never_answered(states: Iterable[EndpointState]) -> bool:
    """Tell whether nothing was read in this run."""
    return all(state.read_at is None for state in states)
