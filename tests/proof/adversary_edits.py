"""Edits of a gateway's answers that make them untrue, for the adversary's attacks."""

from collections.abc import Callable
from copy import deepcopy
from itertools import count
from typing import Any, Final

from tests.simulator.answers.meters import EIDS
from tests.simulator.mutations import COUNTERS, POWERS

# Answers of any shape, taken apart by key.
type Payload = Any
type Edit = Callable[[Payload], Payload]


DELIVERED: Final = "actEnergyDlvd"
RECEIVED: Final = "actEnergyRcvd"


def _walk(payload: Payload, change: Callable[[str, Payload], Payload]) -> Payload:
    if isinstance(payload, list):
        return [_walk(item, change) for item in payload]
    if isinstance(payload, dict):
        return {
            key: _walk(item, change) if isinstance(item, dict | list) else change(key, item)
            for key, item in payload.items()
        }
    return payload


def plus(step: float) -> Callable[[float], float]:
    """Return what adds so much."""
    return lambda value: value + step


def times(factor: float) -> Callable[[float], float]:
    """Return what multiplies by so much."""
    return lambda value: value * factor


def each(keys: frozenset[str], change: Callable[[float], float]) -> Edit:
    """Return an edit of every figure under one of the keys."""
    return lambda payload: _walk(payload, lambda key, value: change(value) if key in keys else value)


def of_meter(measurement: str, keys: tuple[str, ...], change: Callable[[float], float]) -> Edit:
    """Return an edit of some counters of one meter: the sum and its first phase, so that both tell the same."""

    def row(reading: Payload) -> Payload:
        if reading.get("eid") != EIDS[measurement]:
            return reading
        first, *others = reading["channels"]
        edited = {key: change(reading[key]) for key in keys}
        phase = {key: first[key] + edited[key] - reading[key] for key in keys}
        return {**reading, **edited, "channels": [{**first, **phase}, *others]}

    return lambda rows: [row(reading) for reading in rows]


def counters_exchanged(measurement: str) -> Edit:
    """Return an edit that has one meter count what it delivered as received and the other way round."""

    def turned(record: Payload) -> Payload:
        return {**record, DELIVERED: record[RECEIVED], RECEIVED: record[DELIVERED]}

    def row(reading: Payload) -> Payload:
        if reading.get("eid") != EIDS[measurement]:
            return reading
        return {**turned(reading), "channels": [turned(channel) for channel in reading["channels"]]}

    return lambda rows: [row(reading) for reading in rows]


def rows_exchanged(rows: Payload) -> Payload:
    """Have the first two meters answer under each other's names."""
    if len(rows) < 2:
        return rows
    first, second, *others = rows
    return [{**first, "eid": second["eid"]}, {**second, "eid": first["eid"]}, *others]


def types_exchanged(meters: Payload) -> Payload:
    """List the first two meters as what the other one is."""
    if len(meters) < 2:
        return meters
    first, second, *others = meters
    return [
        {**first, "measurementType": second["measurementType"]},
        {**second, "measurementType": first["measurementType"]},
        *others,
    ]


def leg_lost(measurement: str) -> Edit:
    """Have one phase of a meter read zero, and the meter's sums with it."""

    def row(reading: Payload) -> Payload:
        if reading.get("eid") != EIDS[measurement]:
            return reading
        lost, *others = reading["channels"]
        summed = (COUNTERS | POWERS) & lost.keys()
        less = {key: round(reading[key] - lost[key], 3) for key in summed}
        return {**reading, **less, "channels": [{**lost, **dict.fromkeys(summed, 0.0)}, *others]}

    return lambda rows: [row(reading) for reading in rows]


def without_meter(measurement: str) -> Edit:
    """Return an edit that leaves one meter's reading out."""
    return lambda rows: [row for row in rows if row["eid"] != EIDS[measurement]]


def without_type(measurement: str) -> Edit:
    """Return an edit that leaves one meter out of the list of meters."""
    return lambda meters: [meter for meter in meters if meter["measurementType"] != measurement]


def one_inverter(key: str, value: float) -> Edit:
    """Return an edit that gives the first inverter another figure."""
    return lambda rows: [{**rows[0], key: value}, *rows[1:]] if rows else rows


class Paced:
    """An edit that lets figures go on from the first answer at another pace: 0 stands still, 3 grows too fast."""

    def __init__(self, keys: frozenset[str], pace: float) -> None:
        self._keys = keys
        self._pace = pace
        self._first: Payload = None

    def __call__(self, payload: Payload) -> Payload:
        """Return the answer as it would be at that pace."""
        if self._first is None:
            self._first = deepcopy(payload)
        return self._paced(payload, self._first)

    def _paced(self, now: Payload, then: Payload) -> Payload:
        if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
            return [self._paced(item, first) for item, first in zip(now, then, strict=True)]
        if isinstance(now, dict) and isinstance(then, dict):
            return {
                key: then[key] + self._pace * (item - then[key])
                if key in self._keys and key in then
                else self._paced(item, then.get(key))
                for key, item in now.items()
            }
        return now


def growing_lie(step: float) -> Edit:
    """Return an edit that adds so many Wh more with each answer."""
    answers = count(1)

    def edit(payload: Payload) -> Payload:
        lie = step * next(answers)
        return each(COUNTERS, lambda value: value + lie)(payload)

    return edit


def alternating(edit: Edit) -> Edit:
    """Return an edit of every second answer, the first included."""
    answers = count()
    return lambda payload: payload if next(answers) % 2 else edit(payload)


def more(measurement: str, field: str, energy: Callable[[], float], power: float = 0.0) -> Edit:
    """Return an edit that has one meter count more, spread over its phases evenly."""

    def edit(rows: Payload) -> Payload:
        return [_with_more(row, field, energy(), power) if row["eid"] == EIDS[measurement] else row for row in rows]

    return edit


def _with_more(row: Payload, field: str, energy: float, power: float) -> Payload:
    used = [channel for channel in row["channels"] if channel["voltage"]]
    share = 1.0 / len(used)

    def added_to(record: Payload, part: float) -> Payload:
        added = {field: record[field] + energy * part}
        if power:
            added |= {key: record[key] + power * part for key in ("activePower", "instantaneousDemand")}
        return {**record, **added}

    return {**added_to(row, 1.0), "channels": [added_to(one, share) if one in used else one for one in row["channels"]]}
