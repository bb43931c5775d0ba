"""One cycle of questions to the gateway: which, in which order, and what came of each."""

import asyncio
from collections import deque
from collections.abc import Iterable, Set as AbstractSet
import time
from typing import Final

from .client.endpoints import ENDPOINTS, INFO, LIVE, METERS, READINGS, Endpoint
from .client.errors import (
    CertificateChanged,
    GatewayBusy,
    GatewayError,
    NotFound,
    NotPermitted,
    TokenRejected,
    WrongGateway,
)
from .client.gateway import Gateway
from .const import CYCLE_TIMEOUT
from .memory import OVERDUE, Memory
from .outcomes import CycleResult, Progress
from .site import Part, Site, Snapshot, build_site

# What the first cycle reads to learn what the site has; the rest is asked for once that shows a need for it.
_LEARN: Final = frozenset({"info", "meters", "readings", "live", "energy", "inverters"})

# What every site shows. In the first cycle there are no entities yet to ask for it.
_SHOWN_BY_ALL: Final = frozenset({"production_power", "production_period"})

# What is read hourly waits for a cycle that has room, so that no cycle asks for more than this.
_ROOMY_CYCLE: Final = 5

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
        self.memory = Memory(interval=interval)
        self.states = self.memory.states
        self.site: Site = build_site(Snapshot())
        self._serial = serial
        self._keep_live_data = keep_live_data
        self._may_stream = True
        self._stream_enabled_at: float | None = None

    async def run(self, keys: AbstractSet[str]) -> CycleResult:
        """Read what the given needs are read from, and build the site anew.

        No error of the gateway is raised: each is in the result, with the endpoint it befell.
        """
        result, began = Progress(), time.monotonic()
        self.memory.begin_cycle()
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
            seconds=time.monotonic() - began,
        )

    def lacks(self, keys: AbstractSet[str]) -> bool:
        """Tell whether the needs take an endpoint that nobody has asked for yet."""
        return any(self.states[name].asked_at is None for name in self._wanted(keys))

    def forget_refusals(self) -> None:
        """Ask again where the token's role was too low: there is another token."""
        self._may_stream = True
        self.memory.forget_refusals()

    def _rebuild(self) -> None:
        self.site = build_site(self.memory.snapshot(), seen=self.site.parts)

    # What to ask

    def _plan(self, keys: AbstractSet[str]) -> list[Endpoint[object]]:
        """Return the endpoints of this cycle, in their order."""
        wanted = self._wanted(keys)
        for name in ("info", "meters"):
            overdue = self._hours_overdue(name)
            if overdue >= 1 and (overdue >= OVERDUE or len(wanted) + self._stream_ends < _ROOMY_CYCLE):
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
            if endpoint is READINGS and self.memory.meters_differ() and METERS.name not in result.asked:
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
            self.memory.accept(endpoint, answer)
        except _ENDS_CYCLE:
            raise
        except GatewayError as err:
            self._failed(endpoint.name, err, result)
            return
        result.answered.add(endpoint.name)
        result.errors.pop(endpoint.name, None)
        if endpoint in (INFO, METERS):
            self._rebuild()

    def _failed(self, name: str, error: GatewayError, result: Progress) -> None:
        self.states[name].error = error
        result.errors[name] = error

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
        return self._streams and (ours_ends or self.memory.snapshot().live_stands)

    @property
    def _stream_stands(self) -> bool:
        """Whether live data has just been found to stand still."""
        self._rebuild()
        return self._streams and self.memory.snapshot().live_stands
