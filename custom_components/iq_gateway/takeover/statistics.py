"""Statistics that go on: hours in which only ours counted are filled in, and what the recorder purged is put back.

The recorder goes on from the last period of five minutes, and keeps these for some days only. Of an energy that nobody
showed for longer it knows no sum any more, and would begin at 0: an hour below zero, as large as all the years.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import UnitOfEnergy
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter

if TYPE_CHECKING:
    from homeassistant.components.recorder.models import StatisticMetaData

_PERIOD: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Statistics of one energy: under which id they go on, and under which ours were kept meanwhile, if they were."""

    statistic_id: str
    own_id: str | None
    same_counter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was filled in, in Wh, and what ours showed by the end of that."""

    energy: float
    shown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """The end of a period, what was shown then, and the sum; in the unit of the statistics."""

    start: datetime
    end: datetime
    state: float
    sum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mended:
    """What is to be written."""

    metadata: StatisticMetaData
    hours: list[_Row]
    last: _Row  # the period of five minutes from which the recorder goes on
    filled: Filled | None


async def async_mend(hass: HomeAssistant, series: Iterable[Series]) -> dict[str, Filled]:
    """Have statistics go on from where they ended; return what was filled in, by the statistic's id.

    What is written, or queued, by the time this returns is what the next period goes on from.
    """
    if "recorder" not in hass.config.components:
        return {}
    from homeassistant.components.recorder import get_instance  # noqa: PLC0415
    from homeassistant.components.recorder.db_schema import StatisticsShortTerm  # noqa: PLC0415
    from homeassistant.components.recorder.statistics import async_import_statistics  # noqa: PLC0415

    recorder = get_instance(hass)
    await async_written(hass)
    mended = await recorder.async_add_executor_job(_mend_all, hass, list(series))
    for one in mended.values():
        if one.hours:
            async_import_statistics(hass, one.metadata, [_data(row) for row in one.hours])
        recorder.async_import_statistics(one.metadata, [_data(one.last)], StatisticsShortTerm)
    await async_written(hass)
    return {statistic_id: one.filled for statistic_id, one in mended.items() if one.filled}


async def async_written(hass: HomeAssistant) -> None:
    """Wait until the recorder has written all that it has seen.

    While Home Assistant starts, it writes nothing, and all in its turn after that: the start would wait for itself.
    """
    if "recorder" in hass.config.components and hass.state is CoreState.running:
        from homeassistant.components.recorder import get_instance  # noqa: PLC0415

        if get_instance(hass).recording:
            await get_instance(hass).async_block_till_done()


async def async_is_ready(hass: HomeAssistant) -> bool:
    """Tell whether statistics can be read and written: not while the recorder brings its database up to date."""
    if "recorder" not in hass.config.components:
        return True
    from homeassistant.components.recorder import get_instance  # noqa: PLC0415
    from homeassistant.helpers.recorder import async_migration_in_progress  # noqa: PLC0415

    return get_instance(hass).recording and not async_migration_in_progress(hass)


def _mend_all(hass: HomeAssistant, series: list[Series]) -> dict[str, _Mended]:
    """Work out what is to be written, in the recorder's thread."""
    return {one.statistic_id: mended for one in series if (mended := _mend(hass, one))}


def _mend(hass: HomeAssistant, series: Series) -> _Mended | None:
    from homeassistant.components.recorder import statistics  # noqa: PLC0415

    _, metadata = statistics.get_metadata(hass, statistic_ids={series.statistic_id}).get(series.statistic_id, (0, None))
    if metadata is None or not metadata["has_sum"]:
        return None
    unit = metadata["unit_of_measurement"]
    last = _last(hass, statistics.get_last_statistics, series.statistic_id)
    short = _last(hass, statistics.get_last_short_term_statistics, series.statistic_id)
    if last is None or (short and short.end > last.end):
        return None  # it has been shown within this hour, or not for a whole one
    own = _meanwhile(hass, series, last, unit) if series.own_id else []
    if not own and short:
        return None
    now = dt_util.utcnow()
    start = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond) - _PERIOD
    rows = [row for _, row in own]
    end = rows[-1] if rows else last
    seed = replace(end, start=start, end=start + _PERIOD) if end.end - end.start > _PERIOD else end
    return _Mended(
        metadata=metadata,
        hours=[row for row in rows if row.end - row.start > _PERIOD],
        last=seed,
        filled=Filled(energy=_in_wh(end.sum - last.sum, unit), shown=_in_wh(own[-1][0].state, unit)) if own else None,
    )


def _in_wh(energy: float, unit: str | None) -> float:
    return EnergyConverter.convert(energy, unit, UnitOfEnergy.WATT_HOUR)


def _meanwhile(hass: HomeAssistant, series: Series, last: _Row, unit: str | None) -> list[tuple[_Row, _Row]]:
    """Return what ours counted since it was shown last, by hour and at last by five minutes: there, and as it goes on.

    By the same counter, whatever it rose by since then belongs there, the rest of that last hour too; by another one,
    what it rose by itself.
    """
    from homeassistant.components.recorder import statistics  # noqa: PLC0415

    def during(period: Any, start: datetime) -> list[_Row]:  # noqa: ANN401 (a literal of the recorder's)
        rows = statistics.statistics_during_period(
            hass, start, None, {series.own_id or ""}, period, {"energy": unit or ""}, {"state", "sum"}
        )
        return [row for one in rows.get(series.own_id or "", ()) if (row := _row(one))]

    hours = during("hour", last.start)
    if not any(row.start >= last.end for row in hours):
        return []
    before = hours[0]  # of the hour in which it was shown last, or our first one
    same = series.same_counter and before.state >= last.state

    def on(row: _Row) -> _Row:
        rise = row.state - last.state if same else row.sum - before.sum
        return replace(row, state=last.state + rise, sum=last.sum + rise)

    own = [row for row in hours if same or row.start >= last.end]
    own += during("5minute", own[-1].end)[-1:]
    return [(row, on(row)) for row in own]


def _last(hass: HomeAssistant, get_last: Any, statistic_id: str) -> _Row | None:  # noqa: ANN401
    rows = get_last(hass, 1, statistic_id, convert_units=False, types={"state", "sum"}).get(statistic_id, ())
    return next((row for one in rows if (row := _row(one))), None)


def _row(row: Any) -> _Row | None:  # noqa: ANN401
    if row.get("state") is None or row.get("sum") is None:
        return None
    start, end = (datetime.fromtimestamp(row[moment], UTC) for moment in ("start", "end"))
    return _Row(start=start, end=end, state=row["state"], sum=row["sum"])


def _data(row: _Row) -> Any:  # noqa: ANN401
    return {"start": row.start, "state": row.state, "sum": row.sum}
