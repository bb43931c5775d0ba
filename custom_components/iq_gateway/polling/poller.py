"""One cycle of questions to the gateway, and what came of each."""

from asyncio import Lock, sleep, timeout
from collections.abc import Set as AbstractSet
from dataclasses import replace
import time
from typing import Final

from ..client.endpoints import INFO, LIVE, Endpoint
from ..client.errors import GatewayBusy, GatewayError, InvalidAnswer, NotFound, NotPermitted, Unconfirmed, WrongGateway
from ..client.gateway import Gateway
from ..const import CYCLE_TIMEOUT
from ..site import BatteryRuntime, Site, Snapshot, build_site
from .cache import EndpointCache, EndpointState, never_answered
from .glance import Glance, async_glance
from .kept import Kept
from .outage_watch import OutageWatch
from .plan import is_certain, plan
from .request_log import RequestLog
from .result import ENDS_CYCLE, PollProgress, PollResult
from .stream import LiveStream

# An hour of ticks of a second, with some to spare.
_TICKS_KEPT: Final = 4_000

# It is enabled, and its answer read once more.
_STREAM_REQUESTS: Final = 2

# What every site shows. In the first cycle there are no entities yet to ask for it.
_SHOWN_BY_ALL: Final = frozenset({"production_power", "production_period"})


