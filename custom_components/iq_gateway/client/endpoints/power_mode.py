"""`/ivp/mod/603980032/mode/power`: whether production is switched off by force (gateway-api.md 17.4)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import flag, integer
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, record

_NUMBERS: Final[dict[int | None, bool]] = {0: False, 1: True}


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerMode:
    """Whether the inverters are told to stand still."""

    forced_off: bool


def parse_power_mode(payload: object) -> Parsed[PowerMode]:
    """Parse the one flag there is, written as yes and no or as 1 and 0."""
    told = record(payload).get("powerForcedOff")
    forced_off = _NUMBERS.get(integer(told)) if flag(told) is None else flag(told)
    if forced_off is None:
        raise InvalidAnswer("it does not tell whether production is switched off")
    return PowerMode(forced_off=forced_off), 0


POWER_MODE: Final = Endpoint[PowerMode](
    name="power_mode", path="/ivp/mod/603980032/mode/power", parse=parse_power_mode, every=HOURLY // 4, kept=True
)
