"""What befalls a whole gateway: absences, restarts, updates, wrong clocks, the change to summer time and back."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.iq_gateway.const import DOMAIN

from .conftest import EntrySetUp
from .drive import Drive
from .patience import give_up_early
from .proof.days import simulated_gateway
from .simulator import Fault, FirmwareUpdate, GatewaySimulator, NightlyAbsence, Reboot
from .states import TOTALS, figure, state

# In the simulated zone, Europe/Amsterdam, two hours ahead of UTC.
EVENING: Final = datetime(2027, 6, 10, 20, 30, tzinfo=UTC)
NOON: Final = datetime(2027, 6, 10, 10, 0, tzinfo=UTC)


@asynccontextmanager
async def at_work(
    hass: HomeAssistant, setup_entry: EntrySetUp, begin: datetime
) -> AsyncIterator[tuple[GatewaySimulator, Drive]]:
    """Have Home Assistant read a gateway, in a time that stands still from that moment on."""
    async with simulated_gateway("metered_battery", begin) as (gateway, frozen):
        yield gateway, Drive(hass, await setup_entry(gateway), frozen)


@pytest.fixture
async def evening(
    hass: HomeAssistant, socket_enabled: None, setup_entry: EntrySetUp
) -> AsyncGenerator[tuple[GatewaySimulator, Drive]]:
    """Half past ten, before the gateway goes away for the night's ten minutes."""
    async with at_work(hass, setup_entry, EVENING) as home:
        yield home


@pytest.fixture
async def noon(
    hass: HomeAssistant, socket_enabled: None, setup_entry: EntrySetUp
) -> AsyncGenerator[tuple[GatewaySimulator, Drive]]:
    """A summer's noon."""
    async with at_work(hass, setup_entry, NOON) as home:
        yield home


def _unavailable(hass: HomeAssistant) -> list[str]:
    return [shown.entity_id for shown in hass.states.async_all() if shown.state == STATE_UNAVAILABLE]


def _totals(hass: HomeAssistant, gateway: GatewaySimulator) -> dict[str, float | None]:
    return {key: figure(hass, gateway.serial, key) for key in TOTALS}


