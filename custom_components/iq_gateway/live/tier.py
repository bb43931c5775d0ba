"""The background task of a gateway's entry that reads what moves each second, while somebody wants it to be live."""

from asyncio import Task, sleep
from collections.abc import Collection, Mapping, Set as AbstractSet
import time
from typing import Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..client.endpoints import LIVE, READINGS, Answer, LiveData
from ..client.errors import GatewayError
from ..const import CONF_LIVE_INTERVAL, DEFAULT_LIVE_INTERVAL, LOGGER
from ..polling import Poller, PollResult
from ..polling.fault import Fault
from ..polling.glance import Glance
from ..polling.outage_log import OutageLog
from ..polling.repeats import repeats, values_of
from ..site import BatteryEnergies, Relays, Site
from .budget import WriteBudget
from .figures import LiveFigures, live_keys, state_keys
from .rhythm import Rhythm, paces, slowed
from .store import EnergiesStore

# While a cycle runs, while nothing is to be asked, and after an error of our own.
_WAIT: Final = 1.0
_WAIT_AFTER_FAULT: Final = 60.0
# Levels move slowly, and each is a row in the recorder; a relay that moves is written at once.
_STATE_WRITTEN_EVERY: Final = 60.0
_OFF: Final = "disabled"


class Shown(Protocol):
    """What shows the figures: the coordinator."""

    @property
    def site(self) -> Site:
        """The site as it is shown."""

    @property
    def wanted(self) -> AbstractSet[str]:
        """The needs of all that somebody looks at."""

    @property
    def strained(self) -> bool:
        """Whether the gateway is under strain, by how its cycles went."""

    def show(self, site: Site, keys: Collection[str]) -> None:
        """Show another site, in which nothing has changed but what these needs are for."""

    def ask_for_cycle(self) -> None:
        """Have a cycle run soon."""


