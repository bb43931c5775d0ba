"""What a gateway says in good shape and is still not to be believed at once."""

from dataclasses import replace
import time
from typing import cast

from .client.endpoints import METERS, READINGS, Answer, Endpoint
from .client.errors import InvalidAnswer
from .client.models import Channel, EnergyTotals, Meter, MeterReading, ProductionTotals


class Doubts:
    """Remembers what was believed, to tell what cannot follow from it."""

    def __init__(self) -> None:
        self._wired: dict[int, int] = {}  # phases of the enabled meters, by eid
        self._doubted: frozenset[int] | None = None
        self._whole: dict[int, tuple[MeterReading, float]] = {}  # by eid, and when that was, in monotonic seconds

    def sift(
        self, endpoint: Endpoint[object], answer: Answer[object], *, before: Answer[object] | None, stands: float
    ) -> Answer[object]:
        """Return what is believed of an answer; `InvalidAnswer` if that is nothing.

        `before` is the last one that was believed, if it still stands; a meter's reading stands for so many seconds.
        """
        if endpoint is METERS:
            self._check_meters(cast("tuple[Meter, ...]", answer.data))
            return answer
        if endpoint is READINGS:
            return self._without_lost_legs(answer, stands)
        if before and before.data and not answer.data:
            raise InvalidAnswer("an empty list, which was not empty before")
        if before and any(old and new == 0 for old, new in zip(_counted(before), _counted(answer), strict=True)):
            raise InvalidAnswer("counters that have forgotten what they counted")
        return answer

    def _check_meters(self, meters: tuple[Meter, ...]) -> None:
        """Refuse a list in which known meters are missing, until the next one says the same.

        Such a list is rarely read; an odd one would take the figures of its meters down for an hour.
        """
        wired = {meter.eid: meter.phase_count for meter in meters if meter.enabled}
        listed = frozenset(wired)
        if self._wired.keys() <= listed or listed == self._doubted:
            self._wired, self._doubted = wired, None
            return
        self._doubted = listed
        raise InvalidAnswer("known meters are missing, which is believed once it is said twice")

    def _without_lost_legs(self, answer: Answer[object], stands: float) -> Answer[object]:
        """Leave out meters of which a leg has forgotten what it counted, as they do for a poll or after a restart.

        The sums of the meter drop with it, its power included (gateway-api.md 3: firmware 8.3.6xxx). An answer in which
        no known meter is left is refused.
        """
        readings, now = cast("tuple[MeterReading, ...]", answer.data), time.monotonic()
        whole = []
        for reading in readings:
            before, read_at = self._whole.get(reading.eid, (reading, now))
            if now - read_at <= stands and self._lost_leg(before, reading):
                continue
            self._whole[reading.eid] = (reading, now)
            whole.append(reading)
        if self._wired and self._wired.keys().isdisjoint(reading.eid for reading in whole):
            raise InvalidAnswer("no reading of a known meter that can be right")
        return replace(answer, data=tuple(whole), dropped=answer.dropped + len(readings) - len(whole))

    def _lost_leg(self, before: MeterReading, reading: MeterReading) -> bool:
        wired = self._wired.get(reading.eid, 0)
        legs = zip(before.channels[:wired], reading.channels[:wired], strict=False)
        return any(_has_counted(old) and not _has_counted(new) for old, new in legs)


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
