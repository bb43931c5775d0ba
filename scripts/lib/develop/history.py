"""Fourteen days of a simulated house, told to Home Assistant through its recorder's own import.

A Home Assistant that was set up a minute ago has nothing to show in its Energy panel. The house, however, is a model
over a clock, and can be asked what it would have counted.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from scripts.lib.develop.api import Api, Json, Websocket
from scripts.lib.develop.report import WITHOUT_VALUE
from scripts.lib.develop.set_up import DOMAIN
from tests.simulator.gateway import DEFAULT_ZONE
from tests.simulator.house import House
from tests.simulator.profiles import Profile

DAYS: Final = 14
_HOUR: Final = 3600
_IMPORT_SECONDS: Final = 120
_SAMPLES: Final = 12
"""How often in an hour a power is looked at."""

_ANCHOR: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Where the sums' first row is put. Home Assistant starts the sum of a new entity at 0, whatever was imported, so the
past has to be negative to lead there; and it counts the first row of all as that hour's change, so that row has to be
where nobody looks."""

# What HA calls StatisticMeanType.
_NO_MEAN: Final = 0
_ARITHMETIC: Final = 1

_TOTALS: Final[Mapping[str, Callable[[House], float]]] = {
    "production_energy": lambda house: house.totals.production,
    "consumption_energy": lambda house: house.totals.consumption,
    "grid_import_energy": lambda house: house.totals.grid_import,
    "grid_export_energy": lambda house: house.totals.grid_export,
    "battery_charged_energy": lambda house: house.totals.battery_charged,
    "battery_discharged_energy": lambda house: house.totals.battery_discharged,
}
"""Counters in Wh by the key of their entity."""

_MEASUREMENTS: Final[Mapping[str, Callable[[House], float]]] = {
    "production_power": lambda house: max(0.0, house.power.production),
    "consumption_power": lambda house: house.power.load,
    "grid_power": lambda house: house.power.grid,
    "battery_power": lambda house: house.power.battery,
    "battery_level": lambda house: house.store.level,
}
"""Powers in W and the battery's level in % by the key of their entity."""

_DIVISORS: Final[Mapping[str, float]] = {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6, "W": 1.0, "kW": 1e3, "%": 1.0}
_UNIT_CLASSES: Final[Mapping[str, str]] = {
    "Wh": "energy",
    "kWh": "energy",
    "MWh": "energy",
    "W": "power",
    "kW": "power",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """An hour that is over: the counters at its end, what was measured during it, both by key."""

    start: datetime
    counters: Mapping[str, float]
    samples: Mapping[str, list[float]]


_OURS: Final = {key: key for key in (*_TOTALS, *_MEASUREMENTS)}


async def backfill(
    api: Api,
    profile: Profile,
    *,
    zone: str = DEFAULT_ZONE,
    domain: str = DOMAIN,
    keys: Mapping[str, str] = _OURS,
) -> None:
    """Import the hours before this one for every entity that the house can answer for; done once they are there.

    `domain` is the integration whose entities they are, `keys` tells by what follows the serial number in their unique
    ids what they show.
    """
    now, serial = datetime.now(UTC), profile.serial
    midnight = _first_midnight(now, ZoneInfo(zone))
    house = House(profile, start=midnight.timestamp(), seed=serial, zone=ZoneInfo(zone))
    before = _counters(house)
    hours = list(_hours(house, until=now.replace(minute=0, second=0, microsecond=0)))
    house.advance_to(now.timestamp())
    after = _counters(house)
    async with api.websocket() as websocket:
        states = await _states(websocket, domain, {f"{serial}_{name}": key for name, key in keys.items()})
        for key, state in states.items():
            if key in _TOTALS:
                rows = _sums(hours, key, before=before[key], after=after[key], state=state)
            else:
                rows = [_mean(hour, key, state=state) for hour in hours]
            await websocket.command(
                "recorder/import_statistics", metadata=_metadata(state, has_sum=key in _TOTALS), stats=rows
            )
        await _imported(websocket, {state["entity_id"] for state in states.values()}, hours[-1].start)


async def _imported(websocket: Websocket, entity_ids: set[str], last: datetime) -> None:
    """Wait until the recorder, which takes imports up one after the other, has written the last of them."""
    asked = {"start_time": last.isoformat(), "statistic_ids": sorted(entity_ids), "period": "hour"}
    imported: set[str] = set()
    async with asyncio.timeout(_IMPORT_SECONDS):
        while imported != entity_ids:
            await asyncio.sleep(0.2)
            imported = set(await websocket.query("recorder/statistics_during_period", **asked))


def _first_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When the first of the days began."""
    local = now.astimezone(zone)
    return (local - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)


def _counters(house: House) -> dict[str, float]:
    """All counters as they stand."""
    return {key: read(house) for key, read in _TOTALS.items()}


def _hours(house: House, *, until: datetime) -> Iterator[Hour]:
    """Have the house live up to this moment, hour by hour."""
    start = house.time
    while start + _HOUR <= until.timestamp():
        samples: dict[str, list[float]] = {key: [] for key in _MEASUREMENTS}
        for step in range(1, _SAMPLES + 1):
            house.advance_to(start + step * _HOUR / _SAMPLES)
            for key, read in _MEASUREMENTS.items():
                samples[key].append(read(house))
        yield Hour(start=datetime.fromtimestamp(start, UTC), counters=_counters(house), samples=samples)
        start += _HOUR


async def _states(websocket: Websocket, domain: str, keys: Mapping[str, str]) -> dict[str, Json]:
    """The states of the enabled entities that the house can answer for, by their keys; those by the unique ids."""
    registry = {
        entry["entity_id"]: entry["unique_id"]
        for entry in await websocket.command("config/entity_registry/list")
        if entry["platform"] == domain
    }
    return {
        keys[unique_id]: state
        for state in await websocket.command("get_states")
        if (unique_id := registry.get(state["entity_id"], "")) in keys and state["state"] not in WITHOUT_VALUE
    }


def _metadata(state: Json, *, has_sum: bool) -> Json:
    """How Home Assistant's recorder itself would describe the statistics of this entity."""
    unit = state["attributes"]["unit_of_measurement"]
    return {
        "statistic_id": state["entity_id"],
        "source": "recorder",
        "name": None,
        "has_sum": has_sum,
        "mean_type": _NO_MEAN if has_sum else _ARITHMETIC,
        "unit_of_measurement": unit,
        "unit_class": _UNIT_CLASSES.get(unit),
    }


def _sums(hours: list[Hour], key: str, *, before: float, after: float, state: Json) -> list[Json]:
    """Rows that lead to the entity's state of now, with a sum of 0 there."""
    divisor = _DIVISORS[state["attributes"]["unit_of_measurement"]]
    counters = [(_ANCHOR, before), *((hour.start, hour.counters[key]) for hour in hours)]
    sums = [(start, (counter - after) / divisor) for start, counter in counters]
    return [{"start": start.isoformat(), "sum": sum_, "state": float(state["state"]) + sum_} for start, sum_ in sums]


def _mean(hour: Hour, key: str, *, state: Json) -> Json:
    """What was measured in an hour."""
    divisor = _DIVISORS[state["attributes"]["unit_of_measurement"]]
    values = [value / divisor for value in hour.samples[key]]
    return {
        "start": hour.start.isoformat(),
        "mean": sum(values) / len(values),
        "min": min(values),
        "max": max(values),
    }
