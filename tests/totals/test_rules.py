"""How a total follows its counter, reading by reading, with the very limits of what is believed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from custom_components.iq_gateway.totals import Change, LifetimeTotal, Origin
from custom_components.iq_gateway.totals.rules import follow, resume

from .watch import BEGIN, CYCLE, DAY, HOUR, MOST_AT_FIRST, Watch

OLD: Final = 1_000_000.0
PEAK: Final = 3_000.0
WRAP: Final = 4_294_967_296 / 3_600  # Wh that 32 bits of J hold


@pytest.fixture
def watch() -> Watch:
    """A meter that has not been read yet."""
    return Watch()


@pytest.fixture
def proved(watch: Watch) -> Watch:
    """A meter that has shown 1 MWh for a quarter of an hour."""
    watch.settle(OLD)
    return watch


# The beginning


def test_a_total_is_shown_once_a_second_reading_agrees(watch: Watch) -> None:
    """Whatever the first one was; nothing is added to the counter."""
    assert watch.read(OLD) is None
    assert watch.read(OLD + 20) == OLD + 20
    assert (watch.offset, watch.counts, watch.total.held_since) == (0.0, True, None)
    assert watch.total.base is not None
    assert watch.total.base.since is None


def test_first_readings_that_do_not_agree_are_no_beginning(watch: Watch) -> None:
    """The last one may be true; the next one tells."""
    assert watch.read(OLD, 500.0) is None
    assert watch.read(500.0) == 500.0


@pytest.mark.parametrize(
    ("energy", "derived", "others", "at_once"),
    [
        (0.0, False, False, True),
        (0.0, False, True, False),
        (0.0, True, True, False),
        (-5.0, True, True, True),
        (-5.0, False, True, False),
        (-5.0, False, False, True),
        (0.5, False, True, True),
    ],
)
def test_a_zero_is_no_beginning_where_others_have_counted(
    watch: Watch, energy: float, derived: bool, others: bool, at_once: bool
) -> None:
    """A gateway that is just starting shows zeros, and no meter is below; what lasts a quarter of an hour is true."""
    watch.derived, watch.others_counted = derived, others
    watch.read(energy, energy)
    assert (watch.total.total is not None) is at_once
    watch.read(energy)
    assert (watch.total.total is not None) is at_once
    assert watch.read(energy) == max(energy, 0.0)


def test_a_balance_below_zero_begins_at_zero(watch: Watch) -> None:
    """Meters that were replaced one by one may come to that; it counts from there."""
    watch.derived = True
    assert watch.read(-700.0, -700.0) == 0.0
    assert watch.read(-600.0) == 100.0
    assert watch.total.base is not None
    assert watch.total.base.since == BEGIN + CYCLE


def test_doubts_about_a_beginning_are_not_shown(watch: Watch) -> None:
    """Which of the readings is true is not known yet, and nobody has seen any of them for long."""
    watch.read(OLD, OLD)
    assert watch.read(500.0) is None
    assert watch.read(OLD) == OLD


def test_a_young_total_begins_anew_with_what_lasts(watch: Watch) -> None:
    """There is no history to protect yet, and nobody is asked."""
    watch.read(OLD, OLD, OLD)
    assert watch.prove(500.0) == 500.0
    assert (watch.total.change, watch.total.former, watch.offset) == (None, None, 0.0)


def test_a_total_that_nothing_was_counted_of_begins_anew(watch: Watch) -> None:
    """However long it was zero: the gateway was just starting."""
    watch.settle(0.0)
    assert watch.prove(OLD) == OLD
    assert watch.total.change is None


# What counts at once


@pytest.mark.parametrize(
    ("rise", "after", "counts"),
    [
        (MOST_AT_FIRST, CYCLE, True),
        (MOST_AT_FIRST + 0.01, CYCLE, False),
        (3 * 375 + 1, 3 * CYCLE, True),
        (3 * 375 + 2, 3 * CYCLE, False),
        (3 * 375 + 1, DAY, True),
        (3 * 375 + 2, DAY, False),
        (0.0, CYCLE, True),
        (-1.0, CYCLE, True),
    ],
)
def test_a_counter_may_rise_by_half_more_than_ever(proved: Watch, rise: float, after: float, counts: bool) -> None:
    """For as long as it was not read, three cycles at most: after a longer absence one reading proves nothing."""
    shown = proved.read(OLD + rise, after=after)
    assert proved.counts is counts
    assert shown == (OLD + max(rise, 0.0) if counts else OLD)


def test_a_cycle_is_as_long_as_was_chosen(watch: Watch) -> None:
    """Somebody who reads once an hour has three hours."""
    watch.cycle = HOUR
    watch.settle(OLD)
    assert watch.read(OLD + 3 * 4_500 + 1, after=5 * HOUR) == OLD + 3 * 4_500 + 1


@pytest.mark.parametrize(
    ("rise", "power", "peak"),
    [
        (MOST_AT_FIRST, None, 4_500.0),
        (300.0, None, 3_600.0),
        (249.0, None, PEAK),
        # 7200 W flow by both of the last two answers: 600 Wh.
        (901.0, 7_200.0, 7_200.0),
        (500.0, 7_200.0, 6_000.0),
    ],
)
def test_the_most_that_a_counter_was_seen_to_do_grows(
    proved: Watch, rise: float, power: float | None, peak: float
) -> None:
    """By half at a time, or to the power that flowed by two answers in a row."""
    proved.read(OLD)
    proved.total = replace(proved.total, witness=replace(proved.total.witness, power=power or 0.0))
    proved.power = power
    proved.read(OLD + rise)
    assert proved.counts
    assert proved.total.peak == peak


@pytest.mark.parametrize(("rise", "counts"), [(299.9, True), (1_801.0, True), (1_801.1, False)])
def test_a_counter_may_rise_by_what_the_powers_come_to(watch: Watch, rise: float, counts: bool) -> None:
    """Half more than 14.4 kW for a cycle, whatever it was seen to do."""
    watch.power = 0.0
    watch.settle(OLD)
    watch.power = 14_400.0
    watch.total = replace(watch.total, witness=replace(watch.total.witness, power=14_400.0))
    watch.read(OLD + rise)
    assert watch.counts is counts


def test_what_was_missed_may_come_later(proved: Watch) -> None:
    """A counter that stood while 1200 W flowed has as much to make up for."""
    proved.power = 1_200.0
    proved.read(*[OLD] * 11)
    assert proved.total.witness.missed == 1_000.0
    assert proved.read(OLD + 1_650) == OLD + 1_650
    assert proved.total.witness.missed == 0.0


def test_what_flowed_is_forgotten_once_it_was_counted(proved: Watch) -> None:
    """It is not counted twice."""
    proved.power = 1_200.0
    proved.read(OLD, OLD, OLD + 200)
    assert proved.total.witness.missed == 0.0
    proved.read(OLD + 200.5)
    assert proved.total.witness.missed == 100.0


@pytest.mark.parametrize(("stood", "rise", "counts"), [(11, 1.1, False), (10, 1.1, True), (11, 1.0, True)])
def test_a_counter_at_rest_does_not_rise_while_nothing_flows(
    watch: Watch, stood: int, rise: float, counts: bool
) -> None:
    """Solar production at night: after an hour without power, a rise is a lie."""
    watch.power = 0.0
    watch.read(OLD, *[OLD] * stood)
    watch.read(OLD + rise)
    assert watch.counts is counts


def test_a_counter_at_rest_may_rise_where_nobody_tells_its_power(watch: Watch) -> None:
    """There is no witness against it."""
    watch.read(*[OLD] * 20)
    assert watch.read(OLD + MOST_AT_FIRST) == OLD + MOST_AT_FIRST


def test_what_goes_on_from_a_doubt_is_part_of_the_doubt(proved: Watch) -> None:
    """A lie does not become true by what would have been possible by then; one that is taken back does no harm."""
    assert proved.read(OLD + 1_000) == OLD
    assert proved.read(OLD + 1_000, OLD + 1_000) == OLD
    assert proved.read(OLD + 10) == OLD + 10
    assert (proved.total.candidate, proved.total.held_since, proved.total.change) == (None, None, None)


def test_a_doubt_that_becomes_what_flowed_is_none(proved: Watch) -> None:
    """The powers agree with it by then."""
    proved.power = 12_000.0
    assert proved.read(OLD + 1_500) == OLD
    assert proved.read(OLD + 1_500) == OLD + 1_500


@pytest.mark.parametrize(("derived", "fall"), [(False, 1.0), (True, 1_000.0)])
def test_what_was_proved_is_not_fallen_below(watch: Watch, derived: bool, fall: float) -> None:
    """But for what a balance of meters may fall; the total stands meanwhile."""
    watch.derived = derived
    watch.settle(OLD)
    assert watch.read(OLD - fall) == OLD
    assert watch.counts
    assert watch.read(OLD - fall - 0.1) == OLD
    assert not watch.counts


def test_what_was_counted_since_may_be_taken_back(proved: Watch) -> None:
    """The total stands until the counter is there again, and nothing is counted twice."""
    proved.read(OLD + 300)
    assert proved.read(OLD + 50) == OLD + 300
    assert proved.counts
    assert proved.read(OLD + 250) == OLD + 300
    assert proved.read(OLD + 350) == OLD + 350


def test_before_a_floor_is_proved_no_reading_falls(watch: Watch) -> None:
    """The last reading is all there is."""
    watch.read(OLD, OLD + 100)
    watch.read(OLD + 98.9)
    assert not watch.counts
    watch.read(OLD + 99)
    assert watch.counts


# Counters that move in steps


@pytest.mark.parametrize(
    ("rise", "after", "counts"), [(4_501.0, HOUR, True), (4_502.0, HOUR, False), (4_501.0, 12 * CYCLE, True)]
)
def test_a_counter_that_moves_in_steps_may_have_risen_since_the_last(
    watch: Watch, rise: float, after: float, counts: bool
) -> None:
    """Microinverters report once an hour at worst: an hour's energy comes at once."""
    watch.pace = HOUR
    watch.settle(OLD)
    watch.now = BEGIN + CYCLE + after - CYCLE
    watch.read(OLD + rise)
    assert watch.counts is counts


