"""Nothing true is lost: what was used is counted, or a repair says within the hour what is not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Final

from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.proof.adversary import ZONE
from tests.proof.adversary_edits import Edit, Paced, Payload, without_meter, without_type
from tests.proof.adversary_run import counted
from tests.proof.changes import HOUR, Mark, Watched, watched
from tests.simulator import Fault, GatewaySimulator
from tests.simulator.answers.meters import EIDS
from tests.simulator.mutations import COUNTERS

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOON: Final = datetime(2027, 6, 15, 11, tzinfo=ZONE)
NIGHT: Final = datetime(2027, 6, 15, 1, tzinfo=ZONE)
DELIVERED: Final = "actEnergyDlvd"
RECEIVED: Final = "actEnergyRcvd"
WRAP: Final = 1_193_046.47
"""2^32 J in Wh."""


def _meter(measurement: str, change: Callable[[Payload], Payload]) -> Edit:
    """Return an edit of one meter: its sums, and each phase by what it has of them."""

    def row(reading: Payload) -> Payload:
        if reading["eid"] != EIDS[measurement]:
            return reading
        return {**change(reading), "channels": [change(channel) for channel in reading["channels"]]}

    return lambda rows: [row(reading) for reading in rows]


def _more(measurement: str, field: str, energy: Callable[[], float], power: float = 0.0) -> Edit:
    """Return an edit that has one meter count more, spread over its phases evenly."""

    def edit(rows: Payload) -> Payload:
        return [_row_with_more(row, field, energy(), power) if row["eid"] == EIDS[measurement] else row for row in rows]

    return edit


def _row_with_more(row: Payload, field: str, energy: float, power: float) -> Payload:
    used = [channel for channel in row["channels"] if channel["voltage"]]
    share = 1.0 / len(used)

    def more(record: Payload, part: float) -> Payload:
        added = {field: record[field] + energy * part}
        if power:
            added |= {key: record[key] + power * part for key in ("activePower", "instantaneousDemand")}
        return {**record, **added}

    return {**more(row, 1.0), "channels": [more(one, share) if one in used else one for one in row["channels"]]}


def _assert_counted_or_told(home: Watched, since: Mark, *, within: float = 1.0) -> None:
    """Assert that no total fell, and that all grew by what is true unless the user was told in time."""
    assert not home.falls
    assert not home.wrong(since, within=within) or home.told_within_the_hour(since), home.wrong(since, within=within)


async def _replace_production_meter(home: Watched) -> Mark:
    """Have the production meter replaced by a new one, which begins at nothing."""
    at = home.gateway.house.totals.production
    home.gateway.override("readings", _more("production", DELIVERED, lambda: -at))
    return home.mark()


async def test_a_load_of_sixty_kilowatts_for_three_hours(tmp_path: Path) -> None:
    """More than any bound of a house: it is counted all the same, or the user is told."""
    async with watched(tmp_path, "net_split", NOON) as home:
        begun, power = home.gateway.clock.now(), 60_000.0

        def used() -> float:
            return power * min(home.gateway.clock.now() - begun, 3 * 3600) / 3600

        home.extra = lambda: {"grid_import_energy": used(), "consumption_energy": used()}
        before = home.mark()
        home.gateway.override("readings", _more("net-consumption", DELIVERED, used, power))
        await home.live(3 * HOUR)
        _assert_counted_or_told(home, before)
        home.gateway.override("readings", _more("net-consumption", DELIVERED, used))
        await home.live(HOUR)
        _assert_counted_or_told(home, before)


@pytest.mark.parametrize("begin", [NOON, NIGHT], ids=["by_day", "at_night"])
async def test_a_production_meter_is_replaced(tmp_path: Path, begin: datetime) -> None:
    """The total goes on where it was; once that is settled each Wh is counted."""
    async with watched(tmp_path, "net_split", begin) as home:
        before = await _replace_production_meter(home)
        await home.live(HOUR)
        _assert_counted_or_told(home, before)
        settled = home.mark()
        await home.live(8 * HOUR)
        assert not home.falls
        assert not home.wrong(settled)
        assert not home.wrong(before, within=6_000.0)


def _given_away(gateway: GatewaySimulator, times: float) -> Edit:
    """Return an edit of a house that once gave so many times away what it produced: its meters add up to little."""
    given = times * gateway.house.totals.production
    return _more("net-consumption", RECEIVED, lambda: given)


async def test_a_load_computed_from_meters_falls_below_zero(tmp_path: Path) -> None:
    """Of a house that gave more than it took, once its production meter begins anew."""

    def prepare(gateway: GatewaySimulator) -> None:
        gateway.override("readings", _given_away(gateway, 0.8))

    async with watched(tmp_path, "net_split", NOON, prepare=prepare) as home:
        produced = home.gateway.house.totals.production
        given, replaced = _given_away(home.gateway, 0.8), _more("production", DELIVERED, lambda: -produced)
        before = home.mark()
        home.gateway.override("readings", lambda rows: replaced(given(rows)))
        await home.live(HOUR)
        _assert_counted_or_told(home, before)
        settled = home.mark()
        await home.live(4 * HOUR)
        assert not home.falls
        assert not home.wrong(settled)


async def test_a_load_that_is_below_zero_from_the_first_is_counted(tmp_path: Path) -> None:
    """Of meters that were replaced before anybody read them."""

    def prepare(gateway: GatewaySimulator) -> None:
        gateway.override("readings", _given_away(gateway, 3.0))

    async with watched(tmp_path, "net_split", NOON, prepare=prepare) as home:
        settled = home.mark()
        await home.live(2 * HOUR)
        assert not home.wrong(settled)


def _wrapping(gateway: GatewaySimulator, left: float) -> Edit:
    """Return an edit of the inverters' sum that wraps once so many Wh more were produced."""
    shift = WRAP - left - gateway.house.totals.production

    def wrapped(payload: Payload) -> Payload:
        pcu = payload["production"]["pcu"]
        lifetime = {"wattHoursLifetime": int((pcu["wattHoursLifetime"] + shift) % WRAP)}
        return {**payload, "production": {**payload["production"], "pcu": {**pcu, **lifetime}}}

    return wrapped


