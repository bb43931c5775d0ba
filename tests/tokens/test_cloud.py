"""Whatever the cloud answers, a token that works goes on working, and no account is locked."""

from datetime import timedelta
from itertools import pairwise

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.iq_gateway.tokens.renewal import Obstacle, SignIns, remember
from tests import cloud_answers
from tests.cloud_answers import CloudAnswer
from tests.conftest import EntryMaker, EntrySetUp
from tests.simulator import CloudBehaviour, CloudSimulator, GatewaySimulator
from tests.states import why_not
from tests.time_lapse import pass_time
from tests.tokens.steps import ACCOUNT, DAY, MINUTE, MONTH, SLOW, YEAR, asked, due_soon, refresh, revoked, told


@pytest.mark.parametrize("answer", cloud_answers.PASSING.values(), ids=cloud_answers.PASSING)
async def test_a_cloud_that_fails_breaks_no_token_that_works(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    answer: CloudAnswer,
) -> None:
    """It is asked again a quarter of an hour later; nobody is bothered, unless it is the account's fault."""
    answer.arrange(cloud)
    token = due_soon(gateway)
    entry = await setup_entry(gateway, token=token, options=SLOW, **ACCOUNT)
    await pass_time(hass, freezer, 2 * DAY)
    assert len(cloud.requests) == answer.requests
    assert SignIns.of(entry).obstacle is answer.obstacle
    assert told(hass, entry) == ("token_not_issued" if answer.obstacle is Obstacle.TOKEN_NOT_ISSUED else None)
    gateway.requests.clear()
    await refresh(hass, entry)
    assert {request.status for request in gateway.requests} == {200}
    assert entry.data[CONF_TOKEN] == token
    assert asked(hass, entry) == 0

    await pass_time(hass, freezer, 14 * MINUTE)
    assert len(cloud.requests) == answer.requests
    cloud_answers.arrange_normal(cloud)
    await pass_time(hass, freezer, 2 * MINUTE)
    assert entry.data[CONF_TOKEN] != token
    assert told(hass, entry) is None


@pytest.mark.parametrize("answer", cloud_answers.FINAL.values(), ids=cloud_answers.FINAL)
async def test_an_account_that_was_refused_is_not_tried_again(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    answer: CloudAnswer,
) -> None:
    """A repair tells why while the token works, reauth asks when it does not; restarts change nothing."""
    answer.arrange(cloud)
    entry = await setup_entry(gateway, token=due_soon(gateway), options=SLOW, **ACCOUNT)
    await pass_time(hass, freezer, 2 * DAY)
    assert told(hass, entry) == answer.obstacle
    assert asked(hass, entry) == 0
    for _ in range(3):
        await pass_time(hass, freezer, DAY)
        await hass.config_entries.async_reload(entry.entry_id)
    assert len(cloud.requests) == answer.requests
    assert told(hass, entry) == answer.obstacle

    await pass_time(hass, freezer, MONTH)
    await hass.async_block_till_done()
    assert asked(hass, entry) == 1
    assert told(hass, entry) is None
    assert len(cloud.requests) == answer.requests


@pytest.mark.parametrize("answer", cloud_answers.ALL.values(), ids=cloud_answers.ALL)
async def test_a_rejected_token_that_cannot_be_replaced(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    setup_entry: EntrySetUp,
    answer: CloudAnswer,
) -> None:
    """What passes by itself is told by a repair, what the user has to see to by reauth; one attempt for now."""
    answer.arrange(cloud)
    token = gateway.mint()
    entry = await setup_entry(gateway, token=token, **ACCOUNT)
    gateway.revoke(token)
    await refresh(hass, entry, times=3)
    final = answer in cloud_answers.FINAL.values()
    assert len(cloud.requests) == answer.requests
    assert asked(hass, entry) == (1 if final else 0)
    assert told(hass, entry) == (None if final else answer.obstacle)


