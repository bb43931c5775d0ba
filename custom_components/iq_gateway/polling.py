"""One cycle of questions to the gateway: which, in which order, and what came of each."""

import asyncio
from collections import deque
from collections.abc import Iterable, Set as AbstractSet
import time
from typing import Final, cast

from .client.endpoints import ENDPOINTS, INFO, LIVE, METERS, READINGS, Answer, Endpoint
from .client.errors import (
    CertificateChanged,
    GatewayBusy,
    GatewayError,
    InvalidAnswer,
    NotFound,
    NotPermitted,
    TokenRejected,
    WrongGateway,
)
from .client.gateway import Gateway
from .client.models import LiveData, Meter
from .const import CYCLE_TIMEOUT
from .outcomes import CycleResult, EndpointState, Progress
from .site import Part, Site, Snapshot, build_site

# What the first cycle reads to learn what the site has; the rest is asked for once that shows a need for it.
_LEARN: Final = frozenset({"info", "meters", "readings", "live", "energy", "inverters"})

# What every site shows. In the first cycle there are no entities yet to ask for it.
_SHOWN_BY_ALL: Final = frozenset({"production_power", "production_period"})

# A good answer stands for two more cycles, and until just before the third. The gateway is away for up to ten minutes
# around 23:00 each night (gateway-api.md 3): at the default pace the last try in that time begins 13 minutes after the
# answer, and later where it takes deadlines to know that nothing answers.
_STANDS_FOR_CYCLES: Final = 2.95

# What is read hourly waits for a cycle that has room, so that no cycle asks for more than this; not for ever.
_ROOMY_CYCLE: Final = 5
_OVERDUE: Final = 2

# The gateway ends the stream of live data by itself after 15 minutes; renewed before that, it never stops.
_STREAM_RENEWED_AFTER: Final = 590

# These say something of the gateway, not of an endpoint: nothing more is asked in this cycle.
_ENDS_CYCLE: Final = (CertificateChanged, WrongGateway, TokenRejected)
_STREAMING_PARTS: Final = frozenset({Part.BATTERY, Part.RELAYS})