class Poller:
    """Asks one gateway, cycle by cycle, for what somebody looks at.

    Not to be run twice at a time; requests follow each other on one connection. Between two cycles it may glance at
    what moves each second, of which cycles find nothing.
    """

    def __init__(self, gateway: Gateway, *, serial: str, interval: float, keep_live_data: bool) -> None:
        self.gateway = gateway
        self.cache = EndpointCache(interval=interval)
        self.states = self.cache.states
        self.site: Site = build_site(Snapshot())
        self._serial = serial
        self.glances = RequestLog(kept=_TICKS_KEPT)
        self.keep_open = False  # the connection, over the end of a cycle
        self._runtime = BatteryRuntime()
        self._stream = LiveStream(wanted=keep_live_data)
        self._outage = OutageWatch()
        self._lock = Lock()  # cycles, glances and changes exclude each other

    async def run(self, wanted: AbstractSet[str], *, only_new: bool = False) -> PollResult:
        """Read what the given needs are read from, and build the site anew; `only_new` leaves out what was ever asked.

        No error of the gateway is raised: each is in the result, with the endpoint it befell.
        """
        is_first = never_answered(self.states.values())
        progress = PollProgress(
            asked=self._ever_asked() if only_new else set(), is_first=is_first, is_start=is_first or only_new
        )
        if progress.is_first:
            wanted = wanted | _SHOWN_BY_ALL
        async with self._lock:
            self.cache.begin_cycle(time.monotonic())
            try:
                async with timeout(CYCLE_TIMEOUT):
                    await self._ask_all(wanted, progress)
            except TimeoutError:
                self._give_up(GatewayBusy("the cycle ended before its turn came"), progress)
            except ENDS_CYCLE as err:
                self._give_up(err, progress)
            self._rebuild()
            self._watch_for_outage(progress.answered)
        return PollResult(
            answered=frozenset(progress.answered),
            errors=progress.errors,
            refused=frozenset(name for name in progress.errors if self.states[name].refused),
            seconds=progress.seconds,
            asked_new=progress.asked_new,
        )

    async def read_now(self, *endpoints: Endpoint[object]) -> frozenset[str]:
        """Read these between two cycles, and build the site anew; return the names of those that answered.

        What this gateway does not have, tells oddly, or does not tell this token, is passed over unless it is the last
        one, which matters most. Any other error is raised and says nothing of the endpoint: the next cycle will tell.
        """
        async with self._lock:
            self.cache.begin_cycle(time.monotonic())
            read = set[str]()
            try:
                for endpoint in endpoints:
                    is_last = endpoint is endpoints[-1]
                    try:
                        with self.states[endpoint.name].log.request():
                            answer = await self.gateway.read(endpoint)
                        self.cache.accept(endpoint, answer, now=time.monotonic())
                    except NotFound, NotPermitted, InvalidAnswer:
                        if is_last:
                            raise
                    else:
                        read.add(endpoint.name)
            finally:
                self._rebuild()
                # A change is looked at again within seconds, and may look like an outage: that is for cycles to tell.
                self._watch_for_outage(frozenset())
            return frozenset(read)

    async def write(self, method: str, path: str, body: object) -> object:
        """Send a change between two cycles; see `Gateway.write`."""
        async with self._lock:
            return await self.gateway.write(method, path, body)

    def blind(self, endpoint: Endpoint[object], seconds: float) -> None:
        """Do not read an endpoint for some seconds: what it told last stands meanwhile, if it stands at all."""
        self.states[endpoint.name].blind_until = time.monotonic() + seconds

    def ask_soon(self, endpoint: Endpoint[object]) -> None:
        """Have the next cycle read an endpoint, however rarely it is read otherwise."""
        self.states[endpoint.name].again = True

    def snapshot(self) -> Snapshot:
        """Return what the gateway last said."""
        return self.cache.snapshot()

    async def glance(self, names: AbstractSet[str]) -> Glance | None:
        """Read these endpoints, and make a site of their answers; None while a cycle runs."""
        if self._lock.locked():
            return None
        async with self._lock:
            endpoints = [state.endpoint for name, state in self.states.items() if name in names]
            return await async_glance(self.gateway, self.cache, endpoints, parts=self.site.parts, log=self.glances)

    async def move_live_data(self) -> None:
        """Set live data in motion, if it is wanted and was not tried within a minute; whatever comes of it."""
        now = time.monotonic()
        if self._lock.locked() or not self._stream.is_due(self.site.parts, still=True, now=now):
            return
        async with self._lock:
            try:
                await self.gateway.enable_stream()
            except GatewayError as err:
                self._stream.failed(err, now=now)
            else:
                self._stream.enabled(now=now)

    def lacks(self, wanted: AbstractSet[str]) -> bool:
        """Tell whether the needs take an endpoint that nobody has asked for yet."""
        return bool(self._plan(wanted, PollProgress(asked=self._ever_asked(), is_start=True)))

    def owes(self, wanted: AbstractSet[str]) -> bool:
        """Tell whether something for which no start waits is yet to be asked for the first time."""
        return bool(self._plan(wanted, PollProgress(asked=self._ever_asked())))

    @property
    def requests_last_hour(self) -> int:
        """How many requests for answers were sent in the last hour."""
        return sum(state.log.summary().requests for state in self.states.values())

    @property
    def wants_second_look(self) -> bool:
        """Whether something was said that is not to be believed before it is said again, soon."""
        return self._outage.wants_second_look

    def forget_refusals(self) -> None:
        """Ask again where the token's role was too low: there is another token."""
        self._stream.forget_refusals()
        self.cache.forget_refusals()

    def keep(self) -> Kept:
        """Return what the next run is to know."""
        return Kept.of(self.cache, self.site.parts)

    def restore(self, kept: Kept) -> None:
        """Begin with what an earlier run knew: known, but not fresh."""
        kept.put_into(self.cache)
        self.site = build_site(self.cache.snapshot(), seen=kept.parts)

    def _ever_asked(self) -> set[str]:
        return {name for name, state in self.states.items() if state.asked_at is not None}

    def _rebuild(self) -> None:
        site = build_site(self.cache.snapshot(), seen=self.site.parts)
        self.site = self._runtime.tell(site, now=time.monotonic())
        self.cache.each_cycle = site.each_cycle

    def _watch_for_outage(self, answered: AbstractSet[str]) -> None:
        relays = self.site.relays
        is_news = relays.outage_told_by in answered
        outage = self._outage.look(said=relays.grid_outage, now=time.monotonic(), is_news=is_news)
        self.site = replace(self.site, relays=replace(relays, grid_outage=outage))

    def _reserve(self, progress: PollProgress) -> int:
        """Return how many requests live data may yet take if it has to be set in motion."""
        may_be_due = self._stream.is_due(self.site.parts, still=True, now=time.monotonic())
        return _STREAM_REQUESTS if may_be_due and LIVE.name not in progress.asked else 0

    def _plan(self, wanted: AbstractSet[str], progress: PollProgress) -> list[EndpointState]:
        return plan(
            self.states,
            self.site,
            wanted,
            time.monotonic(),
            interval=self.cache.interval,
            progress=progress,
            reserve=self._reserve(progress),
        )

    async def _ask_all(self, wanted: AbstractSet[str], progress: PollProgress) -> None:
        """Ask until nothing is left; what was learnt with one answer may change what is to be asked next."""
        while todo := self._plan(wanted, progress):
            # While a site is being learnt, what may stand in for something else may yet turn out not to be needed.
            certain = [state.endpoint for state in todo if not progress.is_first or is_certain(state, self.site)]
            progress.left = {endpoint.name for endpoint in certain}
            if LIVE in certain and self._stream_is_due(wanted, progress):
                await self._enable_stream(progress)
                continue
            endpoint = todo[0].endpoint
            await self._read(endpoint, progress, last=self._is_last(endpoint, certain))
            if endpoint is LIVE and self._stream_is_due(wanted, progress):
                await self._enable_stream(progress)

    def _is_last(self, endpoint: Endpoint[object], certain: list[Endpoint[object]]) -> bool:
        return not self.keep_open and not any(other is not endpoint for other in certain)

    async def _read(self, endpoint: Endpoint[object], progress: PollProgress, *, last: bool) -> None:
        state = self.states[endpoint.name]
        if (wait := state.ready_at - time.monotonic()) > 0:
            await sleep(wait)
        progress.asked.add(endpoint.name)
        progress.spent += 1
        progress.asked_new = progress.asked_new or state.asked_at is None
        is_news = state.read_at is None or endpoint.every
        state.asked_at, state.again = (began := time.monotonic()), False
        try:
            with state.log.request():
                answer = await self.gateway.read(endpoint, last=last)
            if endpoint is INFO and self.gateway.serial != self._serial:
                raise WrongGateway("another gateway answers at the address")
            self.cache.accept(endpoint, answer, now=time.monotonic())
        except ENDS_CYCLE:
            raise
        except Unconfirmed as err:
            # Neither good news nor bad: the next cycle will tell.
            self.cache.fail(endpoint.name, err)
        except GatewayError as err:
            self._failed(endpoint.name, err, progress)
        else:
            progress.answered.add(endpoint.name)
            progress.errors.pop(endpoint.name, None)
            if is_news:
                self._rebuild()
        if not endpoint.slow:
            progress.seconds[endpoint.name] = time.monotonic() - began

    def _failed(self, name: str, error: GatewayError, progress: PollProgress) -> None:
        self.cache.fail(name, error)
        progress.errors[name] = error
        if name in self.site.needs.get("grid_outage", frozenset()):
            # What stands in for it is asked in the same cycle.
            self._rebuild()

    def _give_up(self, error: GatewayError, progress: PollProgress) -> None:
        """Let all whose turn did not come, or was cut short, share the error."""
        for name in progress.left - progress.answered - progress.errors.keys():
            self._failed(name, error, progress)

    def _stream_is_due(self, wanted: AbstractSet[str], progress: PollProgress) -> bool:
        """Tell whether to set live data in motion: somebody looks at it, or nobody could as yet."""
        is_wanted = not self._stream.was_tried or any(LIVE.name in self.site.needs.get(key, ()) for key in wanted)
        if progress.tried_stream or not is_wanted:
            return False
        still = self.cache.snapshot().live_is_still
        return self._stream.is_due(self.site.parts, still=still, now=time.monotonic())

    async def _enable_stream(self, progress: PollProgress) -> None:
        progress.tried_stream = True
        progress.spent += 1
        try:
            await self.gateway.enable_stream()
        except ENDS_CYCLE:
            raise
        except GatewayError as err:
            self._stream.failed(err, now=time.monotonic())
        else:
            live = self.states[LIVE.name]
            live.ready_at = self._stream.enabled(now=time.monotonic())
            live.again = True
            progress.asked.discard(LIVE.name)
