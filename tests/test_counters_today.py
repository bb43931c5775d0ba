"""The sums of today through the ways in which gateways are known to get them wrong."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.iq_gateway.counters import Ledger, Reading

KEY: Final = "production"
ZONE: Final = ZoneInfo("Europe/Amsterdam")
CYCLE: Final = timedelta(minutes=5)


@dataclass
class Day:
    """A ledger with one sum of today, read at moments of local time."""

    bound: float = 21_000.0  # W: 35 microinverters
    ledger: Ledger = field(default_factory=Ledger)
    moment: datetime = datetime(2026, 7, 1, 12, tzinfo=ZONE)

    def read(self, when: str, energy: float) -> float | None:
        """Read a figure at a time of today, or of the next day if that has passed; return what is shown."""
        hour, minute = map(int, when.split(":"))
        moment = self.moment.replace(hour=hour, minute=minute)
        self.moment = moment if moment >= self.moment else moment + timedelta(days=1)
        midnight = self.moment.replace(hour=0, minute=0)
        reading = Reading(energy=energy, source=KEY, at=self.moment.timestamp(), bound=self.bound)
        self.ledger.observe_today(KEY, reading, midnight=midnight.timestamp())
        return self.ledger.today(KEY)

    def restart(self) -> None:
        """Store everything as text and go on from that."""
        self.ledger, broken = Ledger.from_dict(json.loads(json.dumps(self.ledger.to_dict())))
        assert not broken


@pytest.fixture
def day() -> Day:
    """A summer's day at noon."""
    return Day()


def test_the_sum_rises_over_the_day_and_starts_anew_at_midnight(day: Day) -> None:
    """As it should, night after night."""
    for _ in range(3):
        assert day.read("12:05", 12_000.0) == 12_000.0
        assert day.read("18:00", 31_000.0) == 31_000.0
        assert day.read("23:58", 32_100.0) == 32_100.0
        assert day.read("00:03", 0.0) == 0.0
        assert day.read("06:00", 150.0) == 150.0
        assert day.read("09:00", 4_000.0) == 4_000.0


def test_a_sum_that_is_not_reset_at_midnight_is_not_shown(day: Day) -> None:
    """It stays at yesterday's figure until morning, or all day."""
    day.read("23:58", 32_100.0)
    assert day.read("00:03", 32_100.0) is None
    day.restart()
    assert day.read("01:00", 32_100.0) is None
    assert day.read("09:00", 35_000.0) is None
    assert day.read("12:00", 44_000.0) is None


def test_a_sum_that_is_reset_an_hour_late_in_summer_is_shown_from_then_on(day: Day) -> None:
    """The gateway does not know of summer time."""
    for _ in range(2):
        assert day.read("23:58", 32_100.0) == 32_100.0
        assert day.read("00:03", 32_100.0) is None
        assert day.read("00:58", 32_100.0) is None
        assert day.read("01:03", 0.0) == 0.0
        assert day.read("07:00", 500.0) == 500.0


def test_a_load_that_counts_on_until_it_is_reset_an_hour_late_is_not_of_another_time_zone(day: Day) -> None:
    """Houses use energy at night, too."""
    for _ in range(2):
        assert day.read("23:58", 12_100.0) == 12_100.0
        assert day.read("00:03", 12_120.0) is None
        assert day.read("00:58", 12_400.0) is None
        assert day.read("01:03", 20.0) == 20.0


def test_a_gateway_whose_clock_is_ahead_starts_its_day_with_ours(day: Day) -> None:
    """What falls minutes before midnight is held, and then it is the new day's."""
    assert day.read("23:50", 32_100.0) == 32_100.0
    assert day.read("23:56", 0.0) == 32_100.0
    assert day.read("00:01", 3.0) == 3.0
    assert day.read("00:06", 4.0) == 4.0


def test_a_night_without_a_sum_needs_no_reset(day: Day) -> None:
    """Snow on the roof: yesterday brought nothing."""
    assert day.read("23:58", 0.0) == 0.0
    assert day.read("00:03", 0.0) == 0.0
    assert day.read("11:00", 80.0) == 80.0


def test_more_than_a_day_can_bring_is_not_shown(day: Day) -> None:
    """The lifetime, for instance, in place of today; even while nobody knows when the gateway's day began."""
    assert day.read("12:05", 11_567_547.0) is None
    assert day.read("12:10", 12_000.0) == 12_000.0
    assert day.read("12:15", 11_567_600.0) is None
    assert day.read("12:20", 12_700.0) == 12_700.0


