"""A generator that hangs on a System Controller (gateway-api.md 14.8)."""

from typing import Final, TypeIs

from ..client.endpoints import GENERATOR, GENERATOR_CONFIG, GENERATOR_MODE, GENERATOR_SCHEDULE, GeneratorSchedule
from .changeable import GeneratorMode, SiteGenerator, Weekday
from .contact_words import is_closed
from .snapshot import Snapshot
from .system_controllers import first_controller

GENERATOR_KEY: Final = "generator"

_MODES: Final = {str(mode): mode for mode in GeneratorMode}
_DAYS: Final = {day[:3]: day for day in Weekday}
_FULL: Final = 100


def has_generator(snapshot: Snapshot) -> bool:
    """Tell whether one is configured: that alone is a sign of one, and only beside a System Controller."""
    return first_controller(snapshot) is not None and bool(snapshot.known(GENERATOR_CONFIG))


def generator_runs(snapshot: Snapshot) -> bool | None:
    """Tell whether the generator's relay is closed; None where that is not told."""
    told = snapshot.fresh(GENERATOR) if has_generator(snapshot) else None
    return is_closed(told.state) if told else None


def build_generators(snapshot: Snapshot) -> dict[str, SiteGenerator]:
    """Return the generator, if there is one; without figures while their answers are too old."""
    controller, known = first_controller(snapshot), snapshot.known(GENERATOR_CONFIG)
    if controller is None or not known:
        return {}
    config, told, mode = snapshot.fresh(GENERATOR_CONFIG), snapshot.fresh(GENERATOR), snapshot.fresh(GENERATOR_MODE)
    set_up, schedule = snapshot.known(GENERATOR_SCHEDULE), snapshot.fresh(GENERATOR_SCHEDULE)
    exercise = schedule.exercise if schedule else None
    return {
        GENERATOR_KEY: SiteGenerator(
            controller=controller,
            manufacturer=known[0].manufacturer,
            model=known[0].model,
            running=generator_runs(snapshot),
            mode=_MODES.get(mode.command or "") if mode else None,
            start_level=_level(told.start_soc) if told else None,
            stop_level=_level(told.stop_soc) if told else None,
            rated_power=config[0].rated_power if config else None,
            set_start=schedule.start_soc if schedule else None,
            set_stop=schedule.stop_soc if schedule else None,
            has_schedule=_has_levels(set_up),
            exercise_day=_DAYS.get(exercise.day[:3]) if exercise else None,
            exercise_start=f"{exercise.start // 60:02}:{exercise.start % 60:02}:00" if exercise else None,
            exercise_duration=str(exercise.duration) if exercise else None,
            exercise_weeks=exercise.weeks if exercise else None,
            has_exercise=_has_levels(set_up) and set_up.exercise is not None,
        )
    }


def _has_levels(schedule: GeneratorSchedule | None) -> TypeIs[GeneratorSchedule]:
    return schedule is not None and None not in (schedule.start_soc, schedule.stop_soc)


def _level(told: float | None) -> float | None:
    """Return a level of the batteries; -1 is none."""
    return told if told is not None and 0 <= told <= _FULL else None
