"""Days of a house with everything that befalls a gateway, lived through in minutes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import time
from typing import Final
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client import gateway as client
from custom_components.iq_gateway.const import CONF_FINGERPRINT, CONF_SERIAL, DOMAIN
from tests.drive import Drive, stopped_time
from tests.simulator import Clock, FirmwareUpdate, GatewaySimulator, NightlyAbsence, Profile, Reboot, Situation
from tests.states import entity_id

from .faults import Mishaps
from .home import Statistics, home_assistant
from .verdict import TRUTHS, Verdict, limits, truths

# A day in April: sun enough to fill the battery, nights long enough to empty it.
BEGIN: Final = datetime(2027, 4, 10, tzinfo=UTC)
SEED: Final = 20_270_410
NEW_FIRMWARE: Final = "D8.3.6087"
# After the last fault, until everything that was held back has proved true or not.
CALM: Final = timedelta(hours=1)
# A hanging gateway is given up after this many real seconds instead of 15.
_SHORT_TIMEOUT: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the days."""

    verdicts: list[Verdict]
    days: int
    faults: int
    cycles: int


def situations(gateway: GatewaySimulator, begin: datetime, days: int) -> list[Situation]:
    """Return each night's absence, a reboot after a third and after two thirds of the days, an update in between."""
    length = timedelta(days=days)
    at = [(begin + length * part + timedelta(hours=12, minutes=7)).timestamp() for part in (0.1, 0.4, 0.7)]
    return [
        NightlyAbsence(zone=gateway.zone),
        Reboot(begins=at[0], zeros=True),
        FirmwareUpdate(begins=at[1], zeros=True, version=NEW_FIRMWARE),
        Reboot(begins=at[2], zeros=True),
    ]


@asynccontextmanager
async def simulated_gateway(
    profile: str | Profile, begin: datetime, *, serial: str | None = None
) -> AsyncGenerator[tuple[GatewaySimulator, FrozenDateTimeFactory]]:
    """Run a gateway whose site begins at that moment, in a time that stands still there."""
    clock, ahead = Clock(), begin.timestamp() - time.time()
    # Certificates cannot be made while time stands still; until it does, the site's clock is ahead.
    clock.advance(ahead)
    async with GatewaySimulator(profile, clock=clock, serial=serial) as gateway:
        with stopped_time(begin) as frozen, patch.object(client, "REQUEST_TIMEOUT", _SHORT_TIMEOUT):
            clock.advance(-ahead)
            yield gateway, frozen


async def live(days: int, directory: Path, *, begin: datetime = BEGIN, seed: int = SEED) -> Outcome:
    """Let days pass in a house with a battery, and hold the recorder's statistics against it."""
    async with (
        home_assistant(directory, record=("sensor.*energy*",)) as hass,
        simulated_gateway("metered_battery", begin) as (gateway, frozen),
    ):
        gateway.situations += situations(gateway, begin, days)
        drive = Drive(hass, await set_up(hass, gateway), frozen)
        statistics, mishaps = Statistics(hass, begin), Mishaps(seed)
        start, cycles, end = truths(gateway.house), 0, begin + timedelta(days=days)
        while datetime.now(UTC) < end:
            for mishap in mishaps.next():
                mishap.befall(gateway)
            await drive.cycle()
            statistics.compile_until(datetime.now(UTC))
            cycles += 1
        gateway.clear_faults()
        await drive.cycles_until(end + CALM)
        truth = {key: energy - start[key] for key, energy in truths(gateway.house).items()}
        # Past the end of the hour: until then its statistics are not compiled.
        frozen.move_to(end + CALM + timedelta(minutes=1))
        statistics.compile_until(datetime.now(UTC))
        verdicts = await _judge(hass, gateway, statistics, truth)
        return Outcome(verdicts=verdicts, days=days, faults=mishaps.count, cycles=cycles)


async def set_up(hass: HomeAssistant, gateway: GatewaySimulator) -> MockConfigEntry:
    """Add the gateway to Home Assistant as the flow does, and have it set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="IQ Gateway",
        unique_id=gateway.serial,
        data={
            CONF_HOST: gateway.host,
            CONF_SERIAL: gateway.serial,
            CONF_FINGERPRINT: gateway.fingerprint,
            CONF_TOKEN: gateway.mint(),
        },
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def _judge(
    hass: HomeAssistant, gateway: GatewaySimulator, statistics: Statistics, truth: dict[str, float]
) -> list[Verdict]:
    entity_ids = {key: entity_id(hass, gateway.serial, key) for key in TRUTHS}
    hourly, bounds = await statistics.hourly(set(entity_ids.values())), limits(gateway.house)
    return [
        Verdict(key=key, truth=truth[key], hours=tuple(hourly[entity_ids[key]]), limit=bounds[key]) for key in TRUTHS
    ]