@pytest.mark.parametrize(("first_step", "peak"), [(True, PEAK), (False, 3_600.0)])
def test_the_power_of_a_step_is_that_since_the_step_before(watch: Watch, first_step: bool, peak: float) -> None:
    """The first one may hold energy of a whole pace."""
    watch.pace = HOUR
    watch.settle(OLD)
    if not first_step:
        watch.read(OLD + 2)
    watch.read(OLD + 302)
    assert watch.total.peak == peak


# 32 bits of J


@pytest.mark.parametrize(
    ("energy", "wraps", "counts"),
    [(276.0, True, True), (276.1, True, False), (0.0, True, False), (276.0, False, False), (0.5, True, True)],
)
def test_a_counter_of_32_bits_begins_anew(watch: Watch, energy: float, wraps: bool, counts: bool) -> None:
    """At 1.19 MWh, by as much as it can have risen to beyond that; zero tells nothing."""
    watch.wraps = wraps
    watch.settle(WRAP - 100)
    shown = watch.read(energy)
    assert watch.counts is counts
    assert shown == pytest.approx(WRAP + energy if counts else WRAP - 100)
    if counts:
        assert watch.read(energy + 100) == pytest.approx(WRAP + energy + 100)


def test_after_it_began_anew_a_counter_does_not_fall_back(watch: Watch) -> None:
    """What it showed then is its floor."""
    watch.wraps = True
    watch.settle(WRAP - 100)
    watch.read(100.0, 200.0, 150.0)
    assert watch.counts
    assert watch.total.base is not None
    assert watch.total.base.since == BEGIN + 6 * CYCLE
    watch.read(98.0)
    assert not watch.counts


