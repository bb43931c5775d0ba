"""A generator: its mode, the levels of the batteries between which it runs, its exercise (gateway-api.md 17.5)."""

from collections.abc import Callable
from datetime import time
from typing import Any, Final

from ..client.endpoints import GENERATOR, GENERATOR_CONFIG, GENERATOR_MODE, GENERATOR_SCHEDULE, SECCTRL
from ..site import SiteGenerator
from .checks import is_busy
from .control import Check, Control, ControlError, Setting, View

# What the contact between generator and house is then.
_RUNS: Final = {"on": True, "off": False}
_LEVELS: Final = "default_soc"
_EXERCISE: Final = "exercise_config"


def _generator(view: View) -> SiteGenerator | None:
    return view.site.generators.get(view.key)


def _is_there(view: View, _wanted: object) -> ControlError | None:
    return None if _generator(view) else ControlError("control_not_there")


def _mode(view: View) -> str | None:
    generator = _generator(view)
    return generator.mode if generator else None


def _is_followed(view: View, mode: str) -> bool:
    """Tell whether it runs, or stands, as it was told to; it warms up and cools down first."""
    generator = _generator(view)
    return mode not in _RUNS or generator is None or generator.running in (None, _RUNS[mode])


GENERATOR_COMMAND: Final = Control[str](
    name="generator_mode",
    path=GENERATOR_MODE.path,
    body=lambda _view, mode: {"gen_cmd": str(mode)},
    value=_mode,
    is_felt=_is_followed,
    reads=(SECCTRL, GENERATOR_CONFIG),
    confirms=(GENERATOR, GENERATOR_MODE),
    checks=(is_busy, _is_there),
    every=5.0,
    deadline=900.0,
)


def _has_levels(view: View, _wanted: object) -> ControlError | None:
    return ControlError("control_not_there") if None in (_start(view), _stop(view)) else None


def _in_schedule[ValueT: Setting](
    name: str,
    *,
    at: tuple[str, str],
    value: Callable[[View], ValueT | None],
    check: Check[ValueT],
    as_told: Callable[[ValueT], Any],
) -> Control[ValueT]:
    """Return the control of one value, which goes back in the whole schedule, in the type in which it was read."""
    part, key = at

    def body(view: View, wanted: ValueT) -> object:
        whole = view.document(GENERATOR_SCHEDULE)
        told = whole[part]
        return {**whole, part: {**told, key: type(told[key])(as_told(wanted))}}

    return Control(
        name=name,
        path=GENERATOR_SCHEDULE.path,
        body=body,
        value=value,
        reads=(SECCTRL, GENERATOR_CONFIG),
        confirms=(GENERATOR_SCHEDULE,),
        checks=(is_busy, _is_there, _has_levels, check),
        deadline=60.0,
    )


def _start(view: View) -> float | None:
    schedule = view.snapshot.fresh(GENERATOR_SCHEDULE)
    return schedule.start_soc if schedule else None


def _stop(view: View) -> float | None:
    schedule = view.snapshot.fresh(GENERATOR_SCHEDULE)
    return schedule.stop_soc if schedule else None


def _is_below_stop(view: View, start: float) -> ControlError | None:
    stop = _stop(view)
    return ControlError("control_levels") if stop is not None and start >= stop else None


def _is_above_start(view: View, stop: float) -> ControlError | None:
    start = _start(view)
    return ControlError("control_levels") if start is not None and start >= stop else None


GENERATOR_START: Final = _in_schedule(
    "start_soc", at=(_LEVELS, "start_soc"), value=_start, check=_is_below_stop, as_told=round
)
GENERATOR_STOP: Final = _in_schedule(
    "stop_soc", at=(_LEVELS, "stop_soc"), value=_stop, check=_is_above_start, as_told=round
)


def _has_exercise(view: View, _wanted: object) -> ControlError | None:
    schedule = view.snapshot.fresh(GENERATOR_SCHEDULE)
    return None if schedule and schedule.exercise else ControlError("control_not_there")


def _exercise[ValueT: Setting](
    name: str, key: str, value: Callable[[SiteGenerator], ValueT | None], as_told: Callable[[ValueT], Any]
) -> Control[ValueT]:
    def of_view(view: View) -> ValueT | None:
        generator = _generator(view)
        return value(generator) if generator else None

    return _in_schedule(name, at=(_EXERCISE, key), value=of_view, check=_has_exercise, as_told=as_told)


def _minute_of_day(told: str) -> int:
    at = time.fromisoformat(told)
    return at.hour * 60 + at.minute


EXERCISE_DAY: Final[Control[str]] = _exercise(
    "exercise_day", "day", lambda generator: generator.exercise_day, lambda day: day[:3].capitalize()
)
EXERCISE_START: Final = _exercise("exercise_start", "start", lambda generator: generator.exercise_start, _minute_of_day)
EXERCISE_DURATION: Final = _exercise(
    "exercise_duration", "duration", lambda generator: generator.exercise_duration, int
)
EXERCISE_INTERVAL: Final = _exercise(
    "exercise_interval", "freq_in_weeks", lambda generator: generator.exercise_weeks, round
)
