"""Shapes of decoded answers: tolerant with values, strict with shapes.

An unknown key is passed over, a missing or odd value is None, a record that lacks what it is known by, or every figure,
is dropped and counted. Only an answer of another shape altogether, or without any figure, is refused.
"""

from collections.abc import Callable, Iterable, Mapping

from ..errors import InvalidAnswer
from ..values import number, watts

# A model, and how many broken records were left out of it.
type Parsed[T] = tuple[T, int]
type Record = Mapping[str, object]

# Of whatever else is a number these are powers that may be negative, and are then written oddly at times.
_SIGNED = frozenset({"power", "active_power", "reactive_power"})


def record(payload: object) -> Record:
    """Return an answer that has to be an object."""
    if not isinstance(payload, dict):
        raise InvalidAnswer("an object was expected")
    return payload


def part(whole: Record, key: str) -> Record:
    """Return an object within an object; an empty one where it is missing."""
    found = whole.get(key)
    return found if isinstance(found, dict) else {}


def rows(whole: Record, key: str) -> list[Record]:
    """Return a list of objects within an object, without what is no object."""
    found = whole.get(key)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def has_any(figures: Iterable[object]) -> bool:
    """Tell whether there is any figure at all."""
    return any(figure is not None for figure in figures)


def listed(payload: object) -> object:
    """Return a list; what is one object where a list belongs is a list of one."""
    return [payload] if isinstance(payload, dict) else payload


def numbers(row: Record, names: Mapping[str, str]) -> dict[str, float | None]:
    """Return the numbers of a record by the names of a model's fields, which are given with their keys."""
    return {name: (watts if name in _SIGNED else number)(row.get(key)) for name, key in names.items()}


def records[T](payload: object, parse: Callable[[Record], T | None]) -> Parsed[tuple[T, ...]]:
    """Parse a list record by record; refuse it when there are some and none can be used."""
    if not isinstance(payload, list):
        raise InvalidAnswer("a list was expected")
    parsed = [parse(row) if isinstance(row, dict) else None for row in payload]
    good = tuple(item for item in parsed if item is not None)
    if parsed and not good:
        raise InvalidAnswer("no record of the list can be used")
    return good, len(parsed) - len(good)


def parse_groups[T](payload: object, devices_of: Callable[[Record], list[T | None]]) -> Parsed[tuple[T, ...]]:
    """Parse groups of devices into one list, refused only if there is no group in what is not empty.

    `devices_of` returns what a group lists, None for what is broken.
    """
    if not isinstance(payload, list):
        raise InvalidAnswer("a list was expected")
    groups = [group for group in payload if isinstance(group, dict)]
    if payload and not groups:
        raise InvalidAnswer("no group of the list can be used")
    parsed = [device for group in groups for device in devices_of(group)]
    good = tuple(device for device in parsed if device is not None)
    return good, len(payload) - len(groups) + len(parsed) - len(good)
