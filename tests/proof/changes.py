"""A site watched through something that truly changes: what is counted of it, and what the user is told."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from tests.drive import Drive
from tests.simulator import PROFILES, GatewaySimulator, Profile

from .adversary import ZONE
from .adversary_edits import DELIVERED, more
from .adversary_run import counted, number
from .contenders import IQ_GATEWAY
from .days import set_up, simulated_gateways
from .home import Statistics, home_assistant
from .verdict import totals_of

HOUR: Final = timedelta(hours=1)
EXACT: Final = 1.0
"""Wh that a total may be off: readings are rounded, and so are sums of them."""

type Truth = Callable[[], Mapping[str, float]]


@dataclass(slots=True, kw_only=True)
class Mark:
    """A moment, with what was shown and what was true then, in Wh."""

    at: datetime
    shown: Mapping[str, float | None]
    truth: Mapping[str, float]


@dataclass(slots=True, kw_only=True)
class Watched:
    """A site at work in Home Assistant.

    `extra` is what an edit of the answers adds to the house's counters, in Wh, as it grows.
    """

    hass: HomeAssistant
    frozen: FrozenDateTimeFactory
    gateway: GatewaySimulator
    entry: MockConfigEntry
    statistics: Statistics | None
    extra: Truth = field(default=dict)
    last: dict[str, float] = field(default_factory=dict)
    fell: dict[str, float] = field(default_factory=dict)
    told_at: datetime | None = None

    @property
    def keys(self) -> list[str]:
        """The totals that the site has."""
        return totals_of(self.gateway.house.profile)

    def mark(self) -> Mark:
        """Return this moment."""
        more = self.extra()
        truth = {key: value + more.get(key, 0.0) for key, value in counted(self.gateway.house).items()}
        shown = {key: number(self.hass, self.gateway.serial, key) for key in self.keys}
        return Mark(at=datetime.now(UTC), shown=shown, truth=truth)

    def off(self, since: Mark, keys: Iterable[str] = ()) -> dict[str, float]:
        """Return by how many Wh each total grew more than it should have since a mark; not shown is off for ever."""
        now = self.mark()
        growths = {key: _growth(since.shown[key], now.shown[key]) for key in keys or self.keys}
        return {key: round(grown - (now.truth[key] - since.truth[key]), 2) for key, grown in growths.items()}

    def wrong(self, since: Mark, keys: Iterable[str] = (), *, within: float = EXACT) -> dict[str, float]:
        """Return what is off by more than so many Wh since a mark."""
        return {key: off for key, off in self.off(since, keys).items() if not abs(off) <= within}

    async def live(self, length: timedelta) -> None:
        """Let the cycles of so much time run."""
        end = datetime.now(UTC) + length
        drive = Drive(self.hass, self.entry, self.frozen)
        while datetime.now(UTC) + drive.due <= end:
            await drive.cycle()
            self._look()

    def _look(self) -> None:
        """Note what fell, and when the user was first told of anything."""
        for key, shown in self.mark().shown.items():
            if shown is not None:
                self.fell[key] = max(self.fell.get(key, 0.0), self.last.get(key, shown) - shown)
                self.last[key] = shown
        if self.repairs and not self.told_at:
            self.told_at = datetime.now(UTC)
        if self.statistics:
            self.statistics.compile_until(datetime.now(UTC))

    @property
    def falls(self) -> dict[str, float]:
        """The totals that ever showed less than before, by how many Wh."""
        return {key: fall for key, fall in self.fell.items() if fall > 0.01}

    @property
    def repairs(self) -> list[str]:
        """What the user is asked to see to."""
        return [issue.issue_id for issue in ir.async_get(self.hass).issues.values() if issue.domain == DOMAIN]

    def told_within_the_hour(self, since: Mark) -> bool:
        """Tell whether a repair was there within an hour of a mark, a cycle more or less."""
        return self.told_at is not None and self.told_at - since.at <= HOUR + timedelta(minutes=5)

    # What happens to the site

    def replace_production_meter(self) -> Mark:
        """Have a new production meter, which begins at nothing, and return the moment."""
        at = self.gateway.house.totals.production
        self.gateway.override("readings", more("production", DELIVERED, lambda: -at))
        return self.mark()

    # What happens to the entry

    async def unload(self) -> None:
        """Stop reading the gateway; what is remembered is written."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()
        await self._write_states()

    async def _write_states(self) -> None:
        """Have the recorder write what it does in a few seconds, by a clock that does not stand still."""
        if self.statistics:
            await get_instance(self.hass).async_block_till_done()

    async def load(self) -> None:
        """Read it again."""
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def add_again(self) -> None:
        """Remove the entry and add the gateway anew, as people do when something is odd."""
        await self.hass.config_entries.async_remove(self.entry.entry_id)
        await self.hass.async_block_till_done()
        await self._write_states()
        self.frozen.tick(60)
        self.entry = await set_up(self.hass, self.gateway)

    def files(self) -> list[Path]:
        """Return the files in which the integration remembers anything."""
        storage = Path(self.hass.config.config_dir, ".storage")
        return [path for path in storage.iterdir() if path.name.startswith(DOMAIN)]


def _growth(before: float | None, now: float | None) -> float:
    return float("nan") if before is None or now is None else now - before


@asynccontextmanager
async def watched(
    directory: Path,
    site: str | Profile,
    begin: datetime,
    *,
    recorded: bool = False,
    prepare: Callable[[GatewaySimulator], None] = lambda _: None,
    settled: timedelta = timedelta(minutes=30),
) -> AsyncGenerator[Watched]:
    """Have a site read by Home Assistant from a moment on, `settled` after its set-up.

    `prepare` is done to the gateway before anybody reads it.
    """
    profile = PROFILES[site] if isinstance(site, str) else site
    record = ("sensor.*energy*",) if recorded else ()
    async with AsyncExitStack() as stack:
        stack.enter_context(IQ_GATEWAY.quick())
        hass = await stack.enter_async_context(home_assistant(directory, record=record))
        found, frozen = await stack.enter_async_context(simulated_gateways([profile], begin))
        await hass.config.async_set_time_zone(ZONE.key)
        statistics = Statistics(hass, begin.astimezone(UTC)) if recorded else None
        prepare(found[0])
        home = Watched(
            hass=hass,
            frozen=frozen,
            gateway=found[0],
            entry=await set_up(hass, found[0]),
            statistics=statistics,
        )
        await home.live(settled)
        yield home
