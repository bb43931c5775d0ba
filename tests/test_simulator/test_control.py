"""The control port and the command line."""

import asyncio
from collections.abc import AsyncIterator
import json
from pathlib import Path
import signal
import sys

import pytest

from tests.simulator import CloudBehaviour, CloudSimulator, GatewaySimulator, Obedience
from tests.simulator.control import COMMANDS, Control
from tests.simulator.reply import Json

from .conftest import Browser, Page, a_record


@pytest.fixture
async def control(gateway: GatewaySimulator) -> AsyncIterator[Control]:
    """The control of a gateway and a cloud."""
    async with (
        CloudSimulator(clock=gateway.clock, gateways=[gateway]) as cloud,
        Control(gateway=gateway, cloud=cloud) as simulator,
    ):
        yield simulator


async def post(browser: Browser, control: Control, command: str, **fields: object) -> Page:
    """Give a command."""
    return await browser.send("POST", f"http://{control.host}/{command}", json=fields)


async def test_tells_where_everything_is(control: Control, gateway: GatewaySimulator, browser: Browser) -> None:
    """With a token that works."""
    state = (await browser.send("GET", f"http://{control.host}/")).record()
    assert (state["host"], state["serial"], state["fingerprint"]) == (gateway.host, gateway.serial, gateway.fingerprint)
    assert (await browser.ask(gateway, "/ivp/meters", token=str(state["token"]))).status == 200
    requests = (await browser.send("GET", f"http://{control.host}/requests")).rows()
    assert requests[0]["path"] == "/ivp/meters"


async def test_commands_do_what_they_say(control: Control, gateway: GatewaySimulator, browser: Browser) -> None:
    """One after the other."""
    page = await post(browser, control, "fault", path="meters", fault="not_found", times=5)
    assert page.record()["faults"] == {"/ivp/meters": "not_found"}
    assert (await browser.ask(gateway, "/ivp/meters")).status == 404
    assert (await post(browser, control, "clear")).record()["faults"] == {}

    await post(browser, control, "override", path="/ivp/meters", payload=[])
    assert (await browser.ask(gateway, "/ivp/meters")).json == []

    began, fingerprint = gateway.clock.now(), gateway.fingerprint
    await post(browser, control, "advance", seconds=60)
    assert gateway.clock.now() == began + 60
    await post(browser, control, "certificate")
    assert gateway.fingerprint != fingerprint
    await post(browser, control, "firmware", version="D8.3.6087")
    assert gateway.firmware == "D8.3.6087"
    await post(browser, control, "clock_error", seconds=3600)
    assert gateway.clock_error == 3600
    await post(browser, control, "obedience", path="relay", obedience="ignores")
    assert gateway.switchboard.obedience == {"/ivp/ensemble/relay": Obedience.IGNORES}
    await post(browser, control, "cloud", behaviour="too_many_requests")
    assert control.cloud
    assert control.cloud.behaviour is CloudBehaviour.TOO_MANY_REQUESTS
    await post(browser, control, "reboot", zeros=True)
    assert len(gateway.situations) == 1


@pytest.mark.parametrize(
    ("command", "fields"),
    [("fault", {"fault": "gremlins"}), ("fault", {}), ("advance", {"seconds": "many"}), ("cloud", {"behaviour": "?"})],
)
async def test_nonsense_is_told(command: str, fields: dict[str, object], control: Control, browser: Browser) -> None:
    """400 and why."""
    page = await post(browser, control, command, **fields)
    assert page.status == 400
    assert page.record()["error"]


async def test_unknown_commands_are_answered_with_the_known(control: Control, browser: Browser) -> None:
    """404 and a list."""
    page = await post(browser, control, "dance")
    assert (page.status, page.record()["commands"]) == (404, list(COMMANDS))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_command_line_serves_until_told_to_stop(number: signal.Signals, browser: Browser) -> None:
    """It says where once it is ready, answers, and ends cleanly."""
    command = [sys.executable, "-m", "tests.simulator", "--json", "--latency", "0", "--profile", "net_three"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout
    state = a_record(json.loads(await process.stdout.readline()))
    headers = {"Authorization": f"Bearer {state['token']}"}
    page = await browser.send("GET", f"https://{state['host']}/ivp/meters", headers=headers)
    assert [row["phaseCount"] for row in page.rows()] == [3, 3]
    process.send_signal(number)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


async def _told(*options: str) -> dict[str, Json]:
    """Start the simulator, and return what it tells once it has been stopped again."""
    command = [sys.executable, "-m", "tests.simulator", "--json", "--no-cloud", *options]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    state = a_record(json.loads(await process.stdout.readline()))
    process.terminate()
    assert await process.wait() == 0
    return state


async def test_with_an_identity_it_is_the_same_gateway_again(tmp_path: Path, socket_enabled: None) -> None:
    """Certificate and signature stay; the counters go on."""
    options = ("--identity", str(tmp_path), "--profile", "net_single")
    first, second = await _told(*options), await _told(*options)
    assert first["fingerprint"] == second["fingerprint"]
    file = tmp_path / "counters-net_single.json"
    kept = json.loads(file.read_text())
    kept["counters"]["grid"][0] = [5_000_000.0]
    file.write_text(json.dumps(kept))
    await _told(*options)
    assert json.loads(file.read_text())["counters"]["grid"][0][0] == pytest.approx(5_000_000, abs=500)


async def test_help_tells_everything() -> None:
    """Profiles, faults, commands."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.simulator", "--help", stdout=asyncio.subprocess.PIPE
    )
    text = (await process.communicate())[0].decode()
    for word in ("metered_battery", "storage_leg_lost", "too_many_sessions", "--replay", "/clock_error"):
        assert word in text