class LivePower:
    """Reads what moves each second while it is on.

    Nothing of it reaches what cycles know, so that they, and the ledger, are the same with and without it.
    """

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, poller: Poller, shown: Shown, outages: OutageLog
    ) -> None:
        self._hass, self._entry, self._poller = hass, entry, poller
        self._shown, self._outages = shown, outages
        self._interval: float = entry.options.get(CONF_LIVE_INTERVAL, DEFAULT_LIVE_INTERVAL)
        self._task: Task[None] | None = None
        self.on = False
        """Whether powers are live."""
        self.energies = EnergiesStore(hass, entry)
        self._counted = False  # in this run
        self._halted = False
        self._fault: Fault | None = None
        self._begin()

    @property
    def running(self) -> bool:
        """Whether anything is read between cycles: for powers that are live, or for the energies of a battery."""
        return self._task is not None

    @callback
    def async_turn(self, *, on: bool) -> None:
        """Turn it on, or off; what was shown last stands until the next cycle."""
        if on is self.on:
            return
        self.on = on
        self._outages.forget_lost()
        self._begin()
        self.async_start()

    @callback
    def async_start(self) -> None:
        """Begin to read between cycles where somebody wants that, or end it."""
        estimates = self._estimates()
        self._poller.cache.energies = self.energies.energies if estimates else None
        self._poller.keep_open = wanted = self.on or estimates
        if wanted and not self._task:
            self._task = self._entry.async_create_background_task(self._hass, self._async_run(), "live power")
        elif self._task and not wanted:
            self._task.cancel()
            self._task = None

    @callback
    def async_follow(self, result: PollResult, site: Site) -> Site:
        """Take what a cycle read of what is live; return the site with what is live in it, as it will be shown."""
        self._halted = result.ended_by is not None
        self.async_start()
        if not self.on:
            return site
        now = time.monotonic()
        answers = ((name, self._poller.states[name].answer) for name in self._repeats.keys() & result.answered)
        self._take(site, {name: answer for name, answer in answers if answer}, now)
        self._budget.wrote(self._figures.powers(site, now), now)
        return self._figures.applied(site, now)

    def applied(self, site: Site) -> Site:
        """Return a site that was read between cycles with what is live in it."""
        return self._figures.applied(site, time.monotonic()) if self.on else site

    def _begin(self) -> None:
        self._figures, self._rhythm, self._repeats = LiveFigures(), Rhythm(), repeats()
        self._budget = WriteBudget(self._interval, now=time.monotonic())
        self._moves = True
        self._relays: Relays | None = None
        self._state_written_at = 0.0
        self._lost: set[str] = set()
        self._errors: dict[str, GatewayError] = {}

    async def _async_run(self) -> None:
        while True:
            try:
                pause = await self._async_tick()
            except Exception as err:  # noqa: BLE001 (whatever it is, it must not end for ever)
                pause = self._after(Fault.of(err))
            await self._async_rest(pause)

    def _after(self, fault: Fault) -> float:
        if fault != self._fault:
            LOGGER.error("%s: an unexpected error in live power, please report it: %s", self._entry.title, fault)
        self._fault = fault
        return _WAIT_AFTER_FAULT

    async def _async_tick(self) -> float:
        """Read what is due; return the seconds until the next tick."""
        every, now = self._paces(), time.monotonic()
        names = self._rhythm.turn(every, now)
        glance = await self._poller.glance(names) if names and not self._halted else None
        if glance is None:
            return self._rhythm.pause(every, 0.0, now) if every and not names else _WAIT
        if glance.ended_by:
            # Whose token it is, and who answers, is for a cycle to see to.
            self._halted = True
            self._shown.ask_for_cycle()
            return _WAIT
        self._errors = {**{name: self._errors[name] for name in self._errors.keys() - names}, **glance.errors}
        self._rhythm.told(names, glance.errors.keys(), every, now)
        self._take_glance(glance)
        if self._live_is_wanted(glance):
            await self._poller.move_live_data()
        return self._rhythm.pause(every, glance.took, now)

    def _paces(self) -> dict[str, float]:
        """Return what is to be asked how often; what is looked at may have changed."""
        site, wanted, estimates = self._shown.site, self._shown.wanted, self._estimates()
        if not self.on:
            self._figures.follow((), site, time.monotonic())
            return paces((), state=estimates, moves=True)
        powers, states = live_keys(site, wanted), state_keys(site, wanted)
        every = paces((site.needs[key] for key in powers), state=bool(states) or estimates, moves=self._moves)
        self._figures.follow([*powers, *states], site, time.monotonic())
        still = {name for name, values in self._repeats.items() if values.frozen and name == READINGS.name}
        return slowed(every, every if self._shown.strained else still)

    def _take_glance(self, glance: Glance) -> None:
        now = time.monotonic()
        if LIVE.name in glance.answers:
            self._moves = not glance.live_is_still
        self._take(glance.site, glance.answers, now)
        self._count(glance)
        self._write(now)

    def _estimates(self) -> bool:
        """Tell whether somebody looks at energies that are added up from live data."""
        estimated = [key for key, total in self._poller.site.totals.items() if total.estimated]
        return bool(estimated) and not self._shown.wanted.isdisjoint(estimated)

    def _count(self, glance: Glance) -> None:
        """Add what a battery without a meter takes or gives to its energies; what stands still is no answer."""
        answer, battery = glance.answers.get(LIVE.name), glance.site.battery
        if answer is None or battery.power is None or self._repeats[LIVE.name].frozen or not self._estimates():
            return
        before = self.energies.energies or BatteryEnergies()
        self.energies.update(before.observed(power=battery.power, stored=battery.stored_energy, at=answer.received))
        self._poller.cache.energies = self.energies.energies
        if not self._counted:
            self._counted = True
            self._shown.ask_for_cycle()  # from now on there is something to show

    def _take(self, site: Site, answers: Mapping[str, Answer[object]], now: float) -> None:
        """Take the site that was made of what was answered just now."""
        for name, answer in answers.items():
            self._repeats[name].note(values_of(answer), now)
        self._figures.take(site, {name: self._repeats[name].since for name in answers}, now)

    def _live_is_wanted(self, glance: Glance) -> bool:
        """Tell whether live data says that its stream is off, or that its values stand still."""
        live = answer.data if (answer := glance.answers.get(LIVE.name)) else None
        if not isinstance(live, LiveData):
            return False
        return live.stream == _OFF or glance.live_is_still or self._repeats[LIVE.name].frozen

    async def _async_rest(self, seconds: float) -> None:
        """Let time pass; what may no longer be shown by then is taken back in time."""
        until = time.monotonic() + seconds
        while (left := until - (now := time.monotonic())) > 0:
            ends = self._figures.expires_in(self._shown.site, now)
            await sleep(left if ends is None else min(left, ends))
            self._write(time.monotonic())

    def _write(self, now: float) -> None:
        """Show what is to be shown now, and say what is lost."""
        if not self.on:
            return
        site, keys = self._shown.site, set[str]()
        powers = self._figures.powers(site, now)
        if self._budget.allows(powers, now):
            self._budget.wrote(powers, now)
            keys |= powers.keys()
        relays = self._figures.relays(site, now)
        if self._relays and relays.grid_closed not in (None, self._relays.grid_closed):
            self._shown.ask_for_cycle()  # others tell of it too
        if relays != self._relays or now - self._state_written_at >= _STATE_WRITTEN_EVERY:
            self._relays, self._state_written_at = relays, now
            keys |= self._figures.states
        if keys:
            self._shown.show(self._figures.applied(site, now, keys), keys)
        self._tell(self._figures.lost(now))

    def _tell(self, lost: frozenset[str]) -> None:
        """Log which endpoints are lost, and which are back; what is back may have missed a cycle."""
        for name in sorted(lost - self._lost):
            self._outages.lost(name, self._errors.get(name))
        for name in sorted(self._lost - lost):
            self._outages.found(name)
            self._shown.ask_for_cycle()
        self._lost = set(lost)
