"""`/ivp/ensemble/generator`: what a generator is doing; filled without one, too (gateway-api.md 14.8)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import number, word
from .endpoint import Endpoint
from .shapes import Parsed, has_any, record


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorStatus:
    """The answer; that something is `present` is said without a generator as well, and so is not read."""

    state: str | None  # of its relay: open, close
    start_soc: float | None  # %; 100 to start whatever the batteries' level is
    stop_soc: float | None  # %; -1 to stop at none


def parse_generator(payload: object) -> Parsed[GeneratorStatus]:
    """Parse the answer."""
    whole = record(payload)
    state = word(whole.get("oper_state"))
    start, stop = number(whole.get("start_soc")), number(whole.get("stop_soc"))
    if not has_any((state, start, stop)):
        raise InvalidAnswer("no state of a generator")
    return GeneratorStatus(state=state, start_soc=start, stop_soc=stop), 0


GENERATOR: Final = Endpoint[GeneratorStatus](
    name="generator", path="/ivp/ensemble/generator", parse=parse_generator, may_wait=True
)
