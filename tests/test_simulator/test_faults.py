"""Faults: each does to one answer what its name says, as often as asked, and leaves the others alone."""

import asyncio
from collections.abc import Callable
import json
import math

from aiohttp import ClientConnectorError, ClientError, ClientPayloadError, ClientTimeout, ServerDisconnectedError
import pytest

from tests.simulator import Fault, GatewaySimulator
from tests.simulator.endpoints import path_of
from tests.simulator.faults import HUGE_SIZE, MUTATIONS, STATUSES
from tests.simulator.reply import Json

from .conftest import Browser, a_number, a_record

READINGS, METERS, INVERTERS = "/ivp/meters/readings", "/ivp/meters", "/api/v1/production/inverters"
STORAGE = 704643840


@pytest.mark.parametrize(("fault", "status"), STATUSES.items())
async def test_a_status_comes_as_a_page(fault: Fault, status: int, gateway: GatewaySimulator, browser: Browser) -> None:
    """In HTML, on this path only, by its name or by the path."""
    gateway.fault("readings", fault)
    page = await browser.ask(gateway, READINGS)
    assert (page.status, page.headers["content-type"]) == (status, "text/html")
    assert gateway.requests[-1].status == status
    assert (await browser.ask(gateway, METERS)).status == 200
    gateway.clear_faults()
    assert (await browser.ask(gateway, READINGS)).status == 200


async def test_a_fault_wears_off(gateway: GatewaySimulator, browser: Browser) -> None:
    """After so many answers."""
    gateway.fault("*", Fault.SERVER_ERROR, times=2)
    statuses = [(await browser.ask(gateway, path)).status for path in (READINGS, METERS, READINGS)]
    assert statuses == [500, 500, 200]
    assert not gateway.active_faults


@pytest.mark.parametrize(("fault", "text"), [(Fault.EMPTY, ""), (Fault.WRONG_SHAPE, '{"error": {"why": [1, 2]}}')])
async def test_another_body_comes_with_200(
    fault: Fault, text: str, gateway: GatewaySimulator, browser: Browser
) -> None:
    """As if nothing were wrong."""
    gateway.fault(READINGS, fault)
    page = await browser.ask(gateway, READINGS)
    assert (page.status, page.text) == (200, text)


async def test_bodies_of_the_wrong_kind(gateway: GatewaySimulator, browser: Browser) -> None:
    """A page for people, half of the JSON, and far too much of it."""
    good = await browser.ask(gateway, READINGS)
    gateway.fault(READINGS, Fault.HTML_PAGE)
    page = await browser.ask(gateway, READINGS)
    assert (page.status, page.text[:15]) == (200, "<!DOCTYPE html>")
    gateway.fault(READINGS, Fault.TRUNCATED)
    half = await browser.ask(gateway, READINGS)
    assert good.text.startswith(half.text)
    with pytest.raises(json.JSONDecodeError):
        assert half.json
    gateway.fault(READINGS, Fault.HUGE)
    assert len((await browser.ask(gateway, READINGS)).text) > HUGE_SIZE > 4 * 1024 * 1024


async def test_connections_break_on_one_path(gateway: GatewaySimulator, browser: Browser) -> None:
    """Before the answer, or in its middle."""
    gateway.fault(READINGS, Fault.REFUSED)
    with pytest.raises(ServerDisconnectedError):
        await browser.ask(gateway, READINGS)
    assert (await browser.ask(gateway, METERS)).status == 200
    gateway.fault(READINGS, Fault.RESET)
    with pytest.raises((ClientPayloadError, ConnectionResetError)):
        await browser.ask(gateway, READINGS)
    assert (await browser.ask(gateway, METERS)).status == 200


async def test_all_paths_refused_closes_the_port(gateway: GatewaySimulator, browser: Browser) -> None:
    """Until the faults are cleared; the port stays the same."""
    await browser.ask(gateway, METERS)
    gateway.fault("*", Fault.REFUSED)
    with pytest.raises(ClientConnectorError):
        await browser.ask(gateway, METERS)
    gateway.clear_faults()
    assert (await browser.ask(gateway, METERS)).status == 200


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DRIP])
async def test_an_answer_does_not_come_in_time(fault: Fault, gateway: GatewaySimulator, browser: Browser) -> None:
    """Nothing at all, or so slowly that nobody waits for it; other paths answer meanwhile."""
    gateway.fault(READINGS, fault)
    waiting = asyncio.create_task(browser.ask(gateway, READINGS, timeout=ClientTimeout(total=0.2)))
    assert (await browser.ask(gateway, METERS)).status == 200
    with pytest.raises(TimeoutError):
        await waiting