class Poller:
    """Asks one gateway, cycle by cycle, for what somebody looks at.

    Not to be run twice at a time; requests follow each other on one connection.
    """

    def __init__(self, gateway: Gateway, *, serial: str, interval: float, keep_live_data: bool) -> None:
        self.gateway = gateway
        self.interval = interval
        self.states = {endpoint.name: EndpointState() for endpoint in ENDPOINTS}
        self.site: Site = build_site(Snapshot())
        self._serial = serial
        self._keep_live_data = keep_live_data
        self._began = 0.0
        self._may_stream = True
        self._stream_enabled_at: float | None = None
        self._moving_live: LiveData | None = None
        self._moving_at = 0.0
        self._foreign_eids: frozenset[int] = frozenset()
        self._doubted: frozenset[int] | None = None

    async def run(self, keys: AbstractSet[str]) -> CycleResult:
        """Read what the given needs are read from, and build the site anew.

        No error of the gateway is raised: each is in the result, with the endpoint it befell.
        """
        result, self._began = Progress(), time.monotonic()
        if not any(state.answer for state in self.states.values()):
            keys = keys | _SHOWN_BY_ALL
        try:
            async with asyncio.timeout(CYCLE_TIMEOUT):
                await self._ask(self._plan(keys), result)
                self._rebuild()
                # What was learnt may show a need: without meters, for instance, production comes from elsewhere.
                if missing := self._wanted(keys) - result.asked:
                    await self._ask(self._in_order(missing), result)
        except TimeoutError:
            late = GatewayBusy("the cycle ended before its turn came")
            for name in result.planned - result.answered - result.errors.keys():
                self._failed(name, late, result)
        except _ENDS_CYCLE as err:
            for name in result.planned - result.answered:
                self._failed(name, err, result)
        self._rebuild()
        return CycleResult(
            answered=frozenset(result.answered),
            errors=result.errors,
            resting=frozenset(name for name in result.errors if self.states[name].rests),
            seconds=time.monotonic() - self._began,
        )

    def lacks(self, keys: AbstractSet[str]) -> bool:
        """Tell whether the needs take an endpoint that nobody has asked for yet."""
        return any(self.states[name].asked_at is None for name in self._wanted(keys))

    def forget_refusals(self) -> None:
        """Ask again where the token's role was too low: there is another token."""
        self._may_stream = True
        for state in self.states.values():
            state.answers = False
            if isinstance(state.error, NotPermitted):
                state.error = None

    def snapshot(self) -> Snapshot:
        """Return the last good answers, and which of them still stand: what the cycle itself takes makes none older."""
        now = self._began
        answers = {name: state.answer for name, state in self.states.items() if state.answer is not None}
        return Snapshot(
            answers=answers,
            fresh_names=frozenset(
                endpoint.name
                for endpoint in ENDPOINTS
                if endpoint.name in answers and now - self.states[endpoint.name].read_at <= self._stands(endpoint)
            ),
            moving_live=self._moving_live if now - self._moving_at <= self._stands(LIVE) else None,
        )

    def _stands(self, endpoint: Endpoint[object]) -> float:
        """Return for how many seconds a good answer stands."""
        return _OVERDUE * endpoint.every + _STANDS_FOR_CYCLES * self.interval

    def _rebuild(self) -> None:
        self.site = build_site(self.snapshot(), seen=self.site.parts)

    # What to ask

    def _plan(self, keys: AbstractSet[str]) -> list[Endpoint[object]]:
        """Return the endpoints of this cycle, in their order."""
        wanted = self._wanted(keys)
        for name in ("info", "meters"):
            overdue = self._hours_overdue(name)
            if overdue >= 1 and (overdue >= _OVERDUE or len(wanted) + self._stream_ends < _ROOMY_CYCLE):
                wanted.add(name)
        return self._in_order(wanted)

    def _wanted(self, keys: AbstractSet[str]) -> set[str]:
        """Return what the needs are read from, and what has yet to be learnt; not what rests or is read hourly."""
        named = set().union(*(self.site.needs.get(key, frozenset()) for key in keys))
        unlearnt = {name for name in _LEARN if self.states[name].answer is None}
        names = {name for name in named | unlearnt if not self._may_rest(name)}
        hourly = {endpoint.name for endpoint in ENDPOINTS if endpoint.every and endpoint.name not in unlearnt}
        return names - hourly

    def _may_rest(self, name: str) -> bool:
        """Tell whether an endpoint need not be asked: it will not answer, or has nothing to say."""
        if name == READINGS.name and not self.site.meters and self._meters_known:
            return True
        state = self.states[name]
        # A firmware that lacks an endpoint may be updated; what a role may read stays the same.
        return state.rests and (isinstance(state.error, NotPermitted) or self._hours_overdue(name) < 1)

    @property
    def _meters_known(self) -> bool:
        state = self.states[METERS.name]
        return state.answer is not None or state.rests

    def _hours_overdue(self, name: str) -> float:
        """Return for how many of its periods an hourly endpoint, or one at rest, was not asked with success."""
        state = self.states[name]
        if state.asked_at is None or (state.error and not state.rests):
            return float("inf")
        return (time.monotonic() - state.asked_at) / METERS.every

    @staticmethod
    def _in_order(names: Iterable[str]) -> list[Endpoint[object]]:
        chosen = set(names)
        return [endpoint for endpoint in ENDPOINTS if endpoint.name in chosen]

    # Asking

    async def _ask(self, plan: list[Endpoint[object]], result: Progress) -> None:
        queue = deque(plan)
        result.planned |= {endpoint.name for endpoint in plan}
        if LIVE in queue and self._stream_ends:
            # Asked last, so that the values have moved by then.
            await self._enable_stream(result)
            queue.remove(LIVE)
            queue.append(LIVE)
        while queue:
            endpoint = queue.popleft()
            if endpoint is READINGS and self._may_rest(READINGS.name):
                result.planned.discard(READINGS.name)
                continue
            await self._read(endpoint, result, last=not queue)
            if endpoint is LIVE and self._stream_stands and not result.enabled_stream:
                await self._enable_stream(result)
                queue.append(LIVE)
            if endpoint is READINGS and METERS.name not in result.asked and self._meters_differ():
                queue.appendleft(METERS)

    async def _read(self, endpoint: Endpoint[object], result: Progress, *, last: bool) -> None:
        state = self.states[endpoint.name]
        result.asked.add(endpoint.name)
        state.asked_at = time.monotonic()
        try:
            with state.log.request():
                answer = await self.gateway.read(endpoint, last=last)
            if endpoint is INFO and self.gateway.serial != self._serial:
                raise WrongGateway("another gateway answers at the address")
            if endpoint is METERS:
                self._check_meters(answer)
            elif not answer.data and state.answer and state.answer.data:
                raise InvalidAnswer("an empty list, which was not empty before")
        except _ENDS_CYCLE:
            raise
        except GatewayError as err:
            self._failed(endpoint.name, err, result)
            return
        state.accept(endpoint, answer, now=time.monotonic(), stands=self._stands(endpoint))
        if endpoint is LIVE and not self.snapshot().live_stands:
            self._moving_live, self._moving_at = self.snapshot().fresh(LIVE), state.read_at
        result.answered.add(endpoint.name)
        result.errors.pop(endpoint.name, None)
        if endpoint in (INFO, METERS):
            self._rebuild()

    def _check_meters(self, answer: Answer[object]) -> None:
        """Refuse a list in which known meters are missing, until the next one says the same.

        Such a list is rarely read; an odd one would take the figures of its meters down for an hour.
        """
        known, listed = self._enabled(self.states[METERS.name].answer), self._enabled(answer)
        if known <= listed or listed == self._doubted:
            self._doubted = None
            return
        self._doubted = listed
        raise InvalidAnswer("known meters are missing, which is believed once it is said twice")

    @staticmethod
    def _enabled(answer: Answer[object] | None) -> frozenset[int]:
        meters = cast("tuple[Meter, ...]", answer.data) if answer else ()
        return frozenset(meter.eid for meter in meters if meter.enabled)

    def _failed(self, name: str, error: GatewayError, result: Progress) -> None:
        self.states[name].error = error
        result.errors[name] = error

    def _meters_differ(self) -> bool:
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

    # The stream of live data

    async def _enable_stream(self, result: Progress) -> None:
        result.enabled_stream = True
        try:
            await self.gateway.enable_stream()
        except NotPermitted, NotFound:
            self._may_stream = False
        except _ENDS_CYCLE:
            raise
        except GatewayError:
            self._stream_enabled_at = None
        else:
            self._stream_enabled_at = time.monotonic()

    @property
    def _streams(self) -> bool:
        """Whether live data is to be kept moving: only where it tells what nothing else does."""
        return self._keep_live_data and self._may_stream and not _STREAMING_PARTS.isdisjoint(self.site.parts)

    @property
    def _stream_ends(self) -> bool:
        """Whether the stream has ended, or will before the next cycle."""
        enabled_at = self._stream_enabled_at
        ours_ends = enabled_at is not None and time.monotonic() - enabled_at >= _STREAM_RENEWED_AFTER
        return self._streams and (ours_ends or self.snapshot().live_stands)

    @property
    def _stream_stands(self) -> bool:
        """Whether live data has just been found to stand still."""
        self._rebuild()
        return self._streams and self.snapshot().live_stands
