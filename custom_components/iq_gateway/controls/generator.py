"""A generator: its mode, and the levels of the batteries between which it runs (gateway-api.md 17.5)."""

from collections.abc import Callable
from typing import Final

from ..client.endpoints import GENERATOR, GENERATOR_CONFIG, GENERATOR_MODE, GENERATOR_SCHEDULE, SECCTRL
from ..site import SiteGenerator
from .checks import is_busy
from .control import Check, Control, ControlError, View

# What the contact between generator and house is then.
_RUNS: Final = {"on": True, "off": False}
_LEVELS: Final = "default_soc"


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


def _level(key: str, check: Check[float], value: Callable[[View], float | None]) -> Control[float]:
    """Return the control of one level, which goes back in the whole schedule."""

    def body(view: View, level: float) -> object:
        whole = view.document(GENERATOR_SCHEDULE)
        return {**whole, _LEVELS: {**whole[_LEVELS], key: round(level)}}

    return Control(
        name=key,
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


GENERATOR_START: Final = _level("start_soc", _is_below_stop, _start)
GENERATOR_STOP: Final = _level("stop_soc", _is_above_start, _stop)