def test_a_counter_may_begin_anew_more_than_once_in_an_absence(watch: Watch) -> None:
    """Each time 32 bits; a large site has that in two months."""
    watch.wraps = True
    watch.total = replace(watch.total, peak=10_000.0)
    watch.settle(WRAP - 100)
    watch.now += 20 * DAY
    assert watch.prove(50.0) == pytest.approx(WRAP + 50)
    watch.now += 13 * DAY
    watch.read(49.0)
    assert watch.total.change is None


# What lasts


def test_another_level_that_lasts_takes_the_counters_place(proved: Watch) -> None:
    """After a quarter of an hour; the total goes on from where it stands, with what was counted meanwhile."""
    proved.read(500.0, 600.0, 700.0)
    assert (proved.total.shown, proved.total.change) == (OLD, None)
    assert proved.read(800.0) == OLD + 300
    first_seen = BEGIN + 6 * CYCLE
    assert proved.total.change == Change(
        at=first_seen, old_energy=OLD, new_energy=500.0, old_source="meter", new_source="meter"
    )
    assert (proved.offset, proved.total.held_since, proved.counts) == (OLD - 500, None, True)
    assert proved.total.base is not None
    assert proved.total.base.since == first_seen
    assert proved.read(900.0) == OLD + 400


def test_another_source_never_counts_at_once(proved: Watch) -> None:
    """Not even where its figure could follow."""
    proved.read(OLD + 10, source="other")
    assert proved.total.candidate is not None
    proved.read(OLD + 10, OLD + 10, OLD + 10, source="other")
    assert proved.counts
    assert proved.total.shown == OLD + 10
    assert (proved.total.change, proved.offset) == (None, 0.0)