@pytest.mark.parametrize("days_off", [0, 2], ids=["while_watched", "while_home_assistant_was_off"])
async def test_the_inverters_sum_wraps(tmp_path: Path, days_off: int) -> None:
    """At 2^32 J: what was produced on both sides of it is counted."""

    def prepare(gateway: GatewaySimulator) -> None:
        gateway.override("energy", _wrapping(gateway, 2_500.0))

    async with watched(tmp_path, "standard", NOON, prepare=prepare) as home:
        before = home.mark()
        if days_off:
            await home.unload()
            home.frozen.tick(timedelta(days=days_off))
            await home.load()
        await home.live(2 * HOUR)
        now = home.mark().truth["production_energy"]
        assert now - before.truth["production_energy"] > 2_500.0
        # Two figures of whole Wh, and the part of one by which the wrap is none.
        _assert_counted_or_told(home, before, within=3.0)


@pytest.mark.parametrize("site", ["metered_battery", "standard", "total_consumption"])
async def test_an_absence_of_three_weeks(tmp_path: Path, site: str) -> None:
    """All of it is counted once the gateway is read again."""
    async with watched(tmp_path, site, NOON) as home:
        before = home.mark()
        await home.unload()
        home.frozen.tick(timedelta(days=21))
        await home.load()
        await home.live(HOUR)
        _assert_counted_or_told(home, before)


def _cut_short(rows: Payload) -> Payload:
    return rows[:1]


@pytest.mark.parametrize("site", ["standard", "net_three"])
async def test_a_list_of_inverters_cut_short_for_a_day(tmp_path: Path, site: str) -> None:
    """What the others produce is counted."""
    async with watched(tmp_path, site, NOON) as home:
        before = home.mark()
        home.gateway.override("inverters", _cut_short)
        await home.unload()
        await home.load()
        await home.live(24 * HOUR)
        _assert_counted_or_told(home, before)


@pytest.mark.parametrize(("site", "endpoint"), [("net_three", "readings"), ("standard", "energy")])
async def test_counters_that_stood_still_for_hours_catch_up(tmp_path: Path, site: str, endpoint: str) -> None:
    """While power flowed: what they missed is counted when they go on."""
    async with watched(tmp_path, site, NOON) as home:
        before = home.mark()
        home.gateway.override(endpoint, Paced(COUNTERS, 0))
        await home.live(4 * HOUR)
        home.gateway.override(endpoint, None)
        await home.live(HOUR)
        _assert_counted_or_told(home, before)


async def test_a_counter_that_stands_still_while_power_flows_is_told(tmp_path: Path) -> None:
    """Within the hour, and while it lasts."""
    async with watched(tmp_path, "net_three", NOON) as home:
        before = home.mark()
        home.gateway.override("readings", Paced(COUNTERS, 0))
        await home.live(HOUR + timedelta(minutes=5))
        assert home.wrong(before)
        assert home.told_within_the_hour(before)


async def test_production_from_the_inverters_and_back_from_the_meter_within_an_hour(tmp_path: Path) -> None:
    """The meter is not listed for forty minutes: nothing is counted twice, nothing is lost."""
    async with watched(tmp_path, "net_three", NOON) as home:
        before = home.mark()
        home.gateway.override("meters", without_type("production"))
        home.gateway.override("readings", without_meter("production"))
        await home.live(timedelta(minutes=40))
        home.gateway.override("meters", None)
        home.gateway.override("readings", None)
        await home.live(2 * HOUR)
        assert not home.falls
        assert not home.wrong(before, within=1.0)


