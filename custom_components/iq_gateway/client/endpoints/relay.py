"""`/ivp/ensemble/relay`: the relay between house and grid, as wanted and as it is (gateway-api.md 14.6)."""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import word
from .endpoint import Endpoint
from .shapes import Parsed, has_any, record


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayWord:
    """The answer, in the gateway's words; a gateway without a relay says closed as well."""

    wanted: str | None  # closed, open
    state: str | None  # closed, open, open synchronizing, open synchronized
    battery_mode: str | None  # multimode-ongrid, multimode-generator, unknown


def parse_relay(payload: object) -> Parsed[RelayWord]:
    """Parse the answer."""
    whole = record(payload)
    wanted, state = word(whole.get("mains_admin_state")), word(whole.get("mains_oper_state"))
    if not has_any((wanted, state)):
        raise InvalidAnswer("no state of a relay")
    return RelayWord(wanted=wanted, state=state, battery_mode=word(whole.get("Enchg_grid_mode"))), 0


RELAY: Final = Endpoint[RelayWord](name="relay", path="/ivp/ensemble/relay", parse=parse_relay, may_wait=True)
