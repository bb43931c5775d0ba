"""The totals through what is known to happen to lifetime counters, with the figures that were seen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
import json

import pytest

from custom_components.iq_gateway.counters import Change, Ledger, Reading
from custom_components.iq_gateway.counters.counter import WRAP

CYCLE = 300.0
KEY = "total"
BOUND = 48_000.0  # W: 200 A at 240 V
NOON = 1_795_348_800.0


@dataclass
class Site:
    """A ledger with one counter, read at a steady pace."""

    source: str = "meter"
    bound: float = BOUND
    wraps: bool = False
    now: float = NOON
    ledger: Ledger = field(default_factory=Ledger)

    def read(self, *energies: float, source: str | None = None, every: float = CYCLE) -> list[float | None]:
        """Read these figures one after the other; return what was published after each."""
        published = []
        for energy in energies:
            self.now += every
            reading = Reading(
                energy=energy, source=source or self.source, at=self.now, bound=self.bound, wraps=self.wraps
            )
            self.ledger.observe(KEY, reading)
            published.append(self.ledger.published(KEY))
        return published

    def restart(self, *, away: float = 0.0) -> None:
        """Store everything as text and go on from that."""
        self.ledger, broken = Ledger.from_dict(json.loads(json.dumps(self.ledger.to_dict())))
        assert not broken
        self.now += away

    @property
    def change(self) -> Change | None:
        """What waits for a person to look at it."""
        return self.ledger.changes.get(KEY)


@pytest.fixture
def site() -> Site:
    """A site whose only counter has not been read yet."""
    return Site()


def climb(start: float, *, power: float = 6_000.0, readings: int, every: float = CYCLE) -> list[float]:
    """A counter that starts at so many Wh and rises with a power in W."""
    return [start + power * every / 3600 * number for number in range(readings)]


def test_what_the_gateway_counts_is_published_as_it_is(site: Site) -> None:
    """Nothing is rounded, and nothing added, while all is well."""
    assert site.read(11_567_966.148, 11_568_207.139, 11_568_207.139, 11_568_448.2) == [
        11_567_966.148,
        11_568_207.139,
        11_568_207.139,
        11_568_448.2,
    ]


@pytest.mark.parametrize("garbage", [0.0, -4.0, float("nan"), float("inf"), 4_294_967_292.0, 23_135_932.0, 5_783_983.0])
@pytest.mark.parametrize("times", [1, 2])
def test_a_reading_that_cannot_be_true_leaves_the_total_alone(site: Site, garbage: float, times: int) -> None:
    """Zero, below zero, no number, 32 bits of nonsense, double and half: once or twice in a row."""
    site.read(11_567_966.148, 11_568_100.0)
    assert site.read(*[garbage] * times) == [11_568_100.0] * times
    assert site.read(11_568_400.0) == [11_568_400.0]
    assert site.change is None


def test_zeros_after_a_reboot_never_become_the_total_however_long_they_last(site: Site) -> None:
    """The gateway answers with empty counters until it has found its meters (firmware 8.3.x)."""
    site.read(32_465_106.0)
    assert site.read(*[0.0] * 12) == [32_465_106.0] * 12
    assert site.read(32_466_106.0) == [32_466_106.0]
    assert site.change is None


def test_zeros_of_a_young_counter_are_no_small_fall(site: Site) -> None:
    """Even where everything it has ever counted is less than what a computed load may drift."""
    site.bound = 24_000.0
    site.read(250.0, 500.0, 750.0, 1_000.0, 1_250.0, every=900)
    site.read(0.0, every=7_200)
    site.read(1_250.0, 5_850.0, 0.0, 5_850.0, every=30)
    assert site.read(7_850.0, 9_850.0, 11_850.0, 13_850.0, every=600)[-1] == 13_850.0
    assert site.change is None


def test_what_has_proved_itself_is_not_taken_back(site: Site) -> None:
    """A counter that falls to what it was a week ago has been changed, however long it has been known."""
    site.read(1_000_000.0)
    site.read(1_500_000.0, every=86_400)
    site.read(*[2_000_000.0] * 8, every=43_200)
    assert site.read(*climb(1_300_000.0, readings=4))[-1] == 2_001_500.0
    assert site.change is not None


@pytest.mark.parametrize("energy", [-4.0, float("nan"), float("inf")])
def test_nothing_begins_with_what_is_no_energy(site: Site, energy: float) -> None:
    """The first figure that is one is the first."""
    assert site.read(energy, 11_567_966.148) == [None, 11_567_966.148]


def test_a_storage_leg_that_reads_zero_for_one_poll_moves_nothing_in_either_direction(site: Site) -> None:
    """Firmware 8.3.6xxx; the counter of firmware 8.2.4286's storage meter, which charges with 7 kW."""
    assert site.read(5_410_000.0, 5_410_590.0, 2_705_590.0, 5_411_770.0, 5_412_360.0) == [
        5_410_000.0,
        5_410_590.0,
        5_410_590.0,
        5_411_770.0,
        5_412_360.0,
    ]
    assert site.change is None


