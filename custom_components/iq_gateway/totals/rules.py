"""The rules by which a total rises, and only rises.

A reading counts at once if the counter can have risen that far since the last one: by half more than the highest power
that it was ever seen to count, or that two answers in a row tell. Any other reading opens a candidate, beside which the
total stands still. Once three readings of the candidate agree over a quarter of an hour, it takes the place of the
counter: with the energy in between if that can have flowed, by what the counter was seen to do and by the powers in the
same answers; from where the total stands if not.
"""

from dataclasses import replace
from math import ceil
from typing import Final

from .lifetime import LIKELY, Base, Change, LifetimeTotal, Origin
from .series import DRIFT, HOUR, MOST, RESOLUTION, Reading, Series
from .witness import MORE

# Wh that 32 bits of J hold: sums over microinverters of firmware 7.x to 8.2 begin anew there (gateway-api.md 3).
WRAP: Final = 2**32 / 3600.0

_DAY: Final = 24 * HOUR
_AGREEING: Final = 2

# Any counter is trusted to count for so many seconds, even one that has rested for an hour, and rests by its power.
_SOON: Final = 300.0


def observe(was: LifetimeTotal, reading: Reading, *, others_counted: bool = False) -> LifetimeTotal:
    """Return a total after one more reading; `others_counted` tells whether another counter of the site has."""
    was = was.as_of(reading.at)
    witness = was.witness.with_power(reading, peak=was.peak)
    was = replace(was, witness=witness, pace=reading.pace, highest=reading.highest)
    if base := _followed_by(was, reading):
        return _counting(was, base, reading)
    joins = _joins(was, reading)
    candidate = was.candidate.with_reading(reading) if was.candidate and joins else Series.begin(reading)
    # Nothing is held in an absence, and zero is not yet a reading that others could disagree with.
    began_late = was.base is None and was.candidate is not None and not was.candidate.energy and bool(reading.energy)
    anew = began_late or (was.witness.back_at == reading.at and not joins)
    held_since = reading.at if anew else was.held_since or reading.at
    was = replace(was, candidate=candidate, held_since=held_since)
    # Zero is what a gateway shows that is just starting, and no meter is below it.
    counts = reading.energy > 0 or (reading.derived and reading.energy < 0)
    if was.base is None:
        agrees = (counts or not others_counted) and _agrees(was, candidate, reading)
        return _begun(was, candidate) if agrees or candidate.proved else was
    # A counter that stays at zero has not begun to count: nothing is lost by waiting for it, or for the old one.
    return _adopting(was, was.base, candidate, reading) if candidate.proved and counts else was


def follow(was: LifetimeTotal) -> LifetimeTotal:
    """Return a total as the gateway's own figure, whichever way that goes."""
    series = was.last_series
    return was if series is None else _begun(_unread(was), series)


def resume(was: LifetimeTotal, origin: Origin) -> LifetimeTotal:
    """Return a total that goes on from what is known from elsewhere, once two readings agree."""
    series = was.last_series if origin.same_counter else None
    resumed = replace(_unread(was), origin=origin, candidate=series, held_since=series.begun_at if series else None)
    return _begun(resumed, series) if series and series.readings >= _AGREEING else resumed


def _unread(was: LifetimeTotal) -> LifetimeTotal:
    """Return a total of which only that is known what its counter can do."""
    return LifetimeTotal(peak=was.peak, witness=was.witness, pace=was.pace, highest=was.highest)


# How a reading is taken


def _followed_by(was: LifetimeTotal, reading: Reading) -> Base | None:
    """Return the base that a reading can come next to, with 2^32 J added where the counter has begun anew there."""
    base = was.base
    if base is None or reading.source != base.series.source:
        return None
    series = base.series
    floor = series.energy if series.floor is None else series.floor
    if reading.energy >= floor - reading.slack:
        return base if _can_rise(was, series, reading, reading.energy - was.level) else None
    wraps = _wraps(was, reading)
    if wraps and _can_rise(was, series, reading, reading.energy + wraps - was.level):
        return base.moved(replace(Series.begin(reading), floor=reading.energy), wraps)
    return None


