"""Tokens that end are renewed ahead of time."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.iq_gateway.client.token import AccessToken
from tests.conftest import EntrySetUp
from tests.simulator import CloudSimulator, GatewaySimulator
from tests.states import coordinator, state
from tests.time_lapse import pass_time
from tests.tokens.steps import ACCOUNT, DAY, HOUR, MINUTE, MONTH, SLOW, YEAR, refresh, told


@pytest.mark.parametrize(
    ("lifetime", "margin"),
    [(YEAR, MONTH), (timedelta(days=180), timedelta(days=15)), (12 * HOUR, HOUR)],
    ids=["owner", "half a year", "installer"],
)
async def test_a_token_is_renewed_ahead_of_its_end(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    lifetime: timedelta,
    margin: timedelta,
) -> None:
    """The lifetime tells when, whatever the role; the next cycle uses the new one, and nothing is loaded anew."""
    age = lifetime - margin - 2 * MINUTE
    old = gateway.mint("installer", lifetime=lifetime, issued=dt_util.utcnow() - age)
    entry = await setup_entry(gateway, token=old, options=SLOW, **ACCOUNT)
    loaded = coordinator(entry)
    await pass_time(hass, freezer, MINUTE)
    assert cloud.requests == []

    await pass_time(hass, freezer, min(margin / 2, 2 * DAY))
    assert len(cloud.sign_ins) == 1
    new = entry.data[CONF_TOKEN]
    assert new != old
    gateway.requests.clear()
    await refresh(hass, entry)
    assert gateway.requests
    assert {request.status for request in gateway.requests} == {200}
    assert {request.headers.get("authorization") for request in gateway.requests} <= {f"Bearer {new}", None}
    assert coordinator(entry) is loaded
    assert told(hass, entry) is None
    assert state(hass, gateway.serial, "token_expires") == AccessToken.parse(new).expires.isoformat()


async def test_a_renewal_is_put_off_by_chance(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Gateways whose tokens were made together are not renewed together, but all well before the end."""
    monkeypatch.setattr("custom_components.iq_gateway.tokens.keeper.random", lambda: 0.9)
    token = gateway.mint("installer", issued=dt_util.utcnow() - 11 * HOUR)
    await setup_entry(gateway, token=token, options=SLOW, **ACCOUNT)
    await pass_time(hass, freezer, 13 * MINUTE)
    assert cloud.sign_ins == []
    await pass_time(hass, freezer, 2 * MINUTE)
    assert len(cloud.sign_ins) == 1