@pytest.mark.parametrize("answer", cloud_answers.ALL.values(), ids=cloud_answers.ALL)
async def test_a_start_with_a_rejected_token_that_cannot_be_replaced(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, setup_entry: EntrySetUp, answer: CloudAnswer
) -> None:
    """It is tried again by itself where that may help."""
    answer.arrange(cloud)
    entry = await setup_entry(gateway, token=revoked(gateway), **ACCOUNT)
    final = answer in cloud_answers.FINAL.values()
    assert entry.state is (ConfigEntryState.SETUP_ERROR if final else ConfigEntryState.SETUP_RETRY)
    assert why_not(entry) == answer.obstacle
    assert len(cloud.requests) == answer.requests
    assert asked(hass, entry) == (1 if final else 0)


@pytest.mark.parametrize("behaviour", [CloudBehaviour.TOKENS_REFUSED, CloudBehaviour.TOKENS_AS_JSON])
async def test_either_route_to_a_token_will_do(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    setup_entry: EntrySetUp,
    behaviour: CloudBehaviour,
) -> None:
    """One of them refused, or in another form."""
    cloud.behaviour = behaviour
    entry = await setup_entry(gateway, token=revoked(gateway), **ACCOUNT)
    assert entry.state is ConfigEntryState.LOADED
    assert len(cloud.sign_ins) == 1


async def test_waiting_doubles_from_a_quarter_of_an_hour_to_a_day(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
) -> None:
    """A restart in between neither shortens nor forgets it."""
    cloud.behaviour = CloudBehaviour.SERVER_ERROR
    token = gateway.mint(issued=dt_util.utcnow() - YEAR + MONTH / 2)
    entry = await setup_entry(gateway, token=token, options={"update_interval": 86_400}, **ACCOUNT)
    await pass_time(hass, freezer, DAY)
    for _ in range(9):
        next_try = dt_util.utc_from_timestamp(SignIns.of(entry).next_try)
        await pass_time(hass, freezer, next_try - dt_util.utcnow() - timedelta(seconds=10))
        await hass.config_entries.async_reload(entry.entry_id)
        await pass_time(hass, freezer, timedelta(seconds=20))
    times = [request.at for request in cloud.sign_ins]
    hours = [round((later - earlier) / 3600 + 0.01, 1) for earlier, later in pairwise(times)]
    assert hours == [0.3, 0.5, 1, 2, 4, 8, 16, 24, 24]


@pytest.mark.parametrize(
    "behaviour", [CloudBehaviour.SERVER_ERROR, CloudBehaviour.TOO_MANY_SESSIONS], ids=["down", "too many sessions"]
)
async def test_a_token_that_is_not_renewed_for_weeks_is_told_in_time(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    freezer: FrozenDateTimeFactory,
    setup_entry: EntrySetUp,
    behaviour: CloudBehaviour,
) -> None:
    """Not at once, for most troubles pass; at least a week before it ends; no longer once there is a new one."""
    cloud.behaviour = behaviour
    entry = await setup_entry(gateway, token=due_soon(gateway), options={"update_interval": 86_400}, **ACCOUNT)
    for _ in range(19):
        await pass_time(hass, freezer, DAY)
        assert told(hass, entry) is None
    for _ in range(4):
        await pass_time(hass, freezer, DAY)
    assert told(hass, entry) == "not_renewed"
    assert asked(hass, entry) == 0
    cloud_answers.arrange_normal(cloud)
    await pass_time(hass, freezer, DAY)
    assert told(hass, entry) is None


async def test_a_clock_that_was_wrong_does_not_keep_us_waiting(
    hass: HomeAssistant, gateway: GatewaySimulator, cloud: CloudSimulator, add_entry: EntryMaker
) -> None:
    """A next try further off than any wait was noted by a computer that took the time from nowhere."""
    entry = add_entry(gateway, token=revoked(gateway), **ACCOUNT)
    remember(
        hass,
        entry,
        SignIns(failures=1, next_try=(dt_util.utcnow() + YEAR).timestamp(), obstacle=Obstacle.CLOUD_UNREACHABLE),
    )
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert len(cloud.sign_ins) == 1
