"""`/ivp/ss/gen_schedule`: when a generator starts and stops by itself; an empty object without one."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import percent
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, part, record

_LEVELS: Final = "default_soc"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorSchedule:
    """The levels of the batteries, in %, between which it is to run; None where none can be set."""

    start_soc: float | None
    stop_soc: float | None


def parse_generator_schedule(payload: object) -> Parsed[GeneratorSchedule]:
    """Parse the levels; one without an exercise cannot be written back (gateway-api.md 17.5), and -1 is no level."""
    whole = record(payload)
    if whole and _LEVELS not in whole:
        raise InvalidAnswer("no levels of a generator")
    levels = part(whole, _LEVELS) if part(whole, "exercise_config") else {}
    return GeneratorSchedule(start_soc=percent(levels.get("start_soc")), stop_soc=percent(levels.get("stop_soc"))), 0


GENERATOR_SCHEDULE: Final = Endpoint[GeneratorSchedule](
    name="generator_schedule", path="/ivp/ss/gen_schedule", parse=parse_generator_schedule, every=HOURLY // 4
)
