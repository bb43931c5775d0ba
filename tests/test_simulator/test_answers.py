"""The gateway's answers: shapes, sums, cadences and quirks as gateway-api.md tells them."""

from dataclasses import replace
from email.utils import parsedate_to_datetime
import math

import pytest

from tests.simulator import PROFILES, Clock, GatewaySimulator
from tests.simulator.reply import Json

from .conftest import Browser, Page, a_number, a_record

READINGS = "/ivp/meters/readings"
SUMMED = (
    "actEnergyDlvd",
    "actEnergyRcvd",
    "activePower",
    "instantaneousDemand",
    "reactivePower",
    "apparentPower",
    "voltage",
    "current",
)
PRODUCTION, NET, STORAGE, ZEROS = 704643328, 704643584, 704643840, 1023410688


def by_eid(page: Page) -> dict[Json, dict[str, Json]]:
    """Return the rows of readings by their meter."""
    return {row["eid"]: row for row in page.rows()}


def channels_of(row: dict[str, Json]) -> list[dict[str, Json]]:
    """Return a reading's channels."""
    channels = row["channels"]
    assert isinstance(channels, list)
    return [a_record(channel) for channel in channels]


@pytest.mark.parametrize("profile", PROFILES)
async def test_first_channels_sum_to_the_meters_figures(profile: str, clock: Clock, browser: Browser) -> None:
    """Three channels always; those in use add up to what the meter says."""
    phases = PROFILES[profile].phases
    async with GatewaySimulator(profile, clock=clock) as gateway:
        for row in (await browser.ask(gateway, READINGS)).rows():
            channels = channels_of(row)
            assert len(channels) == 3
            for key in SUMMED:
                total = math.fsum(a_number(channel[key]) for channel in channels[:phases])
                assert a_number(row[key]) == pytest.approx(total, abs=0.002)


@pytest.mark.parametrize("profile", PROFILES)
async def test_readings_tell_what_the_house_counted(profile: str, clock: Clock, browser: Browser) -> None:
    """Each enabled meter shows the true counters and powers of its place."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        clock.advance(3 * 3600)
        listed = (await browser.ask(gateway, "/ivp/meters")).rows()
        readings = by_eid(await browser.ask(gateway, READINGS))
        totals, power = gateway.house.totals, gateway.house.power
    truth = {
        "production": (totals.production, totals.production_received, power.production),
        "net-consumption": (totals.grid_import, totals.grid_export, power.grid),
        "total-consumption": (totals.consumption, 0.0, power.load),
        "storage": (totals.battery_discharged, totals.battery_charged, power.battery),
    }
    enabled = [meter for meter in listed if meter["state"] == "enabled"]
    assert [meter["measurementType"] for meter in enabled] == list(PROFILES[profile].meters)
    for meter in enabled:
        row = readings[meter["eid"]]
        shown = tuple(a_number(row[key]) for key in ("actEnergyDlvd", "actEnergyRcvd", "activePower"))
        assert shown == pytest.approx(truth[str(meter["measurementType"])], abs=0.001)
        assert row["timestamp"] == int(clock.now())


async def test_third_channel_of_the_net_meter_repeats_the_storage_meters_second(
    gateway: GatewaySimulator, browser: Browser
) -> None:
    """A split-phase site with three transformers shows a ghost."""
    readings = by_eid(await browser.ask(gateway, READINGS))
    ghost, original = channels_of(readings[NET])[2], channels_of(readings[STORAGE])[1]
    assert a_number(ghost["actEnergyDlvd"]) > 0
    assert {**ghost, "eid": 0} == {**original, "eid": 0}
    assert a_number(channels_of(readings[PRODUCTION])[2]["actEnergyDlvd"]) == 0


@pytest.mark.parametrize(("firmware", "shown"), [("D8.3.5169", True), ("D8.3.5167", True), ("D8.2.4286", False)])
async def test_newer_firmware_adds_a_row_of_zeros(
    firmware: str, shown: bool, gateway: GatewaySimulator, browser: Browser
) -> None:
    """A row that the list of meters does not know."""
    gateway.firmware = firmware
    row = by_eid(await browser.ask(gateway, READINGS)).get(ZEROS)
    assert (row is not None) is shown
    assert row is None or row["activePower"] == row["actEnergyDlvd"] == 0


async def test_disabled_meters_still_have_readings(clock: Clock, browser: Browser) -> None:
    """Without transformers a meter reads noise, and is listed as disabled."""
    async with GatewaySimulator("production_only", clock=clock) as gateway:
        states = {row["measurementType"]: row["state"] for row in (await browser.ask(gateway, "/ivp/meters")).rows()}
        readings = by_eid(await browser.ask(gateway, READINGS))
    assert states == {"production": "enabled", "net-consumption": "disabled"}
    assert a_number(readings[NET]["actEnergyDlvd"]) > 0


async def test_a_gateway_without_meters_lists_none(clock: Clock, browser: Browser) -> None:
    """Empty lists, not an error."""
    async with GatewaySimulator("standard", clock=clock) as gateway:
        assert (await browser.ask(gateway, "/ivp/meters")).json == []
        assert (await browser.ask(gateway, READINGS)).json == []
        assert "<imeter>false</imeter>" in (await browser.ask(gateway, "/info", token=None)).text


@pytest.mark.parametrize("profile", [name for name, site in PROFILES.items() if "production" in site.meters])
async def test_meter_energy_moves_on_quarter_hours(profile: str, clock: Clock, browser: Browser) -> None:
    """Between two quarter-hours nothing changes; at one, the meter's lifetime of that moment appears."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        produced = gateway.house.totals.production
        first = await browser.ask(gateway, "/api/v1/production")
        clock.advance(899)
        assert (await browser.ask(gateway, "/api/v1/production")).text == first.text
        later = gateway.house.totals.production
        clock.advance(1)
        second = (await browser.ask(gateway, "/api/v1/production")).record()
        energy = (await browser.ask(gateway, "/ivp/pdm/energy")).record()
        assert first.record()["wattHoursLifetime"] == int(produced)
        assert second["wattHoursLifetime"] == int(gateway.house.totals.production) >= int(later)
        assert a_record(energy["production"])["eim"] == second
        average = (gateway.house.totals.production - produced) * 4
        assert a_number(second["wattsNow"]) == pytest.approx(average, abs=1)