def test_a_storage_leg_that_stays_away_for_an_hour_is_told_and_forgotten_when_it_comes_back(site: Site) -> None:
    """What was lasting may end: then the total is right again, with what was counted in between."""
    site.read(*climb(5_410_000.0, readings=3))
    halved = site.read(*climb(2_705_600.0, power=3_000.0, readings=12))
    assert halved[0] == 5_411_000.0
    assert site.change is not None
    assert site.change.difference == pytest.approx(2_705_600.0 - 5_411_000.0)
    whole = site.read(*climb(5_417_500.0, readings=6))
    assert whole[-1] == pytest.approx(5_420_000.0)
    assert site.change is None


def test_the_inverters_lifetime_wraps_without_a_trace(site: Site) -> None:
    """Firmware 7.x to 8.2.127 keep it in 32 bits of J, which are 1,193,046.47 Wh."""
    site.wraps = True
    total = site.read(1_192_500.0, 1_192_900.0, 253.53, 553.53)
    assert total == pytest.approx([1_192_500.0, 1_192_900.0, 253.53 + WRAP, 553.53 + WRAP])
    assert site.change is None


def test_a_zero_just_before_the_wrap_is_no_wrap(site: Site) -> None:
    """A gateway that starts shows zeros; a counter that wrapped has gone on since."""
    site.wraps = True
    assert site.read(1_192_900.0, 0.0, 1_192_950.0) == [1_192_900.0, 1_192_900.0, 1_192_950.0]


def test_a_meter_that_is_reset_after_a_year_does_not_count_as_wrapped(site: Site) -> None:
    """Meters have more bits: its 1.19 MWh are no more special than others."""
    site.read(1_192_900.0)
    assert site.read(*climb(253.53, readings=4))[-1] == 1_194_400.0
    assert site.change is not None


def test_a_meter_that_an_installer_resets_goes_on_from_the_total_and_tells_when_and_by_how_much(site: Site) -> None:
    """The panel sees no jump; what the meter counts while it is being watched is not lost."""
    site.read(18_999_526.477)
    began = site.now + CYCLE
    assert site.read(0.0, 100.0, 200.0) == [18_999_526.477] * 3
    assert not site.ledger.changes
    assert site.read(300.0, 400.0) == [18_999_826.477, 18_999_926.477]
    assert site.change == Change(
        at=began, old_energy=18_999_526.477, new_energy=0.0, old_source="meter", new_source="meter"
    )
    assert site.change.difference == -18_999_526.477


def test_a_change_needs_three_cycles_even_where_each_lasts_an_hour(site: Site) -> None:
    """At the slowest pace a quarter of an hour would be over with the second reading."""
    site.read(1_000_000.0, every=3600)
    site.read(500.0, 600.0, every=3600)
    assert site.change is None
    assert site.read(700.0, every=3600) == [1_000_200.0]
    assert site.change is not None


def test_a_change_needs_a_quarter_of_an_hour_however_often_one_looks(site: Site) -> None:
    """At the fastest pace three readings would be over within a minute and a half."""
    site.read(1_000_000.0)
    site.read(*climb(500.0, readings=30, every=30), every=30)
    assert site.change is None
    site.read(2_100.0, every=30)
    assert site.change is not None


def test_readings_that_do_not_agree_with_each_other_prove_nothing(site: Site) -> None:
    """Each of them begins a proof, and ends that of the one before."""
    site.read(5_000_000.0)
    assert site.read(*[1_000_000.0, 3_000_000.0] * 10) == [5_000_000.0] * 20
    assert site.change is None