def test_another_source_is_told_with_both_names(proved: Watch) -> None:
    """Where its counter is another one."""
    proved.read(500.0, 500.0, 500.0, 500.0, source="other")
    assert proved.total.change is not None
    assert (proved.total.change.old_source, proved.total.change.new_source) == ("meter", "other")


def test_a_counter_that_stays_at_zero_has_not_begun(proved: Watch) -> None:
    """Nothing is lost by waiting for the old one, or for its first Wh."""
    assert proved.read(*[0.0] * 30) == OLD
    assert proved.total.change is None
    assert proved.read(5.0) == OLD + 5
    assert proved.total.change is not None


@pytest.mark.parametrize(
    ("rise", "after", "is_same"),
    [
        # 15 kW for a cycle, and half more; or 3 kW for as long as nobody looked.
        (1_876.0, CYCLE, True),
        (1_876.1, CYCLE, False),
        (1_876.0, 1_500.0, True),
        (1_876.1, 1_500.0, False),
        (30 * 4_500.0 + 1, 30 * HOUR, True),
        (30 * 4_500.0 + 1.1, 30 * HOUR, False),
        (1_876.0, CYCLE / 2, True),
        (1_876.1, CYCLE / 2, False),
        # Never more than an hour and a half of what it was seen to do.
        (-4_500.0, CYCLE, True),
        (-4_500.1, CYCLE, False),
    ],
)
def test_the_same_counter_further_on(proved: Watch, rise: float, after: float, is_same: bool) -> None:
    """After an absence, a halt or a burst it is believed once it lasts; a little lower, too, and the total stands."""
    proved.read(OLD + rise, after=after)
    proved.read(*[OLD + rise] * 3)
    assert proved.counts
    assert (proved.total.change is None) is is_same
    assert proved.total.shown == (OLD + max(rise, 0.0) if is_same else OLD)
    assert proved.offset == pytest.approx(0.0 if is_same else -rise)