async def test_today_starts_anew_at_the_gateways_midnight(gateway: GatewaySimulator, browser: Browser) -> None:
    """Today counts from local midnight, seven days from that of six days before."""
    noon = (await browser.ask(gateway, "/api/v1/production")).record()
    assert 0 < a_number(noon["wattHoursToday"]) < a_number(noon["wattHoursSevenDays"])
    gateway.clock.advance(12 * 3600 - 1)
    evening = (await browser.ask(gateway, "/api/v1/production")).record()
    assert a_number(evening["wattHoursToday"]) > a_number(noon["wattHoursToday"])
    gateway.clock.advance(1)
    midnight = (await browser.ask(gateway, "/ivp/pdm/energy")).record()
    production = a_record(midnight["production"])
    assert a_record(production["eim"])["wattHoursToday"] == 0
    assert a_record(production["pcu"])["wattHoursToday"] == 0
    assert a_number(a_record(production["eim"])["wattHoursSevenDays"]) > 0


async def test_a_gateway_without_meters_sums_its_inverters(clock: Clock, browser: Browser) -> None:
    """There /api/v1/production is the inverters' sum, every five minutes, and the meter's figures are zeros."""
    async with GatewaySimulator("standard", clock=clock) as gateway:
        clock.advance(150)
        energy = a_record((await browser.ask(gateway, "/ivp/pdm/energy")).record()["production"])
        production = (await browser.ask(gateway, "/api/v1/production")).record()
        inverters = (await browser.ask(gateway, "/api/v1/production/inverters")).rows()
        assert energy["pcu"] == production
        assert set(a_record(energy["eim"]).values()) == {0}
        reported = sum(a_number(row["lastReportWatts"]) for row in inverters)
        assert a_number(production["wattsNow"]) == pytest.approx(reported, abs=len(inverters) / 2 + 1)