def values_of(payload: Json, key: str) -> list[Json]:
    """Return all values under a key, wherever it stands."""
    if isinstance(payload, list):
        return [value for item in payload for value in values_of(item, key)]
    if isinstance(payload, dict):
        found = [payload[key]] if key in payload else []
        return found + [value for item in payload.values() for value in values_of(item, key)]
    return []


@pytest.mark.parametrize(
    ("fault", "path", "key", "expected"),
    [
        (Fault.UNKNOWN_ENUM, METERS, "measurementType", "sparkling"),
        (Fault.UNKNOWN_ENUM, "live", "main_relay_state", 99),
        (Fault.UNKNOWN_ENUM, INVERTERS, "devType", 99),
        (Fault.UNKNOWN_TEXT, READINGS, "activePower", "unknown"),
        (Fault.NULLS, "live", "soc", None),
        (Fault.WRAPPED, "production", "wattsNow", 4_294_967_292),
        (Fault.TIME_ZERO, INVERTERS, "lastReportDate", 0),
        (Fault.TIME_ZERO, "live", "last_update", 0),
        (Fault.ZEROS, READINGS, "actEnergyDlvd", 0),
        (Fault.ZEROS, "energy", "wattHoursLifetime", 0),
        (Fault.METERS_DISABLED, METERS, "state", "disabled"),
        (Fault.METERS_DISABLED, READINGS, "actEnergyDlvd", 0),
    ],
)
async def test_odd_content(
    fault: Fault, path: str, key: str, expected: Json, gateway: GatewaySimulator, browser: Browser
) -> None:
    """Each value of the kind is replaced, and the answer keeps its form."""
    gateway.fault(path, fault)
    values = values_of((await browser.ask(gateway, path_of(path))).json, key)
    assert values
    assert set(map(str, values)) == {str(expected)}


async def test_numbers_that_are_none_in_json(gateway: GatewaySimulator, browser: Browser) -> None:
    """The bare word NaN, and zero with a sign."""
    gateway.fault(READINGS, Fault.NAN)
    page = await browser.ask(gateway, READINGS)
    assert '"activePower": NaN' in page.text
    assert all(math.isnan(a_number(value)) for value in values_of(page.json, "activePower"))
    gateway.fault(READINGS, Fault.NEGATIVE_ZERO)
    page = await browser.ask(gateway, READINGS)
    assert '"activePower": -0.0' in page.text


async def test_numbers_as_text(gateway: GatewaySimulator, browser: Browser) -> None:
    """The same figures, in quotes."""
    good = values_of((await browser.ask(gateway, READINGS)).json, "activePower")
    gateway.fault(READINGS, Fault.NUMBERS_AS_TEXT)
    assert values_of((await browser.ask(gateway, READINGS)).json, "activePower") == [str(value) for value in good]


async def test_records_that_are_none_and_records_twice(gateway: GatewaySimulator, browser: Browser) -> None:
    """The good ones are all still there."""
    good = (await browser.ask(gateway, INVERTERS)).rows()
    gateway.fault(INVERTERS, Fault.BROKEN_RECORD)
    broken = (await browser.ask(gateway, INVERTERS)).json
    assert isinstance(broken, list)
    assert len(broken) > len(good)
    assert [row for row in broken if row in good] == good
    gateway.fault(INVERTERS, Fault.DUPLICATES)
    assert (await browser.ask(gateway, INVERTERS)).json == [*good, *good]


async def test_time_stamps_of_tomorrow(gateway: GatewaySimulator, browser: Browser) -> None:
    """A day ahead."""
    gateway.fault(READINGS, Fault.TIME_TOMORROW)
    stamps = values_of((await browser.ask(gateway, READINGS)).json, "timestamp")
    assert set(stamps) == {int(gateway.clock.now()) + 86_400}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.HALVED, lambda total: total / 2),
        (Fault.DOUBLED, lambda total: total * 2),
        (Fault.NEGATIVE, lambda total: -total),
        (Fault.JUMPED, lambda total: total + 2**32 / 3600),
    ],
)
async def test_counters_that_cannot_be(
    fault: Fault, expected: Callable[[float], float], gateway: GatewaySimulator, browser: Browser
) -> None:
    """Half, twice, below nothing, far ahead; the powers stay."""
    good = (await browser.ask(gateway, READINGS)).rows()[0]
    gateway.fault(READINGS, fault)
    bad = (await browser.ask(gateway, READINGS)).rows()[0]
    assert bad["actEnergyDlvd"] == pytest.approx(expected(a_number(good["actEnergyDlvd"])), abs=1)
    assert bad["activePower"] == good["activePower"]


