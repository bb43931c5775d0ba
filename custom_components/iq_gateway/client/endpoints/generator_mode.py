"""`/ivp/ss/gen_mode`: what a generator was last told; an empty object without one (gateway-api.md 14.8)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import word
from .endpoint import Endpoint
from .shapes import Parsed, record

# Somebody has to change it by hand.
_EVERY: Final = 30 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorMode:
    """The answer."""

    command: str | None  # on, off, auto


def parse_generator_mode(payload: object) -> Parsed[GeneratorMode]:
    """Parse the answer."""
    whole = record(payload)
    if whole and "gen_cmd" not in whole:
        raise InvalidAnswer("no command of a generator")
    return GeneratorMode(command=word(whole.get("gen_cmd"))), 0


GENERATOR_MODE: Final = Endpoint[GeneratorMode](
    name="generator_mode", path="/ivp/ss/gen_mode", parse=parse_generator_mode, every=_EVERY
)
