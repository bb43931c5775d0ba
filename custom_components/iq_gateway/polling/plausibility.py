"""What a gateway says in good shape and is still not to be believed at once."""

from dataclasses import replace
from typing import cast

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


class AnswerValidator:
    """Remembers what was believed, to tell what cannot follow from it."""

    def __init__(self) -> None:
        self._phase_counts: dict[int, int] | None = None  # of the enabled meters, by eid; None before the first list
        self._doubted: frozenset[int] | None = None
        self._last_complete: dict[int, tuple[MeterReading, float]] = {}  # by eid, and when, in monotonic seconds

    def validate(
        self,
        endpoint: Endpoint[object],
        answer: Answer[object],
        *,
        before: Answer[object] | None,
        now: float,
        stands: float,
        metered: bool,
    ) -> Answer[object]:
        """Return what is believed of an answer; `InvalidAnswer` if that is nothing.

        `before` is the last one that was believed, if it still stands; a meter's reading stands for so many seconds.
        `metered` tells whether the gateway's hardware can have meters.
        """
        if endpoint is METERS:
            self._check_meters(cast("tuple[Meter, ...]", answer.data), metered=metered)
            return answer
        if endpoint is READINGS:
            return self._without_lost_legs(answer, now=now, stands=stands)
        if before and before.data and not answer.data:
            raise InvalidAnswer("an empty list, which was not empty before")
        if before and any(old and new == 0 for old, new in zip(_counted(before), _counted(answer), strict=True)):
            raise InvalidAnswer("counters that have forgotten what they counted")
        return answer

    def remember(self, meters: Answer[object]) -> None:
        """Hold later lists against one that was believed in an earlier run."""
        self._phase_counts = _enabled(cast("tuple[Meter, ...]", meters.data))

    def _check_meters(self, meters: tuple[Meter, ...], *, metered: bool) -> None:
        """Refuse a list in which known meters are missing, until the next one says the same.

        Such a list is rarely read; an odd one would take the figures of its meters down for an hour. Where none is
        known yet, one without meters is as odd if the hardware can have them: a gateway that starts may say so.
        """
        enabled = _enabled(meters)
        listed = frozenset(enabled)
        if listed != self._doubted:
            known = self._phase_counts
            if known is None and metered and not listed:
                self._doubted = listed
                raise Unconfirmed("no meter, which is believed once it is said twice")
            if known is not None and not known.keys() <= listed:
                self._doubted = listed
                raise InvalidAnswer("known meters are missing, which is believed once it is said twice")
        self._phase_counts, self._doubted = enabled, None

    def _without_lost_legs(self, answer: Answer[object], *, now: float, stands: float) -> Answer[object]:
        """Leave out meters of which a leg has forgotten what it counted, as they do for a poll or after a restart.

        The sums of the meter drop with it, its power included (gateway-api.md 3: firmware 8.3.6xxx). An answer in which
        no known meter is left is refused.
        """
        readings = cast("tuple[MeterReading, ...]", answer.data)
        whole = []
        for reading in readings:
            before, read_at = self._last_complete.get(reading.eid, (reading, now))
            if now - read_at <= stands and self._lost_leg(before, reading):
                continue
            self._last_complete[reading.eid] = (reading, now)
            whole.append(reading)
        if self._phase_counts and self._phase_counts.keys().isdisjoint(reading.eid for reading in whole):
            raise InvalidAnswer("no reading of a known meter that can be right")
        return replace(answer, data=tuple(whole), dropped=answer.dropped + len(readings) - len(whole))

    def _lost_leg(self, before: MeterReading, reading: MeterReading) -> bool:
        wired = (self._phase_counts or {}).get(reading.eid, 0)
        legs = zip(before.channels[:wired], reading.channels[:wired], strict=False)
        return any(_has_counted(old) and not _has_counted(new) for old, new in legs)


def _enabled(meters: tuple[Meter, ...]) -> dict[int, int]:
    """Return the phases of the enabled meters by eid."""
    return {meter.eid: meter.phase_count for meter in meters if meter.enabled}


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
