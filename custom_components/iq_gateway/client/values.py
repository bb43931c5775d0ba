"""Single values of decoded answers, as they ought to be: what is missing or odd is None."""

import math

# The gateway writes small negative watts as unsigned 32-bit numbers at times: 4294967292 is -4 (gateway-api.md 3).
_UINT32 = 2**32
_INT32_MAX = 2**31 - 1
# °C, or °F: sensors that are broken or missing tell what no house lives through.
_TEMPERATURES = (-100.0, 300.0)
# Wh; what a gateway's batteries hold is a hundredth of it.
_MOST_STORED = 10_000_000.0
_FLAGS = {"true": True, "false": False}


def number(value: object) -> float | None:
    """Return a finite number however it is written, else None; never the negative zero that idle meters show."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except ValueError:
        return None
    return result + 0.0 if math.isfinite(result) else None


def watts(value: object) -> float | None:
    """Return a power, with an unsigned notation of a negative one undone."""
    result = number(value)
    return result - _UINT32 if result is not None and _INT32_MAX < result < _UINT32 else result


def thousandth(value: object) -> float | None:
    """Return W from mW."""
    result = watts(value)
    return None if result is None else result / 1000


def percent(value: object) -> float | None:
    """Return a share of the whole, else None."""
    result = number(value)
    return result if result is not None and 0 <= result <= 100 else None  # noqa: PLR2004


def temperature(value: object) -> float | None:
    """Return a temperature that can be, whatever its unit, else None."""
    result, (lowest, highest) = number(value), _TEMPERATURES
    return result if result is not None and lowest <= result <= highest else None


def stored(value: object) -> float | None:
    """Return Wh that batteries may hold, else None."""
    result = number(value)
    return result if result is not None and 0 <= result <= _MOST_STORED else None


def integer(value: object) -> int | None:
    """Return a whole number, else None."""
    result = number(value)
    return int(result) if result is not None and result.is_integer() else None


def flag(value: object) -> bool | None:
    """Return yes or no, also one that is written as a text, else None."""
    return value if isinstance(value, bool) else _FLAGS.get(word(value) or "")


def text(value: object) -> str | None:
    """Return a text that says something, else None."""
    return value if isinstance(value, str) and value else None


def word(value: object) -> str | None:
    """Return one of a few words that a gateway may say, however it is written, else None."""
    return told.strip().lower() or None if (told := text(value)) else None


def serial_number(value: object) -> str | None:
    """Return a serial number, also one that is written as a number, else None.

    It begins with a digit and is not of zeros alone; a meter's ends in letters: EIM1.
    """
    told = str(value) if isinstance(value, int) and not isinstance(value, bool) else (text(value) or "").strip()
    return told if told.isascii() and told.isalnum() and told[0].isdigit() and told.strip("0") else None


def moment(value: object) -> int | None:
    """Return a time; 0 means never."""
    return integer(value) or None