async def test_inverters_report_every_five_minutes_one_after_the_other(
    gateway: GatewaySimulator, browser: Browser
) -> None:
    """No report is older than five minutes by day, no two at once, and together they are the production."""
    gateway.clock.advance(1200)
    rows = (await browser.ask(gateway, "/api/v1/production/inverters")).rows()
    now = int(gateway.clock.now())
    dates = [int(a_number(row["lastReportDate"])) for row in rows]
    assert len(set(dates)) == len({row["serialNumber"] for row in rows}) == 35
    assert all(0 <= now - date <= 301 for date in dates)
    longest = max(now - date for date in dates) + 300
    house = gateway.house
    average = (house.produced_at(now) - house.produced_at(now - longest)) * 3600 / longest
    assert sum(a_number(row["lastReportWatts"]) for row in rows) == pytest.approx(average, rel=0.15)


async def test_inverters_fall_silent_at_night(gateway: GatewaySimulator, browser: Browser) -> None:
    """After dark the last reports stay as they were."""
    gateway.clock.advance(13 * 3600)
    rows = (await browser.ask(gateway, "/api/v1/production/inverters")).rows()
    gateway.clock.advance(3600)
    assert (await browser.ask(gateway, "/api/v1/production/inverters")).rows() == rows
    assert all(gateway.clock.now() - a_number(row["lastReportDate"]) > 3600 for row in rows)


async def test_ac_batteries_are_listed_among_the_inverters(clock: Clock, browser: Browser) -> None:
    """As device type 11; the live data shows their level as the AC batteries'."""
    async with GatewaySimulator("ac_batteries", clock=clock) as gateway:
        rows = (await browser.ask(gateway, "/api/v1/production/inverters")).rows()
        meters = a_record((await browser.ask(gateway, "/ivp/livedata/status")).record()["meters"])
    assert [row["devType"] for row in rows].count(11) == 2
    assert len({row["serialNumber"] for row in rows}) == 10
    assert meters["soc"] == meters["enc_agg_energy"] == 0
    assert a_number(meters["acb_agg_energy"]) > 0


async def test_inverters_of_two_gateways_are_different_ones(clock: Clock, browser: Browser) -> None:
    """Their serials come from the gateway's, three hundred of them too."""
    many = replace(PROFILES["standard"], inverters=300)
    async with (
        GatewaySimulator(many, clock=clock, serial="122000000001") as one,
        GatewaySimulator(many, clock=clock, serial="122000000002") as other,
    ):
        serials = [
            row["serialNumber"]
            for gateway in (one, other)
            for row in (await browser.ask(gateway, "/api/v1/production/inverters")).rows()
        ]
    assert len(set(serials)) == 600


@pytest.mark.parametrize("profile", ["production_only", "net_three", "metered_battery", "battery_no_meter"])
async def test_total_of_the_report_is_production_and_net(profile: str, clock: Clock, browser: Browser) -> None:
    """It counts a charging battery as load; the net is netted."""
    async with GatewaySimulator(profile, clock=clock) as gateway:
        total, net = (await browser.ask(gateway, "/ivp/meters/reports/consumption")).rows()
        power, totals = gateway.house.power, gateway.house.totals
    assert (total["reportType"], net["reportType"]) == ("total-consumption", "net-consumption")
    grid = power.grid if "net-consumption" in PROFILES[profile].meters else 0.0
    assert a_record(total["cumulative"])["actPower"] == pytest.approx(power.production + grid, abs=0.002)
    assert a_record(net["cumulative"])["actPower"] == pytest.approx(grid, abs=0.002)
    if grid:
        netted = totals.grid_import - totals.grid_export
        assert a_record(net["cumulative"])["whDlvdCum"] == pytest.approx(netted, abs=0.002)
    lines = total["lines"]
    assert isinstance(lines, list)
    assert len(lines) == PROFILES[profile].phases


async def test_net_of_a_total_meter_is_what_the_load_lacks(clock: Clock, browser: Browser) -> None:
    """Where the meter counts the whole load, the report's net is derived."""
    async with GatewaySimulator("total_consumption", clock=clock) as gateway:
        total, net = (await browser.ask(gateway, "/ivp/meters/reports/consumption")).rows()
        power = gateway.house.power
    assert a_record(total["cumulative"])["actPower"] == pytest.approx(power.load, abs=0.002)
    assert a_record(net["cumulative"])["actPower"] == pytest.approx(power.grid, abs=0.002)


