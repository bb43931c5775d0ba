"""The house: energy is conserved, counters are the integral of power, whoever asks and however often."""

from dataclasses import replace
import math
from zoneinfo import ZoneInfo

import pytest

from tests.simulator import PROFILES, Battery, Profile
from tests.simulator.balance import Store
from tests.simulator.house import STEP, House, Meter

from .conftest import JUNE_NOON

ZONE = ZoneInfo("Europe/Amsterdam")
DAY = 86_400

WINTER_EVENING = 1_796_497_200.0
"""2026-12-05 20:00 in Amsterdam."""


def make_house(profile: str | Profile, *, start: float = JUNE_NOON) -> House:
    """Return a house as a gateway would have it."""
    site = PROFILES[profile] if isinstance(profile, str) else profile
    return House(site, start=start, zone=ZONE)


def meters_of(house: House) -> dict[str, Meter]:
    """Return a house's meters by name."""
    return {name: getattr(house, name) for name in ("production", "grid", "battery", "load", "generator")}


@pytest.mark.parametrize("start", [JUNE_NOON, WINTER_EVENING])
@pytest.mark.parametrize("profile", PROFILES)
def test_energy_is_conserved_at_every_step(profile: str, start: float) -> None:
    """What comes in goes somewhere: in power at each step, and in the counters."""
    house = make_house(profile, start=start)
    for step in range(2 * DAY // STEP):
        house.advance_to(start + step * STEP)
        power = house.power
        assert power.production + power.grid + power.battery + power.generator == pytest.approx(power.load, abs=1e-9)
        totals = house.totals
        came = totals.production - totals.production_received + totals.grid_import + totals.battery_discharged
        went = totals.consumption + totals.grid_export + totals.battery_charged
        assert came + totals.generator == pytest.approx(went, abs=1e-3)


@pytest.mark.parametrize("profile", PROFILES)
def test_counters_are_the_integral_of_power(profile: str) -> None:
    """Each phase's counters grow by its power times the time, in the direction of its sign."""
    house = make_house(profile)
    before = {name: (list(meter.delivered), list(meter.received)) for name, meter in meters_of(house).items()}
    gained = {name: [[0.0, 0.0] for _ in meter.power] for name, meter in meters_of(house).items()}
    for step in range(DAY // STEP):
        for name, meter in meters_of(house).items():
            for phase, power in enumerate(meter.power):
                gained[name][phase][0 if power > 0 else 1] += abs(power) * STEP / 3600
        house.advance_to(JUNE_NOON + (step + 1) * STEP)
    for name, meter in meters_of(house).items():
        for phase, (delivered, received) in enumerate(gained[name]):
            assert meter.delivered[phase] - before[name][0][phase] == pytest.approx(delivered, abs=1e-4)
            assert meter.received[phase] - before[name][1][phase] == pytest.approx(received, abs=1e-4)


@pytest.mark.parametrize("profile", PROFILES)
def test_phases_add_up_to_the_whole(profile: str) -> None:
    """The phases of each meter carry together what the house's balance says."""
    house = make_house(profile)
    for step in range(DAY // STEP):
        house.advance_to(JUNE_NOON + step * STEP)
        for name, meter in meters_of(house).items():
            assert len(meter.power) == PROFILES[profile].phases
            assert math.fsum(meter.power) == pytest.approx(getattr(house.power, name), abs=1e-9)


def test_a_house_does_not_care_how_often_it_is_asked() -> None:
    """Asked every seven seconds or once in six hours, it has counted the same."""
    often, once = make_house("metered_battery"), make_house("metered_battery")
    for second in range(0, 6 * 3600, 7):
        often.advance_to(JUNE_NOON + second)
    often.advance_to(JUNE_NOON + 6 * 3600)
    once.advance_to(JUNE_NOON + 6 * 3600)
    assert often.totals == pytest.approx(once.totals, abs=1e-3)
    assert often.power == pytest.approx(once.power)


def test_time_does_not_run_backwards() -> None:
    """A moment in the past changes nothing."""
    house = make_house("net_split")
    house.advance_to(JUNE_NOON + 600)
    before = house.totals
    house.advance_to(JUNE_NOON)
    assert house.totals == before
    assert house.time == JUNE_NOON + 600


@pytest.mark.parametrize("profile", [profile for profile in PROFILES.values() if profile.battery], ids=lambda p: p.name)
def test_a_battery_stays_within_its_limits(profile: Profile) -> None:
    """It is never fuller than full, never emptier than empty, never stronger than it is, and what it lost is heat."""
    house = make_house(profile)
    assert profile.battery
    energy, before = house.store.energy, house.totals
    for step in range(2 * DAY // STEP):
        house.advance_to(JUNE_NOON + step * STEP)
        assert -1e-6 <= house.store.energy <= profile.battery.capacity + 1e-6
        assert abs(house.power.battery) <= profile.battery.power + 1e-9
    charged = house.totals.battery_charged - before.battery_charged
    discharged = house.totals.battery_discharged - before.battery_discharged
    assert house.store.energy - energy == pytest.approx(0.95 * charged - discharged / 0.95, abs=1e-3)
    assert charged > 0


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_each_battery_mode_has_its_strategy(mode: int) -> None:
    """Full backup never discharges, self-consumption never charges from the grid, savings does, in the cheap night."""
    battery = Battery(capacity=10_000, power=3_000, mode=mode)
    site = Profile(name="x", serial="1", meters=("production", "net-consumption"), battery=battery)
    house = make_house(site)
    discharged = charged_in_the_dark = False
    for step in range(DAY // STEP):
        house.advance_to(JUNE_NOON + step * STEP)
        discharged |= house.power.battery > 1e-6
        charged_in_the_dark |= house.power.battery < -1e-6 and house.power.production <= 0
    assert (discharged, charged_in_the_dark) == {0: (False, False), 1: (True, False), 2: (True, True)}[mode]


@pytest.mark.parametrize("profile", ["off_grid", "generator"])
def test_without_a_grid_nothing_flows_there(profile: str) -> None:
    """An islanded house leaves its grid meter still."""
    house = make_house(profile)
    before = house.totals
    house.advance_to(JUNE_NOON + DAY)
    assert house.totals.grid_import == before.grid_import
    assert house.totals.grid_export == before.grid_export


def test_a_generator_feeds_while_it_runs() -> None:
    """Its power is never nothing."""
    house = make_house("generator")
    for step in range(DAY // STEP):
        house.advance_to(JUNE_NOON + step * STEP)
        assert 0 < house.power.generator <= 6_000


def test_a_production_meter_sees_the_inverters_draw_at_night() -> None:
    """In the dark its power is a little below zero, and what it received grows; without a meter nobody counts that."""
    metered, unmetered = make_house("net_single", start=WINTER_EVENING), make_house("standard", start=WINTER_EVENING)
    assert -4 < metered.power.production < 0
    assert unmetered.power.production == 0
    before = metered.totals
    metered.advance_to(WINTER_EVENING + 3600)
    assert metered.totals.production == before.production
    assert metered.totals.production_received == pytest.approx(before.production_received + 0.7, abs=1e-6)


def test_an_empty_battery_sheds_the_load_of_an_island() -> None:
    """Where nothing is left, nothing is used."""
    site = Profile(name="x", serial="1", on_grid=False, inverters=1, load=5_000, battery=Battery(capacity=100, power=9))
    house = make_house(site, start=WINTER_EVENING)
    assert house.power.load == pytest.approx(0, abs=9)


def test_days_begin_at_the_local_midnight_in_summer_time_and_winter_time() -> None:
    """The snapshots of the last seven midnights are those of the gateway's zone, over the change of the clocks too."""
    start = 1_793_012_400.0  # 2026-10-26 12:00 in Amsterdam, the day after the clocks went back
    house = make_house("net_single", start=start)
    midnights = [snapshot.time for snapshot in house.midnights]
    today = start - 12 * 3600
    assert midnights[-1] == today
    assert midnights[-2] == today - 25 * 3600
    assert midnights[0] == today - 25 * 3600 - 5 * DAY


def test_no_battery_is_a_store_that_takes_nothing() -> None:
    """Without a battery there is no room either way, and no level."""
    store = Store(None)
    assert (store.level, store.charge_room(1), store.discharge_room(1, 0)) == (0, 0, 0)


def test_a_house_goes_on_from_what_it_remembers() -> None:
    """Counters, battery, today and the inverters' reports are what they would have been without a restart."""
    undisturbed = make_house("metered_battery")
    undisturbed.advance_to(JUNE_NOON + 3 * DAY + 1234)
    memory = undisturbed.memory()
    restarted = make_house("metered_battery", start=memory.time)
    restarted.recall(memory)
    assert restarted.totals == undisturbed.totals
    for house in (undisturbed, restarted):
        house.advance_to(memory.time + 7200)
    assert restarted.totals == pytest.approx(undisturbed.totals, abs=60)
    quarter = memory.time + 3600
    assert restarted.produced_at(quarter) == pytest.approx(undisturbed.produced_at(quarter), abs=60)
    today = [house.quarters[-1].produced - house.midnights[-1].produced for house in (restarted, undisturbed)]
    assert today[0] == pytest.approx(today[1], rel=0.02)


@pytest.mark.parametrize("profile", ["off_grid", "generator"])
def test_an_island_with_enough_of_everything_uses_what_it_would_use_on_the_grid(profile: str) -> None:
    """Neither more nor less."""
    island, connected = make_house(profile), make_house(replace(PROFILES[profile], on_grid=True))
    for step in range(DAY // STEP):
        for house in (island, connected):
            house.advance_to(JUNE_NOON + step * STEP)
        assert island.power.load == pytest.approx(connected.power.load, abs=1e-6)


def test_what_inverters_had_delivered_can_be_asked_for_any_moment_of_the_last_hour() -> None:
    """Exactly, between two steps too; before the sun rose it is what it was in the evening."""
    house = make_house("standard")
    seen = {}
    for second in range(0, 3600, 7):
        house.advance_to(JUNE_NOON + second)
        seen[house.time] = house.totals.production
    for moment, produced in seen.items():
        assert house.produced_at(moment) == pytest.approx(produced, abs=1e-6)
    house.advance_to(JUNE_NOON + 14 * 3600)
    assert house.produced_at(house.time - 3600) == house.totals.production
    assert house.time - house.last_sun > 3600
