"""A counter of today's energy, which is to start at midnight, and does not always.

Nothing is shown rather than a wrong figure: yesterday's after midnight, or more than today can have brought.
"""

from dataclasses import dataclass, replace
from typing import Final

from .run import DAY, HOUR, Reading, Run, possible

# How far the gateway's clock may be ahead.
_CLOCK_SLACK: Final = 15 * 60.0

# The day on which summer time ends. Until a gateway's midnight was seen, its time zone may be any.
_LONGEST_DAY: Final = 25 * HOUR

# A counter that starts anew within this time after midnight is late, as by the hour of summer time.
_LATE: Final = 2 * HOUR

# A counter that was not looked at for longer than this around midnight may well have passed yesterday's last figure.
_WATCHED: Final = 2 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What is known of a counter of today's energy."""

    run: Run
    midnight: float  # when the present day began, in seconds since 1970
    start: float  # the same if that was seen; else the earliest moment at which its day may have begun
    shift: float = 0.0  # seconds by which the gateway's midnight is later than ours, as its counter showed
    due: bool = False  # it is past midnight, and the counter still shows the day before
    suspect: Run | None = None  # lower readings, which may turn out to be the gateway's own midnight
    possible: bool = True  # the last reading

    @property
    def energy(self) -> float | None:
        """What can be shown, in Wh."""
        return self.run.energy if self.possible and not self.due else None


def observe_today(today: Today | None, reading: Reading, *, midnight: float) -> Today | None:
    """Return what is known after one more reading; None while nothing is.

    `midnight` is the last one in Home Assistant's time zone, which stands in for the gateway's until that shows.
    """
    if today is None:
        return _begun(reading, midnight=midnight, start=reading.at - _LONGEST_DAY)
    shifted = midnight + today.shift
    own_midnight = shifted if shifted <= reading.at else shifted - DAY
    if own_midnight - today.midnight > HOUR:
        unseen = reading.at - today.run.read_at > _WATCHED
        if unseen or not today.run.energy:
            start = own_midnight if today.start == today.midnight else reading.at - _LONGEST_DAY
            return _begun(reading, midnight=own_midnight, start=start, shift=today.shift)
        today = replace(today, midnight=own_midnight, due=True)
    if today.due:
        return _waited(today, reading)
    if reading.energy < today.run.energy:
        return _fallen(today, reading, midnight=midnight)
    return _risen(today, reading)


def _begun(reading: Reading, *, midnight: float, start: float, shift: float = 0.0) -> Today | None:
    """Begin a day, if the reading can be of it."""
    if not _is_of(reading, start):
        return None
    return Today(run=Run.begin(reading), midnight=midnight, start=start, shift=shift)


def _waited(today: Today, reading: Reading) -> Today | None:
    """Go on waiting for the counter to start anew, or begin the day if it does.

    One that counted on for hours, and then starts, does not know of our midnight at all: its own is somewhere else.
    """
    if reading.energy >= today.run.energy:
        return replace(today, run=today.run.extended(reading))
    late = reading.at - today.midnight
    if late > _LATE and today.run.moved_at > today.midnight:
        return _begun(reading, midnight=reading.at, start=reading.at, shift=(today.shift + late) % DAY)
    return _begun(reading, midnight=today.midnight, start=today.midnight, shift=today.shift)


def _risen(today: Today, reading: Reading) -> Today:
    """Take a higher reading, if it can be; else show what there was, or nothing if it cannot be of today."""
    if not _is_of(reading, today.start):
        return replace(today, possible=False)
    if today.run.catches_up(reading):
        return replace(today, run=today.run.extended(reading), suspect=None, possible=True)
    return replace(today, possible=True)


def _fallen(today: Today, reading: Reading, *, midnight: float) -> Today:
    """Stay with what there was, unless the counter lastingly starts anew: then that was the gateway's midnight."""
    suspect = today.suspect
    suspect = suspect.extended(reading) if suspect and suspect.allows(reading) else Run.begin(reading)
    if suspect.lasting and suspect.start <= possible(reading.bound, suspect.start_at - today.run.read_at):
        shift = (suspect.start_at - midnight) % DAY
        return Today(run=suspect, midnight=suspect.start_at, start=suspect.start_at, shift=shift)
    return replace(today, suspect=suspect, possible=True)


def _is_of(reading: Reading, start: float) -> bool:
    return reading.energy <= possible(reading.bound, reading.at - start + _CLOCK_SLACK)