async def test_a_meter_is_added(tmp_path: Path) -> None:
    """A storage meter that comes to a site with a battery: its totals are there, and the house's load with them."""

    def prepare(gateway: GatewaySimulator) -> None:
        gateway.override("meters", without_type("storage"))
        gateway.override("readings", without_meter("storage"))

    async with watched(tmp_path, "metered_battery", NOON, prepare=prepare) as home:
        home.gateway.override("meters", None)
        home.gateway.override("readings", None)
        await home.live(2 * HOUR)
        settled = home.mark()
        await home.live(2 * HOUR)
        assert not home.falls
        assert not home.wrong(settled)


async def test_inverters_are_added(tmp_path: Path) -> None:
    """Twice as many, of which nobody knew: what they produce is counted."""
    async with watched(tmp_path, "standard", NOON) as home:
        before = home.mark()
        seen = before.truth["production_energy"]
        home.extra = lambda: {"production_energy": counted(home.gateway.house)["production_energy"] - seen}

        def doubled(rows: Payload) -> Payload:
            return [*rows, *({**row, "serialNumber": f"13{row['serialNumber'][2:]}"} for row in rows)]

        def grown(payload: Payload) -> Payload:
            pcu = payload["production"]["pcu"]
            figures = {"wattHoursLifetime": int(2 * pcu["wattHoursLifetime"] - seen), "wattsNow": 2 * pcu["wattsNow"]}
            return {**payload, "production": {**payload["production"], "pcu": {**pcu, **figures}}}

        home.gateway.override("inverters", doubled)
        home.gateway.override("energy", grown)
        await home.live(3 * HOUR)
        assert not home.falls
        assert not home.wrong(before)


# A first reading


async def test_the_totals_are_there_within_a_minute_of_the_set_up(tmp_path: Path) -> None:
    """Though the very first answers are all zeros, as those of a gateway that has just started."""

    def prepare(gateway: GatewaySimulator) -> None:
        for endpoint in ("readings", "energy", "production"):
            gateway.fault(endpoint, Fault.ZEROS, times=1)

    async with watched(tmp_path, "metered_battery", NOON, prepare=prepare, settled=timedelta(0)) as home:
        for _ in range(2):
            home.frozen.tick(29)
            # The loop's time is real: what is due within so many seconds of it is due now.
            async_fire_time_changed(home.hass, dt_util.utcnow() + timedelta(seconds=30))
            await home.hass.async_block_till_done(wait_background_tasks=True)
        now = home.mark()
        assert {key: shown is not None and abs(shown - now.truth[key]) < 100.0 for key, shown in now.shown.items()} == (
            dict.fromkeys(home.keys, True)
        )


# Nothing is lost with a file


async def _with_a_total_of_its_own(home: Watched) -> None:
    """Bring the production total away from the gateway's figure, as years with a replaced meter do."""
    await _replace_production_meter(home)
    await home.live(2 * HOUR)


async def test_the_entry_is_removed_and_added_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The totals go on from what Home Assistant's statistics say of them, and the log says so."""
    async with watched(tmp_path, "net_split", NOON, recorded=True) as home:
        await _with_a_total_of_its_own(home)
        before = home.mark()
        caplog.clear()
        await home.add_again()
        await home.live(HOUR)
        assert not home.falls
        # What was produced between the last statistics and the removal may be counted with the next reading or not.
        assert not home.wrong(before, within=1_000.0)
        assert any(record.name.startswith("custom_components.iq_gateway") for record in caplog.records)
        settled = home.mark()
        await home.live(2 * HOUR)
        assert not home.wrong(settled)


def _delete(home: Watched, kept: Path) -> None:
    for path in home.files():
        path.unlink()


def _damage(home: Watched, kept: Path) -> None:
    for path in home.files():
        path.write_text(path.read_text()[: path.stat().st_size // 2])


def _put_back(home: Watched, kept: Path) -> None:
    for path in home.files():
        path.unlink()
    for path in kept.iterdir():
        shutil.copy(path, Path(home.hass.config.config_dir, ".storage", path.name))


@pytest.mark.parametrize("recorded", [True, False], ids=["with_recorder", "without_recorder"])
@pytest.mark.parametrize("harm", [_delete, _damage, _put_back], ids=["deleted", "damaged", "older"])
async def test_the_totals_go_on_though_their_file_is(
    tmp_path: Path, harm: Callable[[Watched, Path], None], *, recorded: bool
) -> None:
    """Deleted, damaged or older than what Home Assistant knows."""
    home_folder, kept = tmp_path / "home", tmp_path / "kept"
    home_folder.mkdir()
    kept.mkdir()
    async with watched(home_folder, "net_split", NOON, recorded=recorded) as home:
        await home.unload()
        assert home.files()
        for path in home.files():
            shutil.copy(path, kept / path.name)
        await home.load()
        await _with_a_total_of_its_own(home)
        before = home.mark()
        await home.unload()
        harm(home, kept)
        home.frozen.tick(60)
        await home.load()
        await home.live(HOUR)
        assert not home.falls
        assert not home.wrong(before, within=1_000.0)
        settled = home.mark()
        await home.live(2 * HOUR)
        assert not home.wrong(settled)