def test_more_than_can_have_been_since_midnight_is_not_shown(day: Day) -> None:
    """Once the counter was seen to start anew."""
    assert day.read("23:58", 32_100.0) == 32_100.0
    assert day.read("00:03", 0.0) == 0.0
    assert day.read("00:33", 32_100.0) is None
    assert day.read("00:38", 5.0) == 5.0


def test_a_figure_that_is_much_for_our_time_of_day_is_shown_while_the_gateways_is_not_known(day: Day) -> None:
    """A gateway in another time zone, set up just after our midnight."""
    assert day.read("00:03", 32_100.0) == 32_100.0


def test_within_a_day_the_sum_never_falls(day: Day) -> None:
    """Zeros after a restart of the gateway."""
    day.read("12:05", 12_000.0)
    assert [day.read("12:10", 0.0), day.read("12:15", 0.0), day.read("12:20", 13_000.0)] == [12_000, 12_000, 13_000]


def test_a_leap_within_a_day_is_waited_out(day: Day) -> None:
    """It could have been since midnight, but not since the last reading."""
    day.read("12:05", 12_000.0)
    assert day.read("12:10", 40_000.0) == 12_000.0
    assert day.read("12:15", 13_000.0) == 13_000.0


def test_a_sum_that_stood_still_for_hours_catches_up(day: Day) -> None:
    """`/ivp/pdm/energy` does, on firmware 8.3.5433."""
    day.read("12:05", 12_000.0)
    day.read("15:00", 12_000.0)
    assert day.read("15:05", 29_000.0) == 29_000.0


def test_home_assistant_off_over_midnight_finds_the_new_day(day: Day) -> None:
    """Whether today has passed yesterday's last known figure or not."""
    day.read("12:05", 12_000.0)
    day.restart()
    assert day.read("11:00", 9_000.0) == 9_000.0
    day.restart()
    assert day.read("16:00", 25_000.0) == 25_000.0
    day.restart()
    assert day.read("15:00", 26_000.0) == 26_000.0


def test_a_gateway_in_another_time_zone_is_followed_in_its_own_midnight(day: Day) -> None:
    """It shows by a lasting fall to nothing: from then on the day begins there."""
    for when, energy in (("14:55", 20_000.0), ("15:00", 0.0), ("15:05", 100.0), ("15:10", 200.0)):
        assert day.read(when, energy) == 20_000.0
    assert day.read("15:15", 300.0) == 300.0
    assert day.read("23:58", 9_000.0) == 9_000.0
    assert day.read("00:03", 9_000.0) == 9_000.0
    assert day.read("14:55", 20_000.0) == 20_000.0
    assert day.read("15:02", 0.0) == 0.0
    assert day.read("15:07", 300.0) == 300.0


def test_a_gateway_in_another_time_zone_is_followed_if_it_was_first_seen_after_its_midnight(day: Day) -> None:
    """The first day is lost: by our midnight it should have started anew, and it counts on instead."""
    day.read("23:58", 9_000.0)
    assert day.read("00:03", 9_500.0) is None
    assert day.read("14:58", 20_000.0) is None
    assert day.read("15:03", 50.0) == 50.0
    assert day.read("23:58", 9_000.0) == 9_000.0
    assert day.read("00:03", 9_100.0) == 9_100.0
    assert day.read("14:58", 20_100.0) == 20_100.0
    assert day.read("15:01", 0.0) == 20_100.0
    assert day.read("15:06", 20.0) == 20.0


def test_a_sum_that_waits_for_the_sun_is_not_of_another_time_zone(day: Day) -> None:
    """The microinverters sleep at night, and the sum of their day starts anew with them."""
    for _ in range(2):
        assert day.read("23:58", 32_100.0) == 32_100.0
        assert day.read("00:03", 32_100.0) is None
        assert day.read("05:30", 32_100.0) is None
        assert day.read("05:35", 4.0) == 4.0


def test_a_lasting_fall_that_is_no_reset_is_no_midnight(day: Day) -> None:
    """It falls to more than can have been since."""
    day.read("12:05", 30_000.0)
    for minute in range(10, 40, 5):
        assert day.read(f"12:{minute}", 15_000.0 + minute) == 30_000.0


@pytest.mark.parametrize("energy", [-4.0, float("nan"), float("inf")])
def test_what_is_no_energy_changes_nothing(day: Day, energy: float) -> None:
    """The sum stands."""
    day.read("12:05", 12_000.0)
    assert day.read("12:10", energy) == 12_000.0
