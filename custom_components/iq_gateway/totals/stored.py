"""Rebuilds what was stored, and takes nothing for granted: files get damaged, and are edited by hand."""

from dataclasses import fields, is_dataclass
from math import isfinite
from typing import get_args


def rebuild[T](cls: type[T], data: object) -> T:
    """Return a dataclass made of numbers, texts and other such dataclasses from what `asdict` made of it.

    Raises:
        ValueError: if the data is not of that shape.
    """
    if not is_dataclass(cls) or not isinstance(data, dict):
        raise ValueError(f"no {cls.__name__}")
    return cls(**{field.name: _value(field.type, data.get(field.name)) for field in fields(cls)})


def _value(kind: object, value: object) -> object:
    """Return a value of a field's kind."""
    for option in get_args(kind) or (kind,):
        if option is float and isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return float(value)
        if option is not float and isinstance(option, type) and isinstance(value, option):
            return value
        if isinstance(option, type) and is_dataclass(option) and isinstance(value, dict):
            return rebuild(option, value)
    raise ValueError(f"{value!r} is no {kind}")