@pytest.mark.parametrize(("rise", "is_same"), [(376.0, True), (376.1, False)])
def test_no_burst_is_believed_where_no_power_flows(watch: Watch, rise: float, is_same: bool) -> None:
    """A counter at rest that jumps has not counted."""
    watch.power = 0.0
    watch.read(*[OLD] * 13)
    watch.prove(OLD + rise)
    assert watch.counts
    assert (watch.total.change is None) is is_same


@pytest.mark.parametrize(("rise", "is_same"), [(2_326.0, True), (2_326.1, False)])
def test_what_was_missed_belongs_to_the_same_counter(proved: Watch, rise: float, is_same: bool) -> None:
    """Thrice 100 Wh flowed while it was in doubt, beside a burst of 1250 Wh; half more, and a Wh."""
    proved.power = 1_200.0
    proved.prove(OLD + rise)
    assert proved.counts
    assert (proved.total.change is None) is is_same


@pytest.mark.parametrize(("rise", "peak"), [(1_876.0, 15_000.0), (1_000.0, 12_000.0), (-500.0, PEAK), (-6_000.0, PEAK)])
def test_what_lasts_shows_what_a_counter_can_do(proved: Watch, rise: float, peak: float) -> None:
    """As far as 15 kW; what is another counter shows nothing."""
    proved.prove(OLD + rise)
    assert proved.total.peak == peak


def test_another_counter_shows_nothing_of_what_it_can_do(proved: Watch) -> None:
    """What lies between the two was never counted."""
    proved.prove(OLD + 5_000)
    assert proved.total.peak == PEAK


@pytest.mark.parametrize(("rise", "told"), [(1_000.0, False), (1_000.1, True)])
def test_a_step_within_the_drift_of_a_balance_is_nothing_to_tell(watch: Watch, rise: float, told: bool) -> None:
    """Though it does not count."""
    watch.power, watch.derived = 0.0, True
    watch.read(*[OLD] * 13)
    assert watch.prove(OLD + rise) == OLD
    assert (watch.total.change is not None) is told


def test_a_change_that_waits_is_not_forgotten_for_a_step_that_is_nothing(watch: Watch) -> None:
    """Somebody has yet to look at it."""
    watch.power, watch.derived = 0.0, True
    watch.read(*[OLD] * 13)
    watch.read(*[OLD + 5_000] * 13)
    change = watch.total.change
    assert change is not None
    watch.prove(OLD + 5_900)
    assert watch.total.change == change


def _adopt(watch: Watch, energy: float) -> None:
    watch.prove(energy)
    assert watch.counts


def test_a_wrapped_counter_after_an_absence_is_the_same(watch: Watch) -> None:
    """Further on by 32 bits."""
    watch.wraps = True
    watch.settle(WRAP - 5_000)
    watch.now += 4 * HOUR
    assert watch.prove(2_000.0) == pytest.approx(WRAP + 2_000)
    assert watch.total.change is None
    assert watch.total.base is not None
    assert watch.total.base.since is not None


# What returns


@pytest.mark.parametrize(
    ("rise", "grown", "away", "returns"),
    [
        (0.0, 0.0, 0.0, True),
        (-1_000.0, 0.0, 0.0, True),
        (-1_000.1, 0.0, 0.0, False),
        (1_876.0, 0.0, 0.0, True),
        (1_876.1, 0.0, 0.0, False),
        (0.0, 0.0, DAY - 5 * CYCLE, True),
        (0.0, 0.0, DAY - 5 * CYCLE + 1, False),
        (0.0, 4_500.0, 12 * HOUR, True),
        (0.0, 4_501.0, 12 * HOUR, False),
    ],
)
def test_the_former_counter_takes_its_place_again(
    proved: Watch, rise: float, grown: float, away: float, returns: bool
) -> None:
    """A meter that was disabled for a while: within a day, and the total no more than an hour and a half ahead."""
    proved.prove(500_000.0)
    proved.total = replace(proved.total, total=OLD + grown, peak=PEAK)
    change = proved.total.change
    proved.now += away
    _adopt(proved, OLD + rise)
    assert proved.total.shown == OLD + max(rise if returns else 0.0, grown)
    if returns:
        assert (proved.total.change, proved.total.former, proved.offset) == (None, None, 0.0)
    else:
        assert proved.total.change not in (None, change)
        assert proved.total.former is not None


