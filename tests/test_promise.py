"""Nothing true is lost: what was used is counted, or a repair says within the hour what is not."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.proof.adversary import ZONE
from tests.proof.adversary_edits import DELIVERED, RECEIVED, Edit, Paced, Payload, more, without_meter, without_type
from tests.proof.adversary_run import counted
from tests.proof.changes import HOUR, Mark, Watched, watched
from tests.simulator import GatewaySimulator
from tests.simulator.mutations import COUNTERS

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOON: Final = datetime(2027, 6, 15, 11, tzinfo=ZONE)
NIGHT: Final = datetime(2027, 6, 15, 1, tzinfo=ZONE)
WRAP: Final = 1_193_046.47
"""2^32 J in Wh."""


def _assert_counted_or_told(home: Watched, since: Mark, *, within: float = 1.0) -> None:
    """Assert that no total fell, and that all grew by what is true unless the user was told in time."""
    assert not home.falls
    assert not home.wrong(since, within=within) or home.told_within_the_hour(since), home.wrong(since, within=within)


async def test_a_load_of_sixty_kilowatts_for_three_hours(tmp_path: Path) -> None:
    """More than any bound of a house: it is counted all the same, or the user is told."""
    async with watched(tmp_path, "net_split", NOON) as home:
        begun, power = home.gateway.clock.now(), 60_000.0

        def used() -> float:
            return power * min(home.gateway.clock.now() - begun, 3 * 3600) / 3600

        home.extra = lambda: {"grid_import_energy": used(), "consumption_energy": used()}
        before = home.mark()
        home.gateway.override("readings", more("net-consumption", DELIVERED, used, power))
        await home.live(3 * HOUR)
        _assert_counted_or_told(home, before)
        home.gateway.override("readings", more("net-consumption", DELIVERED, used))
        await home.live(HOUR)
        _assert_counted_or_told(home, before)


@pytest.mark.parametrize("begin", [NOON, NIGHT], ids=["by_day", "at_night"])
async def test_a_production_meter_is_replaced(tmp_path: Path, begin: datetime) -> None:
    """The total goes on where it was; once that is settled each Wh is counted."""
    async with watched(tmp_path, "net_split", begin) as home:
        before = home.replace_production_meter()
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
    return more("net-consumption", RECEIVED, lambda: given)


async def test_a_load_computed_from_meters_falls_below_zero(tmp_path: Path) -> None:
    """Of a house that gave more than it took, once its production meter begins anew."""

    def prepare(gateway: GatewaySimulator) -> None:
        gateway.override("readings", _given_away(gateway, 0.8))

    async with watched(tmp_path, "net_split", NOON, prepare=prepare) as home:
        produced = home.gateway.house.totals.production
        given, replaced = _given_away(home.gateway, 0.8), more("production", DELIVERED, lambda: -produced)
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
