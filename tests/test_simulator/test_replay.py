"""Recordings: served as recorded, with made-up live data and reports that fit the readings."""

from collections.abc import AsyncIterator
import json
from pathlib import Path

import pytest

from tests.simulator import Clock, GatewaySimulator
from tests.simulator.reply import Json

from .conftest import Browser, a_number, a_record

SERIAL = "122111222333"
PRODUCTION, NET, STORAGE = 704643328, 704643584, 704643840


def _meter(eid: int, measurement: str) -> dict[str, Json]:
    return {
        "eid": eid,
        "state": "enabled",
        "measurementType": measurement,
        "phaseMode": "split",
        "phaseCount": 2,
        "meteringStatus": "normal",
    }


def _channel(power: float, delivered: float, received: float) -> dict[str, Json]:
    return {
        "activePower": power,
        "apparentPower": abs(power),
        "reactivePower": 0.0,
        "actEnergyDlvd": delivered,
        "actEnergyRcvd": received,
        "voltage": 120.0,
        "current": abs(power) / 120,
        "freq": 60.0,
    }


def _reading(eid: int, power: float, delivered: float, received: float) -> dict[str, Json]:
    half = _channel(power / 2, delivered / 2, received / 2)
    ghost = _channel(99.0, 99.0, 99.0)
    return {"eid": eid, **_channel(power, delivered, received), "channels": [half, half, ghost]}


def _record(folder: Path, path: str, content: Json | str, *, code: int = 200, content_type: str | None = None) -> None:
    name = path.strip("/").replace("/", "_")
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    headers = {"Content-Type": content_type} if content_type else {}
    (folder / f"{name}_log.json").write_text(json.dumps({"headers": headers, "code": code}))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A small recording: 3 kW of sun, 2 kW into the battery, 500 W from the grid."""
    device = f"<device><sn>{SERIAL}</sn><software>D8.2.4286</software></device>"
    info = f"<envoy_info><time>1700000000</time>{device}</envoy_info>"
    _record(tmp_path, "/info", info, content_type="text/xml")
    meters: Json = [_meter(PRODUCTION, "production"), _meter(NET, "net-consumption"), _meter(STORAGE, "storage")]
    _record(tmp_path, "/ivp/meters", meters)
    readings: Json = [
        _reading(PRODUCTION, 3000.0, 10_000.0, 2.0),
        _reading(NET, 500.0, 4_000.0, 1_000.0),
        _reading(STORAGE, -2000.0, 300.0, 400.0),
    ]
    _record(tmp_path, "/ivp/meters/readings", readings)
    _record(tmp_path, "/ivp/ensemble/inventory", [{"type": "ENCHARGE", "devices": [{"percentFull": 46}]}])
    _record(
        tmp_path,
        "/ivp/ensemble/secctrl",
        {"ENC_agg_soc": 46, "ENC_agg_avail_energy": 11_600, "configured_backup_soc": 20},
    )
    _record(tmp_path, "/ivp/ensemble/power", "<html>401</html>", code=401, content_type="text/html")
    return tmp_path


@pytest.fixture
async def replayed(recorded: Path, clock: Clock, socket_enabled: None) -> AsyncIterator[GatewaySimulator]:
    """A gateway that replays it."""
    async with GatewaySimulator(replay=recorded, clock=clock) as gateway:
        yield gateway


async def test_answers_are_as_recorded(replayed: GatewaySimulator, recorded: Path, browser: Browser) -> None:
    """Bodies, statuses and content types; behind a token like any other."""
    page = await browser.ask(replayed, "/ivp/meters/readings")
    assert page.text == (recorded / "ivp_meters_readings").read_text()
    assert "content-type" not in page.headers
    refused = await browser.ask(replayed, "/ivp/ensemble/power")
    assert (refused.status, refused.headers["content-type"]) == (401, "text/html")
    assert (await browser.ask(replayed, "/ivp/pdm/energy")).status == 404
    assert (await browser.ask(replayed, "/ivp/meters", token=None)).status == 401


@pytest.mark.parametrize("path", ["/ivp/meters_log.json", "/", "/.."])
async def test_nothing_else_of_the_folder_is_served(path: str, replayed: GatewaySimulator, browser: Browser) -> None:
    """Neither logs nor folders."""
    assert (await browser.ask(replayed, path)).status == 404


async def test_info_is_the_recorded_one_at_this_time(replayed: GatewaySimulator, browser: Browser) -> None:
    """Who it is comes from the recording; the time is the clock's."""
    page = await browser.ask(replayed, "/info", token=None)
    assert replayed.serial == SERIAL
    assert f"<sn>{SERIAL}</sn><software>D8.2.4286</software>" in page.text
    assert f"<time>{int(replayed.clock.now())}</time>" in page.text


