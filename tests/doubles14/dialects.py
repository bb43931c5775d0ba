"""Other ways in which a gateway may say the same, and take back what it has said so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import re
from typing import Any, Final

from . import documents as docs

type Json = Any

_WORDS: Final = {
    "status", "mains_admin_state", "mains_oper_state", "mode", "grid_action", "micro_grid_action", "gen_action",
    "gen_cmd", "oper_state", "battery_mode",
}  # fmt: skip
_MORE: Final = "zz_more"
# What controls look at; what is measured is told as ever.
TOLD_SO: Final = frozenset(
    {docs.SETTINGS, docs.CONTACTS, docs.RELAY, docs.SECCTRL, docs.GENERATOR, docs.GEN_MODE, docs.GEN_SCHEDULE,
     docs.DPEL, docs.TARIFF, docs.SCHED, docs.UNITS}
)  # fmt: skip


def _pairs(value: Json, key: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for one, two in value.items():
            yield from _pairs(two, one)
    elif isinstance(value, list):
        for one in value:
            yield from _pairs(one, key)
    else:
        yield key, value


_NUMBERS: Final = frozenset(key for key, one in _pairs(docs.fresh()) if type(one) in (int, float))
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How values are said, and in which order; and how what comes back is understood."""

    say: Callable[[str, Json], Json] = lambda _key, value: value
    hear: Callable[[str, Json], Json] = lambda _key, value: value
    backwards: bool = False
    more: bool = False

    def said(self, value: Json, key: str = "") -> Json:
        """Return what is said of this."""
        if isinstance(value, dict):
            pairs = [(one, self.said(two, one)) for one, two in value.items()]
            pairs += [(_MORE, {"deep": [None, 1.5, "x"]})] if self.more else []
            return dict(reversed(pairs) if self.backwards else pairs)
        return [self.said(one, key) for one in value] if isinstance(value, list) else self.say(key, value)

    def heard(self, value: Json, key: str = "") -> Json:
        """Return what is understood of something that comes back."""
        if isinstance(value, dict):
            return {one: self.heard(two, one) for one, two in value.items() if one != _MORE}
        return [self.heard(one, key) for one in value] if isinstance(value, list) else self.hear(key, value)


def _as_text(_key: str, value: Json) -> Json:
    return str(value) if type(value) in (int, float) else value


def _from_text(key: str, value: Json) -> Json:
    if key not in _NUMBERS or not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)


def _loudly(key: str, value: Json) -> Json:
    return value.upper() if key in _WORDS and isinstance(value, str) else value


def _quietly(key: str, value: Json) -> Json:
    return value.lower() if key in _WORDS and isinstance(value, str) else value


PLAIN: Final = Dialect()
NUMBERS_AS_TEXT_AND_MORE: Final = Dialect(say=_as_text, hear=_from_text, more=True)
LOUD_AND_BACKWARDS: Final = Dialect(say=_loudly, hear=_quietly, backwards=True)