def _assert_all_counted(hass: HomeAssistant, gateway: GatewaySimulator) -> None:
    """Assert that what is shown is what the house has counted until now."""
    totals = gateway.house.totals
    assert figure(hass, gateway.serial, "production_energy") == pytest.approx(totals.production, abs=0.01)
    assert figure(hass, gateway.serial, "grid_import_energy") == pytest.approx(totals.grid_import, abs=0.01)
    assert figure(hass, gateway.serial, "battery_discharged_energy") == pytest.approx(
        totals.battery_discharged, abs=0.01
    )


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.BAD_GATEWAY, Fault.RESET])
async def test_nothing_flaps_in_the_nightly_absence(
    hass: HomeAssistant,
    evening: tuple[GatewaySimulator, Drive],
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    """Whenever in the cycle the ten minutes begin: all values stand, and what was counted meanwhile is there after."""
    gateway, drive = evening
    gateway.situations.append(NightlyAbsence(zone=gateway.zone, with_fault=fault))
    before = _unavailable(hass)
    for seconds in range(0, 300, 43):
        away = EVENING + timedelta(days=1 + seconds // 43, minutes=30)
        drive.frozen.move_to(away - timedelta(minutes=35, seconds=-seconds))
        # What a day without a reading has counted is there after a quarter of an hour.
        await drive.cycle(after=0)
        for _ in range(6):
            await drive.cycle(after=300)
        caplog.clear()
        while datetime.now(UTC) < away + timedelta(minutes=20):
            await drive.cycle()
            assert _unavailable(hass) == before, f"{datetime.now(UTC) - away} into the absence"
        said = [record.getMessage() for record in caplog.records if "answer" in record.getMessage()]
        assert len(said) == 2, said
        _assert_all_counted(hass, gateway)


@pytest.mark.parametrize("seconds", [3, 8, 15])
@pytest.mark.parametrize("since", [1, 150, 229, 299])
async def test_nothing_flaps_in_a_night_of_waiting(
    hass: HomeAssistant,
    evening: tuple[GatewaySimulator, Drive],
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    since: int,
) -> None:
    """A gateway that does not even refuse: each request lasts until its deadline, and each cycle that much longer."""
    gateway, drive = evening
    absence = NightlyAbsence(zone=gateway.zone, with_fault=Fault.HANG)
    gateway.situations.append(absence)
    give_up_early(
        monkeypatch,
        lambda _: absence.fault(datetime.now(UTC).timestamp()) is not None,
        after=0.1,
        given_up=lambda: drive.frozen.tick(seconds),
    )
    begins = EVENING + timedelta(minutes=30)
    drive.frozen.move_to(begins - timedelta(seconds=since))
    await drive.cycle(after=0)
    before = _unavailable(hass)
    while datetime.now(UTC) < begins + timedelta(minutes=20):
        await drive.cycle()
        assert _unavailable(hass) == before, f"{datetime.now(UTC) - begins} into the absence"
    _assert_all_counted(hass, gateway)


async def test_a_reboot_is_bridged_and_its_empty_counters_are_not_believed(
    hass: HomeAssistant, noon: tuple[GatewaySimulator, Drive]
) -> None:
    """Refused, then 502, then one answer of zeros: no total falls, none is lost, nothing flaps."""
    gateway, drive = noon
    await drive.cycle()
    before, shown = _unavailable(hass), _totals(hass, gateway)
    gateway.situations.append(Reboot(begins=datetime.now(UTC).timestamp() + 240, zeros=True))
    for _ in range(6):
        await drive.cycle()
        assert _unavailable(hass) == before
        now = _totals(hass, gateway)
        assert all((now[key] or 0) >= (shown[key] or 0) for key in TOTALS)
        shown = now
    _assert_all_counted(hass, gateway)


async def test_a_firmware_update_shows_on_the_device(hass: HomeAssistant, noon: tuple[GatewaySimulator, Drive]) -> None:
    """The gateway restarts with another version and other rows; the device follows within two hours, values at once."""
    gateway, drive = noon
    await drive.cycle()
    before = _unavailable(hass)
    gateway.situations.append(FirmwareUpdate(begins=datetime.now(UTC).timestamp() + 240, version="D8.3.6087"))
    end = datetime.now(UTC) + timedelta(hours=2, minutes=20)
    while datetime.now(UTC) < end:
        await drive.cycle()
        assert _unavailable(hass) == before
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, gateway.serial), drive.entry.entry_id)
    assert device is not None
    assert device.sw_version == "D8.3.6087"
    _assert_all_counted(hass, gateway)


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_is_off_by_an_hour_hides_nothing(
    hass: HomeAssistant, noon: tuple[GatewaySimulator, Drive], hours: int
) -> None:
    """Live data that moves is shown as current, and inverters that report are counted, whatever the clock shows."""
    gateway, drive = noon
    gateway.clock_error = hours * 3600.0
    before = _unavailable(hass)
    for _ in range(4):
        await drive.cycle()
        assert _unavailable(hass) == before
        assert figure(hass, gateway.serial, "battery_stored_energy") == round(gateway.house.store.energy)
        assert state(hass, gateway.serial, "inverters_reporting") == "35"
    _assert_all_counted(hass, gateway)


@pytest.mark.parametrize(
    "night", [datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)], ids=["summer", "winter"]
)
async def test_the_change_of_the_clocks_changes_nothing_else(
    hass: HomeAssistant, socket_enabled: None, setup_entry: EntrySetUp, night: datetime
) -> None:
    """Today's figures begin at the local midnight, rise through the night of 23 or 25 hours and begin anew after it."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    async with at_work(hass, setup_entry, night - timedelta(hours=3)) as (gateway, drive):
        begun, shown = 0, figure(hass, gateway.serial, "production_energy_today")
        assert shown is None
        before, totals = _unavailable(hass), _totals(hass, gateway)
        while datetime.now(UTC) < night + timedelta(hours=24):
            await drive.cycle()
            assert _unavailable(hass) == before
            today, counted = figure(hass, gateway.serial, "production_energy_today"), _totals(hass, gateway)
            assert all((counted[key] or 0) >= (totals[key] or 0) for key in TOTALS)
            if today is not None and (shown is None or today < shown):
                begun += 1
                assert datetime.now(gateway.zone).hour == 0, f"{shown} became {today} at {datetime.now(gateway.zone)}"
            shown, totals = today if today is not None else shown, counted
        assert begun == 2
        _assert_all_counted(hass, gateway)


async def test_strain_slows_the_pace_and_calm_brings_it_back(
    hass: HomeAssistant, noon: tuple[GatewaySimulator, Drive]
) -> None:
    """Most endpoints answer 503: asked half as often, then a quarter; nothing flaps on the way down and up."""
    gateway, drive = noon
    await drive.cycle()
    chosen, before = drive.due, _unavailable(hass)
    for name in ("live", "inverters", "inventory", "battery_power"):
        gateway.fault(name, Fault.UNAVAILABLE)
    paces = []
    for _ in range(2):
        await drive.cycle()
        paces.append(drive.due / chosen)
    gateway.clear_faults()
    for _ in range(2):
        await drive.cycle()
        paces.append(drive.due / chosen)
        assert _unavailable(hass) == before
    assert paces == [2, 4, 2, 1]