def _can_rise(was: LifetimeTotal, series: Series, reading: Reading, rise: float) -> bool:
    """Tell whether a counter can have risen by so many Wh since its last reading.

    What goes on from readings that were too high is still too high, however long ago the last good one was. A balance
    that falls by what it may drift has come back from them as well as gone on.
    """
    doubt = was.candidate if was.candidate and was.candidate.begun > was.level else None
    if doubt and rise > RESOLUTION and reading.energy >= doubt.energy - RESOLUTION and _joins(was, reading):
        return False
    return rise <= MORE * _at_once(was, series, reading) / HOUR + RESOLUTION


def _joins(was: LifetimeTotal, reading: Reading) -> bool:
    """Tell whether a reading goes on from the candidate."""
    power = MOST if reading.power is None else MORE * max(was.burst, was.peak, was.witness.sustained)
    if was.candidate is None or (was.candidate.energy < 0 and not reading.derived):
        return False
    return was.candidate.goes_on(reading, power=power)


def _at_once(was: LifetimeTotal, series: Series, reading: Reading) -> float:
    """Return the Ws that a counter is trusted to count until one reading: a little, and what it is known to."""
    seconds, power = series.rising_seconds(reading), _power(was)
    if was.witness.idle and reading.at - series.moved_at >= HOUR:
        power = 0.0
    elif reading.pace and reading.power is not None:
        # The power of a counter that moves in steps is that of its last step.
        power = min(power, MORE * was.witness.highest)
    return max(LIKELY * min(seconds, _SOON), power * seconds)


def _power(was: LifetimeTotal) -> float:
    """Return the W that a counter is known to count: it was seen to, or two powers in a row tell it, of a house.

    Or of as large a site as its inverters make it.
    """
    return max(was.peak, min(was.witness.sustained, was.burst))


def _counting(was: LifetimeTotal, base: Base, reading: Reading) -> LifetimeTotal:
    """Return a total with a reading that counts."""
    total = _total(was, base, reading.energy)
    rise = total - (was.total or 0.0)
    rate = _rate(rise, reading.at - base.series.counted_until(reading))
    series = base.series if base.series.at == reading.at else base.series.with_reading(reading)
    return replace(
        was,
        total=total,
        base=replace(base, series=series),
        candidate=None,
        held_since=None,
        origin=None if series.proved else was.origin,
        peak=max(was.peak, min(rate, MORE * _power(was))),
        witness=was.witness.moved() if rise > 0 or reading.energy > base.series.energy else was.witness,
    )


def _total(was: LifetimeTotal, base: Base, energy: float) -> float:
    figure = energy + base.offset
    return figure if was.total is None else max(was.total, figure)


# How a counter begins, and how another takes its place


def _begun(was: LifetimeTotal, series: Series) -> LifetimeTotal:
    """Return a total that begins with readings that agree; what they show, the counter can do."""
    offset, seen = _first_offset(was, series), _rate(series.energy - series.begun, max(series.seconds, was.pace))
    return replace(
        was,
        total=max(series.energy + offset, was.origin.total if was.origin else 0.0),
        base=Base(series=series, offset=offset, since=series.begun_at if offset else None),
        candidate=None,
        held_since=None,
        former=None,
        change=None,
        begun_at=series.at,
        peak=max(was.peak, seen if series.proved else min(seen, was.witness.sustained)),
        witness=was.witness.moved(),
    )


def _agrees(was: LifetimeTotal, candidate: Series, reading: Reading) -> bool:
    """Tell whether the first two readings agree; where readings have disagreed already, two prove nothing.

    Nothing is known yet of what is large here, but what both tell of their power.
    """
    seconds = max(reading.at - candidate.begun_at, reading.pace)
    power = max(was.burst, min(was.witness.sustained, MOST))
    rise, most = candidate.energy - candidate.begun, MORE * power * seconds / HOUR + RESOLUTION
    return rise <= most and candidate.readings >= _AGREEING and candidate.begun_at == was.held_since


def _first_offset(was: LifetimeTotal, series: Series) -> float:
    """Return what is to be added to a counter so that it goes on from what is known of its total."""
    origin = was.origin
    if origin is None:
        # A balance of meters that were replaced one by one may be below zero.
        return max(-series.begun, 0.0)
    reach = MORE * max(was.peak, was.burst) * max(series.at - origin.at, 0.0) / HOUR + RESOLUTION
    for offset in (origin.offset, 0.0):
        if origin.same_counter and offset is not None and -DRIFT <= series.energy + offset - origin.total <= reach:
            return offset
    return origin.total - series.begun


