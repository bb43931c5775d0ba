"""`/ivp/ss/gen_config`: what generator there is; an empty object without one (gateway-api.md 14.8)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import number, text
from .endpoint import HOURLY, Endpoint
from .shapes import Parsed, record

# The rating is in kW in spite of the name of its key. No generator of a home has a thousand of them.
_MOST_KILOWATTS: Final = 1000

# Any of them may be missing.
_KEYS: Final = frozenset(
    {
        "charge_from_generator",
        "gen_type",
        "generator_id",
        "manufacturer",
        "max_cont_gen_amps",
        "model",
        "name_plate_rating_wat",
        "start_method",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorConfig:
    """The answer, of which each key may be missing."""

    rated_power: float | None  # W
    manufacturer: str | None
    model: str | None


def _rated_power(value: object) -> float | None:
    rated = number(value)
    if rated is None or rated <= 0:
        return None
    return rated * 1000 if rated < _MOST_KILOWATTS else rated


def parse_generator_config(payload: object) -> Parsed[tuple[GeneratorConfig, ...]]:
    """Parse the answer into a list of one, or of none."""
    if not (whole := record(payload)):
        return (), 0
    if _KEYS.isdisjoint(whole):
        raise InvalidAnswer("nothing of a generator")
    config = GeneratorConfig(
        rated_power=_rated_power(whole.get("name_plate_rating_wat")),
        manufacturer=text(whole.get("manufacturer")),
        model=text(whole.get("model")),
    )
    return (config,), 0


GENERATOR_CONFIG: Final = Endpoint[tuple[GeneratorConfig, ...]](
    name="generator_config", path="/ivp/ss/gen_config", parse=parse_generator_config, every=HOURLY, kept=True
)
