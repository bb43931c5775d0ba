"""Odd content in an otherwise good JSON answer, as gateways have been seen to send it, or might.

Each takes an answer apart by its keys, so that it fits every endpoint in which it can occur, and leaves others alone.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Final

from .reply import Json

_WRAP_WH: Final = 1_193_046
_UINT32_MINUS_FOUR: Final = 4_294_967_292
_DAY: Final = 86_400

ENUMS: Final = frozenset(
    {
        "state",
        "measurementType",
        "phaseMode",
        "meteringStatus",
        "reportType",
        "devType",
        "main_relay_state",
        "gen_relay_state",
        "backup_bat_mode",
        "mqtt_state",
        "sc_stream",
    }
)
TIMES: Final = frozenset({"timestamp", "createdAt", "lastReportDate", "last_update"})
IDENTITIES: Final = frozenset({"eid", "serialNumber", "phaseCount"})
COUNTERS: Final = frozenset(
    {
        "actEnergyDlvd",
        "actEnergyRcvd",
        "apparentEnergy",
        "reactEnergyLagg",
        "reactEnergyLead",
        "whDlvdCum",
        "whRcvdCum",
        "wattHoursToday",
        "wattHoursSevenDays",
        "wattHoursLifetime",
        "whLifetime",
        "whToday",
        "whLastSevenDays",
    }
)
POWERS: Final = frozenset(
    {
        "activePower",
        "instantaneousDemand",
        "actPower",
        "currW",
        "wattsNow",
        "lastReportWatts",
        "agg_p_mw",
        "wNow",
    }
)
_ODD_TYPE: Final = 99
_STORAGE: Final = 704643840

type _Edit = Callable[[str, Json], Json]


def _walk(value: Json, edit: _Edit) -> Json:
    """Return a copy in which each plain value under a key is what `edit` makes of it."""
    if isinstance(value, list):
        return [_walk(item, edit) for item in value]
    if isinstance(value, dict):
        return {
            key: _walk(item, edit) if isinstance(item, dict | list) else edit(key, item) for key, item in value.items()
        }
    return value


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _measured(key: str, value: Json) -> bool:
    return _is_number(value) and key not in ENUMS | TIMES | IDENTITIES


def unknown_enum(payload: Json) -> Json:
    """Give each enumeration a value nobody has heard of."""

    def edit(key: str, value: Json) -> Json:
        if key not in ENUMS:
            return value
        return _ODD_TYPE if _is_number(value) else "sparkling"

    return _walk(payload, edit)


def broken_record(payload: Json) -> Json:
    """Put records that are none among the good ones: after the first of a list, or as one section of an object."""
    if isinstance(payload, list):
        broken: list[Json] = ["oops", None, {}, {"eid": "x", "serialNumber": None}]
        return [*payload[:1], *broken, *payload[1:]]
    if isinstance(payload, dict):
        sections = [key for key, value in payload.items() if isinstance(value, dict)]
        return {**payload, **dict.fromkeys(sections[-1:], "oops")}
    return payload


def numbers_as_text(payload: Json) -> Json:
    """Write each number as a text."""
    return _walk(payload, lambda _, value: str(value) if _is_number(value) else value)


def unknown_text(payload: Json) -> Json:
    """Write "unknown" for each measured number."""
    return _walk(payload, lambda key, value: "unknown" if _measured(key, value) else value)


def nulls(payload: Json) -> Json:
    """Write null for each measured number."""
    return _walk(payload, lambda key, value: None if _measured(key, value) else value)


def not_a_number(payload: Json) -> Json:
    """Write the bare word NaN for each measured number."""
    return _walk(payload, lambda key, value: float("nan") if _measured(key, value) else value)


def negative_zero(payload: Json) -> Json:
    """Write -0.0 for each power."""
    return _walk(payload, lambda key, value: -0.0 if key in POWERS else value)


def wrapped(payload: Json) -> Json:
    """Write each power as -4 in 32 bits without a sign."""
    return _walk(payload, lambda key, value: _UINT32_MINUS_FOUR if key in POWERS else value)


def duplicates(payload: Json) -> Json:
    """List each record twice."""
    return [*payload, *deepcopy(payload)] if isinstance(payload, list) else payload


def time_zero(payload: Json) -> Json:
    """Set each time stamp to 0."""
    return _walk(payload, lambda key, value: 0 if key in TIMES else value)


def time_tomorrow(payload: Json) -> Json:
    """Set each time stamp a day ahead."""

    def edit(key: str, value: Json) -> Json:
        return value + _DAY if key in TIMES and isinstance(value, int) else value

    return _walk(payload, edit)


def zeros(payload: Json) -> Json:
    """Set each counter and each power to zero."""
    return _walk(payload, lambda key, value: 0 if key in COUNTERS | POWERS else value)


def _times(factor: float) -> Callable[[Json], Json]:
    def edit(key: str, value: Json) -> Json:
        return round(value * factor) if key in COUNTERS and isinstance(value, int | float) else value

    return lambda payload: _walk(payload, edit)


halved: Final = _times(0.5)
doubled: Final = _times(2.0)
negative: Final = _times(-1.0)


def jumped(payload: Json) -> Json:
    """Add 2^32 joules to each counter, as an overflow taken for a step does."""

    def edit(key: str, value: Json) -> Json:
        return value + _WRAP_WH if key in COUNTERS and isinstance(value, int | float) else value

    return _walk(payload, edit)


def storage_leg_lost(payload: Json) -> Json:
    """Take the storage meter's second leg to zero, and what it adds to the meter's own figures with it."""
    if not isinstance(payload, list):
        return payload
    return [
        _without_second_leg(row) if isinstance(row, dict) and row.get("eid") == _STORAGE else row for row in payload
    ]


def _without_second_leg(row: dict[str, Json]) -> Json:
    match row.get("channels"):
        case [first, dict() as leg, *others]:
            pass
        case _:
            return row
    summed = COUNTERS | POWERS
    lost = {key: 0.0 if key in summed else value for key, value in leg.items()}
    less = {
        key: round(value - part, 3)
        for key, value in row.items()
        if key in summed and isinstance(value, int | float) and isinstance(part := leg.get(key), int | float)
    }
    return {**row, **less, "channels": [first, lost, *others]}


def meters_disabled(payload: Json) -> Json:
    """List each meter as disabled; zero the figures that come from meters, leave those of the inverters."""
    if isinstance(payload, dict):
        return {key: _without_meters(key, value) for key, value in payload.items()}
    if isinstance(payload, list):
        return [_disabled(row) if isinstance(row, dict) else row for row in payload]
    return payload


def _without_meters(key: str, value: Json) -> Json:
    """Return one section of an object: figures of sources under their names, a list of sources, or a single figure."""
    if isinstance(value, list):
        return [
            {**row, "activeCount": 0} if isinstance(row, dict) and row.get("type") == "eim" else row for row in value
        ]
    if isinstance(value, dict):
        inverters = {source: figures for source, figures in value.items() if source == "pcu"}
        return {**_walk_record(value), **inverters}
    return 0 if key in COUNTERS | POWERS else value


def _inactive(row: dict[str, Json]) -> Json:
    return {**row, "activeCount": 0}


def _disabled(row: dict[str, Json]) -> Json:
    if "measurementType" in row:
        return {**row, "state": "disabled"}
    return row if "serialNumber" in row else zeros(row)


def _walk_record(value: dict[str, Json]) -> dict[str, Json]:
    zeroed = zeros(value)
    return zeroed if isinstance(zeroed, dict) else value