def _adopting(was: LifetimeTotal, base: Base, candidate: Series, reading: Reading) -> LifetimeTotal:
    """Return a total with a candidate that lasted in place of its counter."""
    adopted = _same_counter(was, base, candidate, reading)
    lower = adopted is not None and candidate.begun + adopted.offset < (was.total or 0.0)
    if was.is_young and (lower or not adopted):
        return _begun(replace(was, total=None, base=None), candidate)
    if adopted:
        # What has come back up to the total meanwhile has lost nothing.
        behind = lower and candidate.energy + adopted.offset < (was.total or 0.0)
        former, change = was.former, _change(was, base, candidate, reading) if behind else was.change
    elif was.former and (adopted := _returning(was, was.former, candidate)):
        former = change = None
    else:
        adopted = Base(series=candidate, offset=(was.total or 0.0) - candidate.begun, since=candidate.begun_at)
        former, change = base, _change(was, base, candidate, reading)
    same = adopted.offset == base.offset
    before = _rate(candidate.begun - was.level, candidate.begun_at - base.series.at) if same else 0.0
    since = _rate(candidate.energy - candidate.begun, max(candidate.at - candidate.begun_at, reading.pace))
    return replace(
        was,
        total=_total(was, adopted, candidate.energy),
        base=adopted,
        candidate=None,
        held_since=None,
        former=former,
        change=change,
        peak=max(was.peak, min(before, was.burst), since),
        witness=was.witness.moved(),
    )


def _same_counter(was: LifetimeTotal, base: Base, candidate: Series, reading: Reading) -> Base | None:
    """Return the base if the candidate is the same counter, further on: after an absence, a halt, or elsewhere.

    Or a little lower: what was counted then was wrong, and the total stands until the counter is there again. That is
    never more than an hour of what it was seen to do.
    """
    # No less than a cycle: where the clock was set back, nobody knows how long it was.
    seconds = max(candidate.begun_at - base.series.counted_until(reading), reading.cycle)
    burst = was.burst * max(reading.cycle, reading.pace)
    unseen = max(was.peak * max(seconds, was.witness.unseen), burst) / HOUR
    reach = MORE * (unseen + was.witness.missed) + RESOLUTION
    for wraps in (0.0, _wraps(was, reading)):
        if -MORE * was.peak <= candidate.begun + wraps - was.level <= reach:
            return base.moved(candidate, wraps)
    return None


def _returning(was: LifetimeTotal, former: Base, candidate: Series) -> Base | None:
    """Return the former base if the candidate goes on from there, within a day.

    The total may have gone on with a lie for a while; it then stands still until the counter is there again, if that is
    within an hour of what the counter was seen to do.
    """
    seconds = candidate.begun_at - former.series.at
    rise = candidate.begun - former.series.energy
    ahead = (was.total or 0.0) - candidate.energy - former.offset
    fits = -DRIFT <= rise <= MORE * was.peak * seconds / HOUR + RESOLUTION
    if candidate.source != former.series.source or seconds > _DAY or not fits or ahead > MORE * was.peak:
        return None
    return replace(former, series=candidate)


def _change(was: LifetimeTotal, base: Base, candidate: Series, reading: Reading) -> Change | None:
    """Return what a person should look at; a step within the drift of a balance is nothing."""
    same_source = base.series.source == candidate.source
    if same_source and abs(candidate.begun - base.series.energy) <= reading.slack:
        return was.change
    return Change(
        at=candidate.begun_at,
        old_energy=base.series.energy,
        new_energy=candidate.begun,
        old_source=base.series.source,
        new_source=candidate.source,
    )


def _rate(energy: float, seconds: float) -> float:
    """Return the power in W that comes to so many Wh."""
    return energy * HOUR / seconds if seconds > 0 else 0.0


def _wraps(was: LifetimeTotal, reading: Reading) -> float:
    """Return the Wh by which a counter of 32 bits has begun anew since it stood at its level.

    0 if it has not, or cannot; nor does one begin anew of which nothing was proved: it was never as high. What comes
    back to where the counter was before a step of 2^32 J has not begun anew either: the step was wrong.
    """
    if not reading.wraps or reading.energy <= 0 or was.is_young:
        return 0.0
    if was.former and _returning(was, was.former, Series.begin(reading)):
        return 0.0
    return max(ceil((was.level - RESOLUTION - reading.energy) / WRAP), 0) * WRAP
