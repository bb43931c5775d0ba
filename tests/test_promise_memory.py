"""What the totals remember: a first reading, figures of today, and the files in which they are kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Final

from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from tests.proof.adversary import ZONE
from tests.proof.adversary_run import number
from tests.proof.changes import EXACT, HOUR, Watched, watched
from tests.proof.verdict import truths
from tests.simulator import Fault, GatewaySimulator
from tests.states import find

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOON: Final = datetime(2027, 6, 15, 11, tzinfo=ZONE)


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
            async_fire_time_changed(home.hass, dt_util.utcnow() + timedelta(seconds=31))
            await home.hass.async_block_till_done(wait_background_tasks=True)
        now = home.mark()
        assert {key: shown is not None and abs(shown - now.truth[key]) < 100.0 for key, shown in now.shown.items()} == (
            dict.fromkeys(home.keys, True)
        )


# Nothing stands that nobody read


def _today(home: Watched) -> dict[str, float | None]:
    """Return the figures of today that the site has, by the key of their total."""
    shown = {key: number(home.hass, home.gateway.serial, f"{key}_today") for key in home.keys}
    return {key: value for key, value in shown.items() if find(home.hass, home.gateway.serial, f"{key}_today")}


@pytest.mark.parametrize("site", ["metered_battery", "standard", "net_three"])
async def test_figures_of_today_are_there_only_while_their_totals_are(tmp_path: Path, site: str) -> None:
    """A gateway that is away for a day and a half tells nothing of it, the next day least of all."""
    async with watched(tmp_path, site, NOON) as home:
        home.gateway.fault("*", Fault.REFUSED)
        await home.live(timedelta(minutes=30))
        for _ in range(6):
            await home.live(6 * HOUR)
            assert set(home.mark().shown.values()) == {None}
            assert set(_today(home).values()) == {None}


async def test_a_gateway_that_is_silent_over_midnight_leaves_yesterday_to_yesterday(tmp_path: Path) -> None:
    """What was used in the silence before midnight is no part of today; a quarter of the silence may be in doubt."""
    evening = NOON.replace(hour=18)
    async with watched(tmp_path, "metered_battery", evening, settled=timedelta(hours=2, minutes=30)) as home:
        before = home.mark()
        home.gateway.fault("*", Fault.REFUSED)
        await home.live(4 * HOUR)
        home.gateway.clear_faults()
        silence = home.mark()
        await home.live(2 * HOUR)
        house = home.gateway.house
        now, midnight = truths(house), truths(house, house.at_midnight)
        for key, shown in _today(home).items():
            doubt = 0.25 * (silence.truth[key] - before.truth[key]) + EXACT
            assert shown is None or abs(shown - (now[key] - midnight[key])) <= doubt, key


# Nothing is lost with a file


async def _with_a_total_of_its_own(home: Watched) -> None:
    """Bring the production total away from the gateway's figure, as years with a replaced meter do."""
    home.replace_production_meter()
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
