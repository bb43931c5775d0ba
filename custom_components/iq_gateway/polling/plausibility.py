"""What a gateway says in good shape and is still not to be believed at once."""

from dataclasses import replace
from math import inf
from typing import Final, NamedTuple, cast

from ..client.endpoints import (
    METERS,
    READINGS,
    Answer,
    Channel,
    Endpoint,
    EnergyTotals,
    Meter,
    MeterReading,
    ProductionTotals,
)
from ..client.errors import InvalidAnswer, Unconfirmed

# A list of meters is believed for good once it was said so often, for a quarter of an hour, which is what an odd answer
# may last for. Before any was, one is as good as another, and an odd one is believed once it is said twice.
_LASTING_SAID: Final = 3
_LASTING_SECONDS: Final = 15 * 60.0
_SAID_TWICE: Final = 2
# How often a list has to be said after a contradiction not to be asked for in each cycle any more: an hour at the
# default interval.
_CERTAIN_SAID: Final = 12


class _Known(NamedTuple):
    """What is known of an enabled meter."""

    eid: int
    measurement_type: str
    phase_count: int


type _Meters = frozenset[_Known]


class AnswerValidator:
    """Remembers what was believed, to tell what cannot follow from it."""

    def __init__(self) -> None:
        self._meters: _Meters | None = None  # the enabled ones; None before the first list
        self._doubted: _Meters | None = None
        self._proved = False  # a list of meters has lasted
        self._said = 0  # how often in a row the list of meters, or the doubted one, was said
        self._said_since = self._said_at = 0.0  # monotonic seconds, of the first and the last time
        self._enough = _LASTING_SAID  # how often the list has to be said to be certain
        self._last_complete: dict[int, tuple[MeterReading, float]] = {}  # by eid, and when, in monotonic seconds

    def validate(
        self,
        endpoint: Endpoint[object],
        answer: Answer[object],
        *,
        before: Answer[object] | None,
        now: float,
        stands_for: float,
        metered: bool,
    ) -> Answer[object]:
        """Return what is believed of an answer; `InvalidAnswer` if that is nothing.

        `before` is the last one that was believed, if it still stands; a meter's reading stands for so many seconds.
        `metered` tells whether the gateway's hardware can have meters.
        """
        if endpoint is METERS:
            self._check_meters(cast("tuple[Meter, ...]", answer.data), now=now, metered=metered)
            return answer
        if endpoint is READINGS:
            return self.without_lost_legs(answer, now=now, stands_for=stands_for, remember=True)
        if before and before.data and not answer.data:
            raise InvalidAnswer("an empty list, which was not empty before")
        if before and any(old and new == 0 for old, new in zip(_counted(before), _counted(answer), strict=True)):
            raise InvalidAnswer("counters that have forgotten what they counted")
        return answer

    def remember(self, meters: Answer[object]) -> None:
        """Hold later lists against one that was believed in an earlier run."""
        self._meters = _enabled(cast("tuple[Meter, ...]", meters.data))
        self._proved, self._said, self._said_since = True, _LASTING_SAID, -inf

    @property
    def meters_are_certain(self) -> bool:
        """Whether the list of meters was said often enough not to be asked for at once again."""
        return self._doubted is None and self._said >= self._enough and self._lasts

    @property
    def _lasts(self) -> bool:
        return self._said >= _LASTING_SAID and self._said_at - self._said_since >= _LASTING_SECONDS

    def _check_meters(self, meters: tuple[Meter, ...], *, now: float, metered: bool) -> None:
        """Refuse a list in which known meters are missing, or are others, until it is said for a quarter of an hour.

        Such a list is rarely read; an odd one would take the figures of its meters down, or mix them up, for an hour.
        So would one with another meter beside a known one of its type. Where none is known yet, one without meters is
        as odd if the hardware can have them: a gateway that starts may say so. One that names a meter twice, as two
        that differ, contradicts itself and is never believed.
        """
        enabled = _enabled(meters)
        if len({meter.eid for meter in enabled}) < len(enabled):
            raise InvalidAnswer("a meter that is listed as two")
        if enabled != (self._meters if self._doubted is None else self._doubted):
            self._said, self._said_since = 0, now
        self._said, self._said_at = self._said + 1, now
        is_odd = self._is_odd(enabled, metered=metered)
        if is_odd and self._meters is not None:
            self._enough = _CERTAIN_SAID
        if is_odd and not (self._lasts if self._proved else self._said >= _SAID_TWICE):
            self._doubted = enabled
            if self._proved:
                raise InvalidAnswer("other meters than before, which is believed if it lasts for a quarter of an hour")
            raise Unconfirmed("an odd list of meters, which is believed once it is said twice")
        self._meters, self._doubted = enabled, None
        self._proved |= self._lasts

    def _is_odd(self, enabled: _Meters, *, metered: bool) -> bool:
        if self._meters is None:
            return metered and not enabled
        return not self._meters <= enabled or not _types(self._meters).isdisjoint(_types(enabled - self._meters))

    def without_lost_legs(
        self, answer: Answer[object], *, now: float, stands_for: float, remember: bool
    ) -> Answer[object]:
        """Leave out meters of which a leg has forgotten what it counted, as they do for a poll or after a restart.

        The sums of the meter drop with it, its power included (gateway-api.md 3: firmware 8.3.6xxx). An answer in which
        no known meter is left is refused.
        """
        readings = cast("tuple[MeterReading, ...]", answer.data)
        whole = []
        for reading in readings:
            before, read_at = self._last_complete.get(reading.eid, (reading, now))
            if now - read_at <= stands_for and self._lost_leg(before, reading):
                continue
            if remember:
                self._last_complete[reading.eid] = (reading, now)
            whole.append(reading)
        known = {meter.eid for meter in self._meters or ()}
        if known and known.isdisjoint(reading.eid for reading in whole):
            raise InvalidAnswer("no reading of a known meter that can be right")
        return replace(answer, data=tuple(whole), dropped=answer.dropped + len(readings) - len(whole))

    def _lost_leg(self, before: MeterReading, reading: MeterReading) -> bool:
        wired = next((meter.phase_count for meter in self._meters or () if meter.eid == reading.eid), 0)
        legs = zip(before.channels[:wired], reading.channels[:wired], strict=False)
        return any(_has_counted(old) and not _has_counted(new) for old, new in legs)


def _enabled(meters: tuple[Meter, ...]) -> _Meters:
    return frozenset(_Known(meter.eid, meter.measurement_type, meter.phase_count) for meter in meters if meter.enabled)


def _types(meters: _Meters) -> set[str]:
    return {meter.measurement_type for meter in meters}


def _has_counted(leg: Channel) -> bool:
    return bool(leg.energy_delivered or leg.energy_received)


def _counted(answer: Answer[object]) -> list[float | None]:
    """Return the lifetimes of the gateway's own sums."""
    match answer.data:
        case ProductionTotals(lifetime=lifetime):
            return [lifetime]
        case EnergyTotals(microinverters=inverters, production_meter=production, consumption_meter=consumption):
            return [group.lifetime if group else None for group in (inverters, production, consumption)]
    return []
