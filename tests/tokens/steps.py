"""What tests of a token's life have in common."""

from datetime import timedelta
from typing import Final, TypedDict

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from custom_components.iq_gateway.issues import Issue
from tests.conftest import PASSWORD, USERNAME
from tests.simulator import GatewaySimulator
from tests.states import coordinator


class Account(TypedDict):
    """What an entry remembers of an account."""

    username: str
    password: str


ACCOUNT: Final = Account(username=USERNAME, password=PASSWORD)
SLOW: Final = {"update_interval": 3600}

YEAR: Final = timedelta(days=365)
MONTH: Final = timedelta(days=30)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)


def due_soon(gateway: GatewaySimulator) -> str:
    """Return an owner's token that is to be seen to in an hour."""
    return gateway.mint(issued=dt_util.utcnow() - (YEAR - MONTH) + HOUR)


def revoked(gateway: GatewaySimulator) -> str:
    """Return a token that the gateway rejects for no reason that can be told."""
    token = gateway.mint()
    gateway.revoke(token)
    return token


def told(hass: HomeAssistant, entry: MockConfigEntry) -> str | None:
    """Return the key of what the repair about the token says; None if there is no repair."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.TOKEN}_{entry.entry_id}")
    return issue.translation_key if issue else None


def asked(hass: HomeAssistant, entry: MockConfigEntry) -> int:
    """Return how many times over the user is asked to sign in."""
    return len(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))


async def refresh(hass: HomeAssistant, entry: MockConfigEntry, *, times: int = 1) -> None:
    """Run cycles now, and wait for what they lead to."""
    for _ in range(times):
        await coordinator(entry).async_refresh()
        await hass.async_block_till_done()
