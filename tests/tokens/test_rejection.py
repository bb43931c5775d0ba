"""Tokens that the gateway rejects are replaced, or asked for."""

from dataclasses import replace
from itertools import pairwise
from unittest.mock import AsyncMock, patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.iq_gateway.client.gateway import Gateway
from custom_components.iq_gateway.tokens.renewal import SignIns
from tests.conftest import EntrySetUp
from tests.simulator import CloudBehaviour, CloudSimulator, Fault, GatewaySimulator
from tests.states import coordinator, why_not
from tests.time_lapse import pass_time
from tests.tokens.steps import ACCOUNT, DAY, HOUR, MINUTE, MONTH, SLOW, YEAR, asked, due_soon, refresh, revoked, told


async def test_a_rejected_token_is_replaced_within_the_cycle(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """One sign-in, and the values are there as if nothing had been."""
    token = gateway.mint()
    entry = await setup_entry(gateway, token=token, **ACCOUNT)
    gateway.revoke(token)
    gateway.requests.clear()
    await refresh(hass, entry)
    assert len(cloud.sign_ins) == 1
    assert {name for name, found in coordinator(entry).poller.states.items() if found.error} == set()
    assert [request.path for request in gateway.requests if request.status == 401][1:] == ["/auth/check_jwt"]
    assert asked(hass, entry) == 0
    assert told(hass, entry) is None


async def test_a_token_rejected_at_the_start_is_replaced(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """The entry loads with the new one."""
    entry = await setup_entry(gateway, token=revoked(gateway), **ACCOUNT)
    assert entry.state is ConfigEntryState.LOADED
    assert len(cloud.sign_ins) == 1
    assert asked(hass, entry) == 0


async def test_a_rejected_pasted_token_is_asked_for(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """Once, however many cycles there are; the cloud is left alone."""
    token = gateway.mint()
    entry = await setup_entry(gateway, token=token)
    gateway.revoke(token)
    await refresh(hass, entry, times=3)
    assert asked(hass, entry) == 1
    assert entry.data[CONF_TOKEN] == token
    assert cloud.requests == []


async def test_what_needs_no_token_is_read_on(
    hass: HomeAssistant, gateway: GatewaySimulator, freezer: FrozenDateTimeFactory, setup_entry: EntrySetUp
) -> None:
    """The firmware is followed while the user has yet to sign in."""
    token = gateway.mint()
    entry = await setup_entry(gateway, token=token, options=SLOW)
    gateway.revoke(token)
    gateway.firmware = "D8.3.9999"
    for _ in range(3):
        await pass_time(hass, freezer, HOUR)
    info = coordinator(entry).info
    assert info is not None
    assert info.software == "D8.3.9999"


async def test_a_request_to_sign_in_is_taken_back_when_the_token_is_accepted_after_all(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """A gateway that was out of sorts leaves nothing to do."""
    entry = await setup_entry(gateway)
    gateway.clock_error = (2 * YEAR).total_seconds()
    await refresh(hass, entry)
    assert asked(hass, entry) == 1
    gateway.clock_error = 0.0
    await refresh(hass, entry)
    assert asked(hass, entry) == 0


async def test_a_role_too_low_is_no_matter_of_the_token(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
) -> None:
    """The endpoint is asked twice, and rests for an hour or until there is another token."""
    gateway.deny("owner", "energy")
    entry = await setup_entry(gateway, token=due_soon(gateway), options={"update_interval": 600}, **ACCOUNT)
    for _ in range(5):
        await pass_time(hass, freezer, 10 * MINUTE)
    asked_for = [request.path for request in gateway.requests]
    assert asked_for.count("/ivp/pdm/energy") == asked_for.count("/auth/check_jwt") == 2
    assert cloud.requests == []
    assert asked(hass, entry) == 0

    gateway.requests.clear()
    await pass_time(hass, freezer, 2 * DAY)
    await refresh(hass, entry)
    assert len(cloud.sign_ins) == 1
    assert "/ivp/pdm/energy" in [request.path for request in gateway.requests]


async def test_a_renewed_token_with_a_lower_role_asks_twice_for_what_it_may_not_read(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """That an endpoint answered the old token is no reason to ask it each time with the new one."""
    gateway.deny("owner", "energy", "stream")
    token = gateway.mint("installer")
    entry = await setup_entry(gateway, token=token, **ACCOUNT)
    gateway.revoke(token)
    await refresh(hass, entry, times=2)
    gateway.requests.clear()
    await refresh(hass, entry, times=3)
    assert {request.status for request in gateway.requests} == {200}


@pytest.mark.parametrize("remembered", [False, True], ids=["pasted", "account"])
async def test_why_a_token_is_rejected_is_told_apart(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    remembered: bool,
) -> None:
    """A gateway with a wrong clock would not accept another token either, so none is made."""
    cloud.behaviour = CloudBehaviour.TOKENS_FORBIDDEN
    past = dt_util.utcnow() - 2 * YEAR
    cases = {
        "gateway_clock": (gateway.mint(), (2 * YEAR).total_seconds()),
        "token_expired": (gateway.mint(issued=past), 0.0),
        "token_for_other_gateway": (gateway.mint(serial="122999888777"), 0.0),
        "token_malformed": ("no token", 0.0),
        "token_rejected": (revoked(gateway), 0.0),
    }
    for reason, (token, clock_error) in cases.items():
        gateway.clock_error = clock_error
        cloud.requests.clear()
        entry = await (
            setup_entry(gateway, token=token, **ACCOUNT) if remembered else setup_entry(gateway, token=token)
        )
        clock = reason == "gateway_clock"
        if remembered:
            assert entry.state is ConfigEntryState.SETUP_RETRY
            assert len(cloud.sign_ins) == (0 if clock else 1)
            assert why_not(entry) == (reason if clock else "token_not_issued")
            assert told(hass, entry) == why_not(entry)
        else:
            assert entry.state is ConfigEntryState.SETUP_ERROR
            assert cloud.requests == []
            assert why_not(entry) == reason
            assert asked(hass, entry) == 1
        await hass.config_entries.async_remove(entry.entry_id)
        assert told(hass, entry) is None


async def test_a_token_that_has_expired_by_the_gateways_clock_is_replaced(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp
) -> None:
    """A clock that is ahead by less than the life of a new token is no reason to wait."""
    gateway.clock_error = (2 * MONTH).total_seconds()
    entry = await setup_entry(gateway, token=gateway.mint(issued=dt_util.utcnow() - YEAR + MONTH), **ACCOUNT)
    assert entry.state is ConfigEntryState.LOADED
    assert len(cloud.sign_ins) == 1


@pytest.mark.parametrize("remembered", [False, True], ids=["pasted", "account"])
@pytest.mark.parametrize("seconds", [1_780_000_000_000, 10**30, -(10**12)], ids=["milliseconds", "huge", "negative"])
async def test_a_gateway_whose_time_no_calendar_knows(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    setup_entry: EntrySetUp,
    caplog: pytest.LogCaptureFixture,
    remembered: bool,
    seconds: int,
) -> None:
    """Its rejected token is replaced or asked for as if it told no time at all."""
    token = gateway.mint()
    entry = await (setup_entry(gateway, token=token, **ACCOUNT) if remembered else setup_entry(gateway, token=token))
    shown = await coordinator(entry).gateway.info()
    gateway.revoke(token)
    with patch.object(Gateway, "info", AsyncMock(return_value=replace(shown, time=seconds))):
        await refresh(hass, entry)
    assert "Traceback" not in caplog.text
    assert len(cloud.sign_ins) == (1 if remembered else 0)
    assert asked(hass, entry) == (0 if remembered else 1)


async def test_a_gateway_that_rejects_every_token_is_not_given_one_after_the_other(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
) -> None:
    """The waits double; nothing is left of that when one is accepted."""
    entry = await setup_entry(gateway, options={"update_interval": 900}, **ACCOUNT)
    for name in ("check_jwt", "energy", "inverters", "live", "meters", "production", "stream"):
        gateway.fault(name, Fault.UNAUTHORIZED)
    for _ in range(4 * 24):
        await pass_time(hass, freezer, 15 * MINUTE)
    times = [request.at for request in cloud.sign_ins]
    hours = [round((later - earlier) / 3600) for earlier, later in pairwise(times)]
    assert hours == [1, 1, 1, 2, 4, 8]
    assert told(hass, entry) == "token_rejected"
    assert asked(hass, entry) == 0

    gateway.clear_faults()
    await pass_time(hass, freezer, HOUR)
    assert told(hass, entry) is None
    assert SignIns.of(entry).failures == 0


async def test_a_gateway_that_forgets_its_tokens_gets_one_an_hour_at_most(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
) -> None:
    """Even if it accepts each of them at first."""
    entry = await setup_entry(gateway, options={"update_interval": 300}, **ACCOUNT)
    for _ in range(36):
        gateway.revoke(entry.data[CONF_TOKEN])
        await pass_time(hass, freezer, 5 * MINUTE)
    assert len(cloud.sign_ins) == 3