def test_what_the_other_one_counted_meanwhile_is_not_counted_again(proved: Watch) -> None:
    """The total stands until the former counter is there."""
    proved.prove(500_000.0)
    assert proved.read(500_300.0) == OLD + 300
    _adopt(proved, OLD + 100)
    assert proved.total.shown == OLD + 300
    assert proved.read(OLD + 350) == OLD + 350


def test_another_source_is_not_the_former_counter(proved: Watch) -> None:
    """Even if it shows the same."""
    proved.prove(500_000.0)
    proved.read(*[OLD] * 4, source="other")
    assert proved.total.change is not None
    assert proved.total.former is not None


# Decisions


def test_following_takes_the_gateways_own_figure(proved: Watch) -> None:
    """At once, also where that is a fall; what the counter can do is not forgotten."""
    proved.read(OLD + MOST_AT_FIRST)
    proved.prove(500.0)
    proved.read(600.0)
    proved.total = follow(proved.total)
    assert proved.total.shown == 600.0
    assert (proved.offset, proved.total.change, proved.total.former) == (0.0, None, None)
    assert proved.total.peak == 4_500.0
    assert proved.read(700.0) == 700.0


def test_following_takes_what_is_in_doubt(proved: Watch) -> None:
    """The user says that it is true."""
    proved.pace = 60.0
    proved.read(500.0)
    proved.total = follow(proved.total)
    assert (proved.total.shown, proved.total.held_since, proved.total.pace) == (500.0, None, 60.0)
    assert proved.total.witness.at == proved.now


def test_nothing_that_was_read_is_nothing_to_follow() -> None:
    """There is no figure."""
    assert follow(LifetimeTotal()) == LifetimeTotal()


# What is known from elsewhere


@pytest.mark.parametrize(
    ("origin", "energy", "offset"),
    [
        # An hour at 15 kW, and half more.
        ({"offset": 10_000.0}, 90_000.0, 10_000.0),
        ({"offset": 10_000.0}, 112_501.0, 10_000.0),
        ({"offset": 10_000.0}, 112_502.0, 0.0),
        ({"offset": 10_000.0}, 122_502.0, 100_000.0 - 122_502.0),
        ({"offset": 10_000.0}, 89_000.0, 10_000.0),
        ({"offset": 10_000.0}, 88_999.0, 100_000.0 - 88_999.0),
        ({"offset": 10_000.0}, 99_500.0, 10_000.0),
        ({"offset": 90_000.0}, 99_500.0, 0.0),
        ({"offset": None}, 122_501.0, 0.0),
        ({"offset": None}, 122_502.0, 100_000.0 - 122_502.0),
        ({"offset": None}, 99_000.0, 0.0),
        ({"offset": 10_000.0, "same_counter": False}, 90_000.0, 10_000.0),
        ({"offset": 10_000.0, "same_counter": False}, 95_000.0, 5_000.0),
        ({"offset": None, "same_counter": False}, 100_500.0, -500.0),
        ({"at": BEGIN + DAY}, 100_001.0, 0.0),
        ({"at": BEGIN + DAY}, 100_002.0, -2.0),
    ],
)
def test_a_total_goes_on_from_what_is_known_of_it(
    watch: Watch, origin: dict[str, float | bool | None], energy: float, offset: float
) -> None:
    """With what was added then, or with nothing, if the counter can have come that far; if not, from there."""
    known = replace(Origin(total=100_000.0, at=BEGIN + 2 * CYCLE - HOUR), **origin)  # type: ignore[arg-type]
    watch.total = resume(watch.total, known)
    assert watch.read(energy) is None
    assert watch.read(energy) == max(energy + offset, 100_000.0)
    assert watch.offset == pytest.approx(offset)