async def test_a_frozen_answer_is_the_last_one_from_before(gateway: GatewaySimulator, browser: Browser) -> None:
    """Again and again, until it catches up."""
    before = await browser.ask(gateway, READINGS)
    gateway.fault(READINGS, Fault.FROZEN)
    for _ in range(2):
        gateway.clock.advance(300)
        assert (await browser.ask(gateway, READINGS)).text == before.text
    gateway.clear_faults()
    assert (await browser.ask(gateway, READINGS)).text != before.text


async def test_a_lost_storage_leg_halves_the_storage_meter_alone(gateway: GatewaySimulator, browser: Browser) -> None:
    """The second channel reads zero and is missing from the sums."""
    good = {row["eid"]: row for row in (await browser.ask(gateway, READINGS)).rows()}
    gateway.fault(READINGS, Fault.STORAGE_LEG_LOST)
    bad = {row["eid"]: row for row in (await browser.ask(gateway, READINGS)).rows()}
    for key in ("actEnergyDlvd", "actEnergyRcvd", "activePower"):
        assert a_number(bad[STORAGE][key]) == pytest.approx(a_number(good[STORAGE][key]) / 2, abs=0.01)
    channels = bad[STORAGE]["channels"]
    assert isinstance(channels, list)
    assert a_record(channels[1])["actEnergyDlvd"] == 0
    del good[STORAGE], bad[STORAGE]
    assert bad == good


async def test_disabled_meters_leave_the_inverters_alone(gateway: GatewaySimulator, browser: Browser) -> None:
    """Their own figures go on; what came from meters is zero, or inactive."""
    inverters = (await browser.ask(gateway, INVERTERS)).json
    energy = a_record((await browser.ask(gateway, "/ivp/pdm/energy")).record()["production"])
    gateway.fault("*", Fault.METERS_DISABLED)
    assert (await browser.ask(gateway, INVERTERS)).json == inverters
    disabled = (await browser.ask(gateway, "/ivp/pdm/energy")).record()
    production = a_record(disabled["production"])
    assert production["pcu"] == energy["pcu"]
    assert set(a_record(production["eim"]).values()) == {0}
    assert set(a_record(a_record(disabled["consumption"])["eim"]).values()) == {0}
    overview = (await browser.ask(gateway, "/production.json")).record()
    assert values_of(overview["production"], "activeCount") == [35, 0]


@pytest.mark.parametrize("fault", MUTATIONS)
async def test_every_odd_content_goes_with_every_path(
    fault: Fault, gateway: GatewaySimulator, browser: Browser
) -> None:
    """None of them breaks the simulator; what a path has nothing of stays as it is."""
    gateway.fault("*", fault)
    for name in ("info", "meters", "readings", "production", "energy", "inverters", "live", "consumption"):
        assert (await browser.ask(gateway, path_of(name))).status == 200


async def test_an_override_replaces_or_edits_one_answer(gateway: GatewaySimulator, browser: Browser) -> None:
    """A payload, a function of the usual payload, and nothing."""
    gateway.override("meters", [])
    assert (await browser.ask(gateway, METERS)).json == []
    usual = (await browser.ask(gateway, INVERTERS)).rows()

    def without_the_first(payload: Json) -> Json:
        assert isinstance(payload, list)
        return payload[1:]

    gateway.override(INVERTERS, without_the_first)
    assert (await browser.ask(gateway, INVERTERS)).json == usual[1:]
    gateway.override(INVERTERS, None)
    assert (await browser.ask(gateway, INVERTERS)).json == usual


async def test_an_override_can_add_a_path(gateway: GatewaySimulator, browser: Browser) -> None:
    """One that the gateway does not have."""
    gateway.override("/ivp/ensemble/generator", {"oper_state": "closed"})
    page = await browser.ask(gateway, "/ivp/ensemble/generator")
    assert (page.status, page.json) == (200, {"oper_state": "closed"})


async def test_faults_of_connection_are_client_errors(gateway: GatewaySimulator, browser: Browser) -> None:
    """And nothing else: what breaks is the network, not the test."""
    gateway.fault("*", Fault.RESET)
    with pytest.raises((ClientError, ConnectionResetError)):
        await browser.ask(gateway, METERS)
