"""Values that stand still under a clock that goes on (gateway-api.md 13): a measured load never repeats to the mW."""

from typing import Final

from ..client.endpoints import LIVE, READINGS, Answer, LiveData, MeterReading

type Values = tuple[float | None, ...]

# One repeat means nothing: of two answers a second apart one in twenty is the same. So long, and so many answers, do.
_FROZEN_AFTER: Final = 10.0
_READINGS_REPEATED: Final = 5
_LIVE_REPEATED: Final = 2
# Answers of cycles are a minute apart, and more.
_IN_CYCLES: Final = 2


class Repeats:
    """Remembers since when an endpoint's values have been what they are; times are monotonic seconds."""

    def __init__(self, *, answers: int = _IN_CYCLES) -> None:
        self._answers = answers
        self._values: Values = ()
        self._count = 0
        self.since = 0.0
        self.frozen = False

    def note(self, values: Values, now: float) -> None:
        """Take one more answer; all zeros may repeat for ever, as those of an idle battery."""
        if values != self._values or not any(values):
            self._values, self._count, self.since = values, 0, now
        self._count += 1
        self.frozen = self._count >= self._answers and now - self.since >= _FROZEN_AFTER


def repeats() -> dict[str, Repeats]:
    """Return what watches the endpoints that move each second, by their names."""
    return {
        READINGS.name: Repeats(answers=_READINGS_REPEATED),
        LIVE.name: Repeats(answers=_LIVE_REPEATED),
    }


def values_of(answer: Answer[object]) -> Values:
    """Return what of an answer never repeats while it moves."""
    match answer.data:
        case LiveData() as live:
            flows = (live.pv, live.storage, live.grid, live.load, live.generator)
            return tuple(power for flow in flows for power in (flow.power, *flow.phase_powers))
        case tuple() as readings:
            return tuple(value for reading in readings for value in _measured(reading))
    return ()


def _measured(reading: MeterReading) -> Values:
    channels = (reading, *reading.channels)
    return tuple(
        value
        for one in channels
        for value in (one.voltage, one.current, one.active_power, one.apparent_power, one.reactive_power)
    )
