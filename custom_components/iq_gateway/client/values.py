"""Single values of decoded answers, as they ought to be: what is missing or odd is None."""

# The gateway writes small negative watts as unsigned 32-bit numbers at times: 4294967292 is -4 (gateway-api.md 3).
_UINT32 = 2**32
_INT32_MAX = 2**31 - 1
# Wh or J of whatever was counted, or seconds since 1970: what is beyond is no figure, nor is any sum with it. So it is
# with W beyond what a large town takes.
_MOST = 1e13
_MOST_POWER = 1e9
# °C, or °F: sensors that are broken or missing tell what no house lives through.
_TEMPERATURES = (-100.0, 300.0)
# Wh; what a gateway's batteries hold is a hundredth of it.
_MOST_STORED = 10_000_000.0
_FLAGS = {"true": True, "false": False}


def number(value: object) -> float | None:
    """Return a number within 10^13 however it is written, else None; never the negative zero that idle meters show."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except ValueError:
        return None
    return result + 0.0 if abs(result) <= _MOST else None


def watts(value: object, *, per_watt: int = 1) -> float | None:
    """Return a power within 10^9 W, with an unsigned notation of a negative one undone; else None."""
    result = number(value)
    if result is None:
        return None
    power = (result - _UINT32 if _INT32_MAX < result < _UINT32 else result) / per_watt
    return power if abs(power) <= _MOST_POWER else None


def thousandth(value: object) -> float | None:
    """Return W from mW."""
    return watts(value, per_watt=1000)


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