def test_another_gateway_goes_on_from_the_totals_of_the_one_before(site: Site) -> None:
    """No proof is waited for: the user has said so."""
    site.read(23_000_000.0)
    site.ledger.detach()
    site.restart()
    assert site.read(150.0, 250.0) == [23_000_000.0, 23_000_100.0]
    assert site.change is None


def test_a_total_waits_while_another_source_answers_and_never_mixes_the_two(site: Site) -> None:
    """The meters are listed as disabled for a while: production comes from the microinverters, 1.7 % above."""
    site.read(*climb(11_567_547.0, readings=3))
    assert site.read(11_764_258.0, 11_764_758.0, source="microinverters") == [11_568_547.0] * 2
    assert site.read(11_570_047.0) == [11_570_047.0]
    assert site.change is None


def test_a_source_whose_figure_could_come_next_is_another_source_all_the_same(site: Site) -> None:
    """How close the two are is chance."""
    site.read(1_000_000.0)
    assert site.read(1_000_300.0, source="microinverters") == [1_000_000.0]
    assert site.read(1_000_200.0) == [1_000_200.0]


def test_a_source_that_goes_for_good_is_followed_by_the_next_from_where_the_total_was(site: Site) -> None:
    """Their difference of 197 kWh never shows."""
    site.read(11_567_547.0)
    published = site.read(*climb(11_764_258.0, readings=6), source="microinverters")
    assert published == pytest.approx([11_567_547.0] * 3 + [11_569_047.0, 11_569_547.0, 11_570_047.0])
    assert site.change is not None
    assert (site.change.old_source, site.change.new_source) == ("meter", "microinverters")
    assert site.change.difference is None


def test_meters_enabled_again_after_an_hour_bring_the_total_back_to_their_own_figure(site: Site) -> None:
    """What the proofs took in time is not lost either."""
    site.read(11_567_547.0)
    site.read(*climb(11_764_258.0, readings=12), source="microinverters")
    # 14 cycles later with 6 kW: what the microinverters were too slow to prove is there again.
    assert site.read(*climb(11_574_047.0, readings=4))[-1] == pytest.approx(11_575_547.0)
    assert site.change is None


def test_days_of_standing_still_are_caught_up_when_two_readings_say_so(site: Site) -> None:
    """`/api/v1/production` and `/ivp/pdm/energy` stand still for days (firmware 8.3.5433)."""
    site.bound = 21_000.0
    site.read(2_000_000.0)
    for _ in range(3 * 288):
        site.read(2_000_000.0)
    assert site.read(2_090_000.0, 2_090_100.0) == [2_000_000.0, 2_090_100.0]
    assert site.change is None


@pytest.mark.parametrize(
    ("before", "lie"),
    [
        pytest.param([2_000_000.0] * 865, 5_100_000.0, id="three days of standing still"),
        pytest.param([2_000_000.0, 1_999_500.0], 2_009_000.0, id="a small fall"),
    ],
)
def test_no_more_is_caught_up_than_the_site_can_have_done(site: Site, before: list[float], lie: float) -> None:
    """More than 21 kW give in that time is not believed for being said twice."""
    site.bound = 21_000.0
    site.read(*before)
    assert site.read(lie, lie + 100.0) == [2_000_000.0, 2_000_000.0]


def test_what_microinverters_report_once_an_hour_is_believed_at_once(site: Site) -> None:
    """9 kWh are more than 21 kW give in five minutes, but not in the hour in which nothing moved."""
    site.bound = 21_000.0
    site.read(2_000_000.0, *[2_000_000.0] * 11)
    assert site.read(2_009_000.0) == [2_009_000.0]


@pytest.mark.parametrize("away", [600.0, 8 * 3600.0, 14 * 86_400.0])
def test_energy_counted_while_home_assistant_was_off_is_added_when_it_returns(site: Site, away: float) -> None:
    """The gateway counts on, and the time away is known."""
    site.read(1_000_000.0)
    site.restart(away=away)
    after = 1_000_000.0 + 1_500.0 * away / 3600
    assert site.read(after) == [after]
    assert site.change is None


def test_after_a_long_absence_one_reading_alone_does_not_double_the_total(site: Site) -> None:
    """In two weeks a house could use as much as in all the years before."""
    site.read(3_000_000.0)
    site.restart(away=14 * 86_400.0)
    assert site.read(6_000_000.0, 3_100_000.0) == [3_000_000.0, 3_100_000.0]


