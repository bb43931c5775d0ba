"""Whoever shows another certificate gets no secret; the user decides what to make of it."""

import json
import re

from homeassistant.components.repairs import RepairsFlowManager, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.client.errors import CertificateChanged
from custom_components.iq_gateway.const import CONF_FINGERPRINT, DOMAIN
from custom_components.iq_gateway.issues import Issue
from tests.conftest import PASSWORD, USERNAME, EntryMaker, EntrySetUp
from tests.fixes import open_fix
from tests.network import Network
from tests.pins import in_days, kept, readable
from tests.simulator import CloudSimulator, Fault, GatewaySimulator
from tests.simulator.certificates import self_signed
from tests.simulator.reply import Json
from tests.states import FOLDER, coordinator, state, why_not

ADDRESS = "192.168.1.20"
SECRET_HEADERS = {"authorization", "cookie"}


def issue_of(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the repair about the certificate."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.CERTIFICATE}_{entry.entry_id}")


async def refresh(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Run a cycle now."""
    await coordinator(entry).async_refresh()
    await hass.async_block_till_done()


async def open_repair(hass: HomeAssistant, entry: MockConfigEntry) -> tuple[RepairsFlowManager, RepairsFlowResult]:
    """Open the repair, as the frontend does."""
    return await open_fix(hass, f"{Issue.CERTIFICATE}_{entry.entry_id}")


def secrets_reached(gateway: GatewaySimulator) -> bool:
    """Tell whether any request brought a token, a cookie or an account."""
    return any(
        SECRET_HEADERS & request.headers.keys()
        or PASSWORD.encode() in request.body
        or USERNAME.encode() in request.body
        for request in gateway.requests
    )


async def test_a_new_certificate_gets_no_secret_and_is_pinned_when_the_user_says_so(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """The repair shows both fingerprints; data goes on with the new one, from the same entities."""
    entry = await setup_entry(gateway)
    known, shown, compared = gateway.fingerprint, hass.states.async_entity_ids(), readable(gateway)
    gateway.new_certificate()
    gateway.drop_connections()
    gateway.requests.clear()
    await refresh(hass, entry)
    await refresh(hass, entry)
    assert gateway.requests == []
    issue = issue_of(hass, entry)
    assert issue is not None
    assert issue.is_fixable
    assert issue.is_persistent
    assert entry.data[CONF_FINGERPRINT] == known

    manager, form = await open_repair(hass, entry)
    assert form["step_id"] == "valid"
    assert form["description_placeholders"] == {
        "title": entry.title,
        "known": compared,
        "known_ends": "2099-12-31",
        "found": readable(gateway),
        "found_ends": "2099-12-31",
    }
    assert [request.path for request in gateway.requests] == ["/info"]
    assert not secrets_reached(gateway)

    done = await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.data == {**entry.data, **kept(gateway)}
    assert entry.state is ConfigEntryState.LOADED
    assert issue_of(hass, entry) is None
    assert hass.states.async_entity_ids() == shown
    assert state(hass, gateway.serial, "production_power") not in ("unavailable", "unknown")
    # After the repair looked, the serial number was asked for once more before the token went out.
    assert [request.path for request in gateway.requests[:2]] == ["/info", "/info"]
    assert gateway.requests[2].authorized


async def test_a_renewed_certificate_is_taken_silently(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """The key is the known one: nobody is asked, no value is missing, and a restart knows the new certificate."""
    entry = await setup_entry(gateway)
    gateway.renew_certificate(ends=in_days(gateway, 365))
    gateway.drop_connections()
    caplog.clear()
    await refresh(hass, entry)
    assert issue_of(hass, entry) is None
    assert state(hass, gateway.serial, "production_power") not in ("unavailable", "unknown")
    assert {name: entry.data[name] for name in kept(gateway)} == kept(gateway)
    await refresh(hass, entry)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components.")]
    assert [line for line in lines if "Finished fetching" not in line] == [
        "IQ Gateway: the gateway has a new certificate with the same key"
    ]
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def test_a_renewed_certificate_at_the_start_is_taken_as_well(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """It may have changed while Home Assistant was off."""
    entry = await setup_entry(gateway)
    await hass.config_entries.async_unload(entry.entry_id)
    gateway.renew_certificate()
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.data[CONF_FINGERPRINT] == gateway.fingerprint
    assert issue_of(hass, entry) is None


async def test_an_entry_of_an_earlier_version_learns_the_key(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """It has only the fingerprint, until the gateway shows that certificate once more."""
    entry = await setup_entry(gateway, fingerprint=gateway.fingerprint)
    assert {name: entry.data[name] for name in kept(gateway)} == kept(gateway)


async def test_an_entry_that_does_not_know_the_key_asks(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """The certificate changed before the key could be learnt; when the known one ended, nobody knows."""
    entry = add_entry(gateway)
    gateway.renew_certificate()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert gateway.requests == []
    _, form = await open_repair(hass, entry)
    assert form["step_id"] == "unknown"
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert (placeholders["known_ends"], placeholders["found_ends"]) == ("?", "2099-12-31")


@pytest.mark.parametrize(("days", "step"), [(-1, "ended"), (1, "valid")])
async def test_the_repair_says_whether_a_new_certificate_was_due(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, days: int, step: str
) -> None:
    """The known one had come to its end, or had not; in either case another key is for the user to judge."""
    gateway.new_certificate(self_signed("envoy", ends=in_days(gateway, days)))
    entry = await setup_entry(gateway)
    assert entry.state is ConfigEntryState.LOADED
    gateway.new_certificate()
    await refresh(hass, entry)
    manager, form = await open_repair(hass, entry)
    assert form["step_id"] == step
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert placeholders["known_ends"] == dt_util.as_local(in_days(gateway, days)).strftime("%Y-%m-%d")
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert entry.data[CONF_FINGERPRINT] == gateway.fingerprint


def test_each_outcome_of_the_repair_has_its_text() -> None:
    """With nothing in it that the flow does not tell, and the end of the known certificate where that is the point."""
    texts = json.loads((FOLDER / "translations" / "en.json").read_text(encoding="utf-8"))
    steps = texts["issues"]["certificate_changed"]["fix_flow"]["step"]
    told = {name: set(re.findall(r"{(\w+)}", step["description"])) for name, step in steps.items()}
    placeholders = {"title", "known", "known_ends", "found", "found_ends"}
    assert told == {"confirm": {"title"}, "unknown": placeholders, "ended": placeholders, "valid": placeholders}


async def test_a_repair_whose_entry_is_removed_meanwhile_ends(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """There is nothing left to pin."""
    entry = await setup_entry(gateway)
    gateway.new_certificate()
    await refresh(hass, entry)
    manager, form = await open_repair(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    done = await manager.async_configure(form["flow_id"], {})
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_another_certificate_at_the_start_is_told_as_well(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """The entry waits, and loads with the repair."""
    entry = add_entry(gateway)
    gateway.new_certificate()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert why_not(entry) == "certificate_changed"
    assert gateway.requests == []
    manager, form = await open_repair(hass, entry)
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert entry.state.name == "LOADED"
    assert issue_of(hass, entry) is None


async def test_the_repair_goes_when_the_known_certificate_is_back(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """As when whoever stood in between has gone."""
    entry = await setup_entry(gateway)
    own = gateway.certificate
    gateway.new_certificate()
    await refresh(hass, entry)
    assert issue_of(hass, entry)
    gateway.new_certificate(own)
    await refresh(hass, entry)
    assert issue_of(hass, entry) is None
    assert state(hass, gateway.serial, "production_power") not in ("unavailable", "unknown")


async def test_a_certificate_that_is_the_known_one_again_needs_no_confirmation(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """Opening the repair finds that out, and ends it."""
    entry = await setup_entry(gateway)
    own = gateway.certificate
    gateway.new_certificate()
    await refresh(hass, entry)
    gateway.new_certificate(own)
    _, done = await open_repair(hass, entry)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert issue_of(hass, entry) is None
    assert entry.data[CONF_FINGERPRINT] == own.fingerprint


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.UNAVAILABLE, "gateway_busy"),
        (Fault.REFUSED, "cannot_connect"),
        (Fault.HTML_PAGE, "not_a_gateway"),
        (None, "another_gateway"),
    ],
    ids=["busy", "refused", "web page", "another gateway"],
)
async def test_the_repair_changes_nothing_unless_the_same_gateway_answers(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    setup_entry: EntrySetUp,
    fault: Fault | None,
    reason: str,
) -> None:
    """It says what answers instead, and stays."""
    entry = await setup_entry(gateway)
    before = dict(entry.data)
    gateway.new_certificate()
    await refresh(hass, entry)
    if fault:
        gateway.fault("info", fault)
    else:
        gateway.override("/info", None)
        gateway._source.serial = "122999888777"
    _, result = await open_repair(hass, entry)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
    assert dict(entry.data) == before
    assert issue_of(hass, entry)


async def test_a_repair_cut_off_by_a_restart_can_be_opened_again(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """What was shown before counts for nothing; what is shown then is pinned."""
    entry = await setup_entry(gateway)
    known = gateway.fingerprint
    gateway.new_certificate()
    await refresh(hass, entry)
    manager, form = await open_repair(hass, entry)
    manager.async_abort(form["flow_id"])
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.data[CONF_FINGERPRINT] == known
    assert issue_of(hass, entry)

    manager, form = await open_repair(hass, entry)
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert entry.data[CONF_FINGERPRINT] == gateway.fingerprint
    assert entry.state.name == "LOADED"


async def test_a_certificate_that_changes_while_the_user_reads_is_not_pinned_unseen(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """The one that was shown is; a further one is a new case."""
    entry = await setup_entry(gateway)
    gateway.new_certificate()
    shown = gateway.fingerprint
    await refresh(hass, entry)
    manager, form = await open_repair(hass, entry)
    gateway.new_certificate()
    gateway.requests.clear()
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    assert entry.data[CONF_FINGERPRINT] == shown
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert gateway.requests == []
    assert issue_of(hass, entry)


async def test_a_certificate_change_is_one_line_in_the_log(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is met."""
    entry = await setup_entry(gateway)
    gateway.new_certificate()
    caplog.clear()
    for _ in range(4):
        await refresh(hass, entry)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components.")]
    (line,) = [text for text in lines if "Finished fetching" not in text]
    assert line == (
        "IQ Gateway: the gateway does not answer: another certificate than the known one, so nothing secret was sent"
    )


async def test_removing_an_entry_removes_its_repair(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """There is nothing left to repair."""
    entry = await setup_entry(gateway)
    gateway.new_certificate()
    await refresh(hass, entry)
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue_of(hass, entry) is None


# A man in the middle


async def test_a_man_in_the_middle_of_a_reconnection_learns_nothing(
    hass: HomeAssistant,
    gateway: GatewaySimulator,
    cloud: CloudSimulator,
    network: Network,
    setup_entry: EntrySetUp,
) -> None:
    """He has the gateway's address and serial number, and a certificate of his own."""
    network[ADDRESS] = gateway
    entry = await setup_entry(gateway, host=ADDRESS, username=USERNAME, password=PASSWORD)
    async with GatewaySimulator("metered_battery", serial=gateway.serial, clock=gateway.clock) as man:
        network[ADDRESS] = man
        await refresh(hass, entry)
        await hass.config_entries.async_reload(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert man.requests == []
        _, form = await open_repair(hass, entry)
        assert form["type"] is FlowResultType.FORM
        assert [request.path for request in man.requests] == ["/info"]
        assert not secrets_reached(man)
    assert cloud.requests == []


async def test_a_man_in_the_middle_of_a_cycle_learns_nothing(
    hass: HomeAssistant, gateway: GatewaySimulator, setup_entry: EntrySetUp
) -> None:
    """The kept-alive connection breaks, and he answers the next handshake."""
    entry = await setup_entry(gateway)
    async with GatewaySimulator("metered_battery", serial=gateway.serial, clock=gateway.clock) as man:

        def take_over(payload: Json) -> Json:
            gateway.new_certificate(man.certificate)
            gateway.drop_connections()
            return payload

        gateway.override("/ivp/meters/readings", take_over)
        gateway.requests.clear()
        await refresh(hass, entry)
    assert [request.path for request in gateway.requests][-1] == "/ivp/meters/readings"
    errors = coordinator(entry).poller.states.values()
    assert any(isinstance(found.error, CertificateChanged) for found in errors)
    assert issue_of(hass, entry)


async def test_a_man_in_the_middle_of_the_first_connection_gets_no_token_for_another_serial_number(
    hass: HomeAssistant, gateway: GatewaySimulator, add_entry: EntryMaker
) -> None:
    """Even with the pinned certificate, the token goes only to the gateway that it was made for."""
    entry = add_entry(gateway)
    gateway._source.serial = "122999888777"
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert why_not(entry) == "wrong_gateway"
    assert {request.path for request in gateway.requests} == {"/info"}
    assert not secrets_reached(gateway)
    assert entry.data[CONF_TOKEN]