async def test_a_recording_can_have_another_serial(recorded: Path, clock: Clock, browser: Browser) -> None:
    """In /info and for tokens."""
    async with GatewaySimulator(replay=recorded, clock=clock, serial="122999000111") as gateway:
        assert "<sn>122999000111</sn>" in (await browser.ask(gateway, "/info", token=None)).text
        assert (await browser.ask(gateway, "/ivp/meters")).status == 200


async def test_live_data_is_made_from_the_readings(replayed: GatewaySimulator, browser: Browser) -> None:
    """Of the channels in use; the load is what is left; the battery as the ensemble tells."""
    page = await browser.ask(replayed, "/ivp/livedata/status")
    meters = a_record(page.record()["meters"])
    powers = {name: a_record(meters[name])["agg_p_mw"] for name in ("pv", "grid", "storage", "load", "generator")}
    assert powers == {"pv": 3e6, "grid": 5e5, "storage": -2e6, "load": 1.5e6, "generator": 0}
    assert a_record(meters["load"])["agg_p_ph_b_mw"] == 750_000
    assert (meters["soc"], meters["enc_agg_energy"], meters["backup_soc"]) == (46, 11_600, 20)
    assert (meters["main_relay_state"], meters["is_split_phase"], meters["phase_count"]) == (1, 1, 2)


async def test_live_data_follows_the_clock(replayed: GatewaySimulator, browser: Browser) -> None:
    """Every fifteen seconds without the stream, each second with it."""
    updates = []
    for pause in (0, 20, 3600):
        replayed.clock.advance(pause)
        page = await browser.ask(replayed, "/ivp/livedata/status")
        updates.append(a_number(a_record(page.record()["meters"])["last_update"]))
        assert 0 <= replayed.clock.now() - updates[-1] < 15
        assert "info" in page.record()
    assert updates == sorted(set(updates))
    replayed.enable_stream()
    replayed.clock.advance(7)
    page = await browser.ask(replayed, "/ivp/livedata/status")
    assert a_record(page.record()["meters"])["last_update"] == int(replayed.clock.now())


async def test_a_report_is_made_from_the_readings(replayed: GatewaySimulator, browser: Browser) -> None:
    """The total is production and net; both are netted."""
    total, net = (await browser.ask(replayed, "/ivp/meters/reports/consumption")).rows()
    assert (total["reportType"], net["reportType"]) == ("total-consumption", "net-consumption")
    assert a_record(total["cumulative"])["actPower"] == 3500
    assert a_record(total["cumulative"])["whDlvdCum"] == 9_998 + 3_000
    assert a_record(net["cumulative"])["actPower"] == 500
    assert a_record(net["cumulative"])["whDlvdCum"] == 3_000
    assert a_record(net["cumulative"])["rmsVoltage"] == 240
    lines = total["lines"]
    assert isinstance(lines, list)
    assert [a_record(line)["actPower"] for line in lines] == [1750, 1750]


async def test_a_site_without_a_battery_shows_none(recorded: Path, clock: Clock, browser: Browser) -> None:
    """Whatever the ensemble's control says."""
    _record(recorded, "/ivp/ensemble/inventory", [])
    async with GatewaySimulator(replay=recorded, clock=clock) as gateway:
        page = await browser.ask(gateway, "/ivp/livedata/status")
    assert a_record(page.record()["meters"])["soc"] == 0


def test_a_recording_has_no_house(recorded: Path, clock: Clock) -> None:
    """Nothing is modelled."""
    with pytest.raises(TypeError):
        assert GatewaySimulator(replay=recorded, clock=clock).house