def test_a_proof_that_has_begun_goes_on_after_a_restart(site: Site) -> None:
    """And so does the change that it proves."""
    site.read(1_000_000.0, 500.0, 600.0)
    site.restart()
    site.read(700.0, 800.0)
    assert site.change is not None
    site.restart()
    assert site.change is not None
    assert site.read(900.0) == [1_000_400.0]


def test_small_falls_of_a_computed_load_are_waited_out(site: Site) -> None:
    """Production + net + storage falls while a battery charges with 7 kW and the clamps differ by 1 %."""
    falling = climb(27_293_404.0, power=-70.0, readings=49)
    assert set(site.read(*falling)) == {27_293_404.0}
    assert site.read(*climb(27_293_124.0, power=560.0, readings=9))[-1] == pytest.approx(27_293_497.3, abs=0.1)
    assert site.change is None


def test_a_computed_load_that_keeps_falling_is_told(site: Site) -> None:
    """Clamps that are mounted the wrong way round are no drift."""
    site.read(*climb(27_293_404.0, power=-700.0, readings=36))
    assert site.change is not None
    assert site.ledger.published(KEY) == 27_293_404.0


def test_a_rise_that_was_possible_but_not_true_is_waited_out_and_adds_up_to_nothing(site: Site) -> None:
    """8 kWh in 20 minutes can be; five times the same lie is one lie."""
    site.read(*climb(1_000_000.0, readings=10))
    for _ in range(5):
        spike = site.ledger.published(KEY)
        assert spike is not None
        site.read(1_008_000.0)
        site.read(1_004_500.0)
    assert site.ledger.published(KEY) == 1_008_000.0
    assert site.read(1_008_100.0) == [1_008_100.0]
    assert site.change is None


def test_a_clock_that_was_set_back_holds_the_total_for_one_cycle(site: Site) -> None:
    """From then on time passes again."""
    site.read(1_000_000.0, 1_000_500.0)
    site.now -= 3600
    assert site.read(1_001_000.0, 1_001_500.0) == [1_000_500.0, 1_001_500.0]
    assert site.change is None


def test_a_first_zero_that_was_none_never_makes_the_lifetime_a_rise(site: Site) -> None:
    """The gateway was just starting when it was set up: the total counts from there, until the user decides."""
    site.read(0.0, 0.0)
    assert site.read(*climb(9_000_000.0, readings=4))[-1] == 1_500.0
    assert site.change is not None


def test_keeping_the_continuous_total_forgets_the_change_and_nothing_else(site: Site) -> None:
    """The choice that changes nothing."""
    site.read(1_000_000.0, *climb(0.0, readings=6))
    before = site.ledger.published(KEY)
    site.ledger.keep([KEY])
    assert site.change is None
    assert site.ledger.published(KEY) == before


def test_following_the_gateway_publishes_its_own_figure(site: Site) -> None:
    """Also where that is a fall; from there on it only rises again."""
    site.read(1_000_000.0, *climb(0.0, readings=6))
    site.ledger.follow([KEY])
    assert site.change is None
    assert site.ledger.published(KEY) == 2_500.0
    assert site.read(3_000.0) == [3_000.0]


def stored_counters(site: Site) -> dict[str, object]:
    """Return what is stored of the counters."""
    counters = site.ledger.to_dict()["counters"]
    assert isinstance(counters, dict)
    return counters


def _broken_stores() -> Iterable[object]:
    site = Site()
    site.read(1_000_000.0)
    good = stored_counters(site)[KEY]
    assert isinstance(good, dict)
    yield from (None, [], "ledger", {}, {**good, "total": None}, {**good, "total": "12"}, {**good, "base": {}})
    yield from ({**good, "total": float("nan")}, {**good, "detached": 0}, {**good, "suspect": [1]})


@pytest.mark.parametrize("broken", _broken_stores())
def test_a_counter_whose_store_is_damaged_begins_anew_beside_the_others(broken: object) -> None:
    """One broken record takes no other down."""
    site = Site()
    site.read(1_000_000.0)
    counters = {**stored_counters(site), "other": broken}
    ledger, damaged = Ledger.from_dict({"counters": counters, "days": {}})
    assert damaged == ["other"]
    assert ledger.published("other") is None
    assert ledger.published(KEY) == 1_000_000.0
