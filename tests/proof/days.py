"""Days of a house with everything that befalls a gateway, lived through in minutes."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import time
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests import states
from tests.conftest import SOON
from tests.drive import Drive, stopped_time
from tests.live.seconds import Seconds
from tests.simulator import (
    PROFILES,
    Clock,
    FirmwareUpdate,
    GatewaySimulator,
    NightlyAbsence,
    Profile,
    Reboot,
    Situation,
)

from .contenders import IQ_GATEWAY, Contender
from .faults import Mishaps
from .home import Statistics, home_assistant
from .verdict import ESTIMATES, Verdict, estimates, limits, truths

BEGINS: Final = {
    # Sun enough to fill the battery, nights long enough to empty it.
    "april": datetime(2027, 4, 10, tzinfo=UTC),
    "summer": datetime(2027, 6, 10, tzinfo=UTC),
    "winter": datetime(2027, 1, 4, tzinfo=UTC),
    # A few days before summer time begins, and before it ends.
    "march": datetime(2027, 3, 24, tzinfo=UTC),
    "october": datetime(2027, 10, 27, tzinfo=UTC),
}
BEGIN: Final = BEGINS["april"]
SITE: Final = "metered_battery"
SEED: Final = 20_270_410
NEW_FIRMWARE: Final = "D8.3.6087"
# After the last fault, until everything that was held back has proved true or not.
CALM: Final = timedelta(hours=1)
# W by which a load trembles: of values that stand still nothing is added up.
_NOISE: Final = 4.0
# How often a new mishap may come, however often the gateway is asked.
_MISHAPS_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the days."""

    verdicts: list[Verdict]
    days: int
    faults: int
    cycles: int
    requests: int


def situations(gateway: GatewaySimulator, begin: datetime, days: int) -> list[Situation]:
    """Return each night's absence, a reboot early and one late, an update of the firmware in between."""
    length = timedelta(days=days)
    at = [(begin + length * part + timedelta(hours=12, minutes=7)).timestamp() for part in (0.1, 0.4, 0.7)]
    return [
        NightlyAbsence(zone=gateway.zone),
        Reboot(begins=at[0], zeros=True),
        FirmwareUpdate(begins=at[1], zeros=True, version=NEW_FIRMWARE),
        Reboot(begins=at[2], zeros=True),
    ]


@asynccontextmanager
async def simulated_gateways(
    profiles: Iterable[Profile], begin: datetime
) -> AsyncGenerator[tuple[list[GatewaySimulator], FrozenDateTimeFactory]]:
    """Run gateways whose sites begin at that moment, in a time that stands still there."""
    clock, ahead = Clock(), begin.timestamp() - time.time()
    # Certificates cannot be made while time stands still; until it does, the sites' clock is ahead.
    clock.advance(ahead)
    async with AsyncExitStack() as stack:
        gateways = [await stack.enter_async_context(GatewaySimulator(profile, clock=clock)) for profile in profiles]
        with stopped_time(begin) as frozen:
            clock.advance(-ahead)
            yield gateways, frozen


@asynccontextmanager
async def simulated_gateway(
    profile: str, begin: datetime
) -> AsyncGenerator[tuple[GatewaySimulator, FrozenDateTimeFactory]]:
    """Run one gateway of the simulator's sites."""
    async with simulated_gateways([PROFILES[profile]], begin) as ((gateway,), frozen):
        yield gateway, frozen


async def live(
    days: int,
    directory: Path,
    *,
    contender: Contender = IQ_GATEWAY,
    site: str = SITE,
    begin: datetime = BEGIN,
    mishaps: Mishaps | None = None,
    estimated: bool = False,
) -> Outcome:
    """Let days pass in a house, and hold the recorder's statistics against it.

    Of a battery without a meter somebody may want its energies `estimated`: then live data is read every ten seconds.
    """
    async with (
        home_assistant(directory, record=("sensor.*energy*",)) as hass,
        simulated_gateway(site, begin) as (gateway, frozen),
    ):
        gateway.situations += situations(gateway, begin, days)
        with contender.quick():
            drive = Drive(hass, await set_up(hass, gateway, contender), frozen, contender.coordinator)
            # Its totals are shown with their second reading.
            while contender is IQ_GATEWAY and drive.due == SOON:
                await drive.cycle()
            seconds = await _estimate(hass, gateway, drive) if estimated else None
            home = _Home(hass, gateway, contender, drive, seconds)
            return await home.live(begin, days, mishaps or Mishaps(SEED))