def test_a_large_site_may_have_counted_more_meanwhile(watch: Watch) -> None:
    """By what it was seen to do."""
    watch.total = LifetimeTotal(origin=Origin(total=100_000.0, at=BEGIN + 2 * CYCLE - HOUR), peak=20_000.0)
    watch.read(130_001.0, 130_001.0)
    assert watch.offset == 0.0


def test_what_was_read_already_goes_on_at_once(proved: Watch) -> None:
    """A ledger that is older than what the recorder knows: its counter is the same."""
    proved.read(OLD + 100)
    proved.total = resume(proved.total, Origin(total=OLD + 5_000, at=proved.now, offset=4_900.0))
    assert proved.total.shown == OLD + 5_000
    assert proved.read(OLD + 200) == OLD + 5_100


def test_one_reading_is_not_enough_to_go_on_from(watch: Watch) -> None:
    """The second one has to agree, as ever."""
    watch.total = resume(watch.total, Origin(total=100_000.0, at=BEGIN))
    watch.read(100_010.0)
    watch.total = resume(watch.total, Origin(total=100_005.0, at=BEGIN))
    assert watch.total.shown is None
    assert watch.read(100_020.0) == 100_020.0


def test_another_gateways_total_goes_on_with_its_first_readings(proved: Watch) -> None:
    """What the old one has shown is no part of that; a fall of it is none."""
    proved.pace = 60.0
    proved.read(OLD)
    proved.total = resume(proved.total, Origin(total=OLD, at=proved.now, same_counter=False))
    assert (proved.total.base, proved.total.candidate) == (None, None)
    assert (proved.total.pace, proved.total.witness.at) == (60.0, proved.now)
    assert proved.read(300.0) is None
    assert proved.read(400.0) == OLD + 100


def test_an_origin_is_kept_until_its_base_is_proved(watch: Watch) -> None:
    """What turns out wrong until then begins anew from there, and the total is shown all the while."""
    watch.total = resume(watch.total, Origin(total=100_000.0, at=BEGIN, offset=0.0))
    assert watch.read(100_010.0, 100_010.0) == 100_010.0
    assert watch.read(400_000.0) == 100_010.0
    watch.read(400_000.0, 400_000.0)
    assert watch.read(400_000.0) == 100_000.0
    assert watch.total.origin is not None
    watch.read(400_000.0)
    assert watch.total.origin is None


# The clock


@pytest.mark.parametrize("back", [HOUR, DAY])
def test_a_clock_that_was_set_back_loses_nothing(proved: Watch, back: float) -> None:
    """The total stands for a quarter of an hour, until time has gone on for long enough."""
    proved.read(OLD + 100)
    proved.now -= back
    assert proved.read(OLD + 200, OLD + 300, OLD + 400) == OLD + 100
    assert proved.read(OLD + 500) == OLD + 500
    assert (proved.total.change, proved.offset) == (None, 0.0)


def test_a_doubt_is_none_the_older_for_a_clock_that_was_set_back(proved: Watch) -> None:
    """Nor the younger: what was first seen in the future was seen now."""
    proved.read(500.0)
    proved.now -= HOUR
    proved.read(500.0, 500.0)
    assert proved.total.held_since == proved.now - CYCLE
    assert proved.total.change is None
    proved.read(500.0)
    assert proved.total.change is None
    proved.read(500.0)
    assert proved.total.change is not None


@pytest.mark.parametrize("garbage", [0.0, -4.0, 2**32 - 4, 2 * OLD, OLD / 2])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("edit", [lambda energy: energy, lambda energy: energy + 1], ids=["stands", "counts"])
def test_a_reading_that_cannot_be_true_moves_no_total(
    proved: Watch, garbage: float, times: int, edit: Callable[[float], float]
) -> None:
    """Zero, below zero, 32 bits of nonsense, double and half; the next true one counts at once."""
    for _ in range(times):
        garbage = edit(garbage)
        assert proved.read(garbage) == OLD
    assert proved.read(OLD + 300) == OLD + 300
    assert proved.total.change is None
