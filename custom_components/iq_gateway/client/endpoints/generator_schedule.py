"""`/ivp/ss/gen_schedule`: when a generator starts, stops and is exercised; an empty object without one."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import integer, number, percent, word
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, Record, part, record

_LEVELS: Final = "default_soc"
_MINUTES_OF_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """When a generator is run to keep it in order."""

    day: str  # of the week: "sat"
    start: int  # minute of that day, by the clock of the house
    duration: int  # minutes
    weeks: float  # from one to the next


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorSchedule:
    """The levels of the batteries, in %, between which it is to run; None where none can be set."""

    start_soc: float | None
    stop_soc: float | None
    exercise: Exercise | None


def _exercise(told: Record) -> Exercise | None:
    """Return an exercise that is understood as a whole."""
    day, start = word(told.get("day")), integer(told.get("start"))
    duration, weeks = integer(told.get("duration")), number(told.get("freq_in_weeks"))
    if day is None or start is None or duration is None or weeks is None or not 0 <= start < _MINUTES_OF_DAY:
        return None
    return Exercise(day=day, start=start, duration=duration, weeks=weeks)


def parse_generator_schedule(payload: object) -> Parsed[GeneratorSchedule]:
    """Parse it; without an exercise it cannot be written back (gateway-api.md 17.5), and a level of -1 is none."""
    whole = record(payload)
    if whole and _LEVELS not in whole:
        raise InvalidAnswer("no levels of a generator")
    exercise = part(whole, "exercise_config")
    levels = part(whole, _LEVELS) if exercise else {}
    start, stop = percent(levels.get("start_soc")), percent(levels.get("stop_soc"))
    return GeneratorSchedule(start_soc=start, stop_soc=stop, exercise=_exercise(exercise)), 0


GENERATOR_SCHEDULE: Final = Endpoint[GeneratorSchedule](
    name="generator_schedule", path="/ivp/ss/gen_schedule", parse=parse_generator_schedule, every=HOURLY // 4
)