async def set_up(hass: HomeAssistant, gateway: GatewaySimulator, contender: Contender = IQ_GATEWAY) -> MockConfigEntry:
    """Add the gateway to Home Assistant as the flow does, and have it set up."""
    entry = MockConfigEntry(
        domain=contender.domain, title="IQ Gateway", unique_id=gateway.serial, data=contender.data(gateway)
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def _estimate(hass: HomeAssistant, gateway: GatewaySimulator, drive: Drive) -> Seconds:
    """Enable what is added up from live data, and return the seconds in which that is read."""
    gateway.house.noise = _NOISE
    seconds = Seconds(hass, drive.entry, drive.frozen)
    await states.enable(hass, drive.entry, *(states.entity_id(hass, gateway.serial, key) for key in ESTIMATES))
    return seconds


class _Home:
    """A gateway, who reads it, and the statistics that come of that."""

    def __init__(
        self,
        hass: HomeAssistant,
        gateway: GatewaySimulator,
        contender: Contender,
        drive: Drive,
        seconds: Seconds | None,
    ) -> None:
        self._hass = hass
        self._gateway = gateway
        self._contender = contender
        self._drive = drive
        self._seconds = seconds
        self._statistics = Statistics(hass, datetime.now(UTC))
        self._cycles = self._requests = 0

    async def live(self, begin: datetime, days: int, mishaps: Mishaps) -> Outcome:
        """Live through days of faults and a calm hour, then judge."""
        end = begin + timedelta(days=days)
        start, due = self._truths(), begin
        while datetime.now(UTC) < end:
            while due <= datetime.now(UTC):
                for mishap in mishaps.next():
                    mishap.befall(self._gateway, self._contender.instead)
                due += _MISHAPS_EVERY
            await self._cycle()
        self._gateway.clear_faults()
        while datetime.now(UTC) + self._drive.due <= end + CALM:
            await self._cycle()
        truth = {key: energy - start[key] for key, energy in self._truths().items()}
        # Past the end of the hour: until then its statistics are not compiled.
        self._drive.frozen.move_to(end + CALM + timedelta(minutes=1))
        verdicts = await self._judge(truth, mishaps.longest)
        return Outcome(verdicts=verdicts, days=days, faults=mishaps.count, cycles=self._cycles, requests=self._requests)

    def _truths(self) -> dict[str, float]:
        house = self._gateway.house
        return truths(house) | (estimates(house) if self._seconds else {})

    async def _cycle(self) -> None:
        if self._seconds:
            await self._seconds.live(self._drive.due.total_seconds())
            await self._hass.async_block_till_done()
        else:
            await self._drive.cycle()
        self._statistics.compile_until(datetime.now(UTC))
        self._cycles += 1
        self._requests += len(self._gateway.requests)
        self._gateway.requests.clear()

    async def _judge(self, truth: dict[str, float], longest: int) -> list[Verdict]:
        self._statistics.compile_until(datetime.now(UTC))
        known = {key: self._entity_id(self._contender.keys.get(key, key)) for key in truth}
        entity_ids = {key: entity_id for key, entity_id in known.items() if entity_id}
        hourly = await self._statistics.hourly(set(entity_ids.values()))
        bounds = limits(self._gateway.house, longest)
        return [
            Verdict(key=key, truth=truth[key], hours=tuple(hourly[entity_id]), limit=bounds[key])
            for key, entity_id in entity_ids.items()
        ]

    def _entity_id(self, key: str) -> str | None:
        """Return the entity of a total; None where there is none at this site."""
        unique_id = f"{self._gateway.serial}_{key}"
        return er.async_get(self._hass).async_get_entity_id("sensor", self._contender.domain, unique_id)
