"""`/ivp/ss/dpel`: the limit of export or production; for installers alone (gateway-api.md 17.4)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import flag, number
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, part, record


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLimit:
    """The limit as it is set; a gateway that limits nothing may tell nothing but that."""

    enabled: bool | None
    limit: float | None  # W
    of_export: bool | None  # False: of production


def parse_power_limit(payload: object) -> Parsed[PowerLimit]:
    """Parse the settings in which each of them may be missing."""
    if not (settings := part(record(payload), "dynamic_pel_settings")):
        raise InvalidAnswer("no settings of a limit")
    return PowerLimit(
        enabled=flag(settings.get("enable")),
        limit=number(settings.get("limit_value_W")),
        of_export=flag(settings.get("export_limit")),
    ), 0


POWER_LIMIT: Final = Endpoint[PowerLimit](
    name="power_limit", path="/ivp/ss/dpel", parse=parse_power_limit, every=HOURLY // 4, kept=True
)