async def test_info_needs_no_token_and_says_who_it_is(gateway: GatewaySimulator, browser: Browser) -> None:
    """XML, with the serial, the firmware and that tokens are asked for."""
    page = await browser.ask(gateway, "/info", token=None)
    assert page.status == 200
    for element in (f"<sn>{gateway.serial}</sn>", "<software>D8.3.5169</software>", "<web-tokens>true</web-tokens>"):
        assert element in page.text
    gateway.firmware = "R3.9.36"
    assert "web-tokens" not in (await browser.ask(gateway, "/info", token=None)).text


async def test_a_wrong_clock_shows_in_every_time_stamp(gateway: GatewaySimulator, browser: Browser) -> None:
    """The gateway's own clock may be an hour off; the house lives on in true time."""
    gateway.clock_error = 3600
    now = int(gateway.clock.now())
    page = await browser.ask(gateway, "/info", token=None)
    assert f"<time>{now + 3600}</time>" in page.text
    assert parsedate_to_datetime(page.headers["date"]).timestamp() == now + 3600
    token = gateway.mint()
    assert (await browser.ask(gateway, READINGS, token=token)).rows()[0]["timestamp"] == now + 3600
    rows = (await browser.ask(gateway, "/api/v1/production/inverters", token=token)).rows()
    assert all(3000 < a_number(row["lastReportDate"]) - now <= 3600 for row in rows)
    assert gateway.house.time == now


async def test_the_overview_adds_everything_up(gateway: GatewaySimulator, browser: Browser) -> None:
    """/production.json: the total is production and net, so that a charging battery counts as load; no IQ battery."""
    page = (await browser.ask(gateway, "/production.json?details=1")).record()
    sections = {key: [a_record(row) for row in rows] for key, rows in page.items() if isinstance(rows, list)}
    power, totals = gateway.house.power, gateway.house.totals
    inverters, meter = sections["production"]
    total, net = sections["consumption"]
    assert inverters["activeCount"] == 35
    assert meter["wNow"] == pytest.approx(power.production, abs=0.002)
    assert meter["whLifetime"] == pytest.approx(totals.production, abs=0.002)
    assert total["wNow"] == pytest.approx(power.load - power.battery, abs=0.002)
    assert net["whLifetime"] == pytest.approx(totals.grid_import - totals.grid_export, abs=0.002)
    assert sections["storage"][0]["activeCount"] == 0
    energy = a_record(a_record((await browser.ask(gateway, "/ivp/pdm/energy")).record()["consumption"])["eim"])
    assert a_number(total["whToday"]) == pytest.approx(a_number(energy["wattHoursToday"]), abs=1)


async def test_batteries_one_by_one(gateway: GatewaySimulator, browser: Browser) -> None:
    """They share the power; together they are what the live data shows."""
    listed = a_record((await browser.ask(gateway, "/ivp/ensemble/inventory")).rows()[0])["devices"]
    powers = (await browser.ask(gateway, "/ivp/ensemble/power")).record()["devices:"]
    control = (await browser.ask(gateway, "/ivp/ensemble/secctrl")).record()
    assert isinstance(listed, list)
    assert isinstance(powers, list)
    assert [a_record(row)["serial_num"] for row in powers] == [a_record(row)["serial_num"] for row in listed]
    together = sum(a_number(a_record(row)["real_power_mw"]) for row in powers) / 1000
    assert together == round(gateway.house.power.battery), "each tells whole W"
    assert control["ENC_agg_avail_energy"] == round(gateway.house.store.energy)


async def test_a_site_without_batteries_lists_none(clock: Clock, browser: Browser) -> None:
    """Empty lists and zeros."""
    async with GatewaySimulator("net_single", clock=clock) as gateway:
        assert (await browser.ask(gateway, "/ivp/ensemble/inventory")).json == []
        assert (await browser.ask(gateway, "/ivp/ensemble/power")).json == {"devices:": []}
        assert (await browser.ask(gateway, "/ivp/ensemble/secctrl")).record()["ENC_agg_soc"] == 0
