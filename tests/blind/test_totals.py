"""What the README promises of totals, held against a gateway that says something else about its meters."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant
import pytest

from tests.blind.home import BEGINS, Home, home
from tests.conftest import EntryMaker
from tests.simulator.profiles import PROFILES
from tests.simulator.reply import Json

COUNTERS: Final = ("actEnergyDlvd", "actEnergyRcvd")
POWERS: Final = ("activePower", "instantaneousDemand")
type Row = dict[str, Json]
type Edit = Callable[[Json], Json]


def _rows(edit: Callable[[Row], Row]) -> Edit:
    def apply(payload: Json) -> Json:
        assert isinstance(payload, list)
        return [edit(dict(row)) for row in payload if isinstance(row, dict)]

    return apply


def _times(row: Row, factor: float) -> Row:
    return row | {key: float(str(row[key])) * factor for key in (*COUNTERS, *POWERS)}


def _listed_twice(payload: Json) -> Json:
    """List each meter a second time, as one of the battery."""
    assert isinstance(payload, list)
    again = [{**row, "measurementType": "storage"} for row in payload if isinstance(row, dict)]
    return [*payload, *again]


LIES: Final[dict[str, tuple[str, Edit]]] = {
    "double": ("readings", _rows(lambda row: _times(row, 2.0))),
    "a hundredth more": ("readings", _rows(lambda row: _times(row, 1.01))),
    "thousandth": ("readings", _rows(lambda row: _times(row, 0.001))),
    "first row only": ("readings", lambda payload: payload[:1] if isinstance(payload, list) else payload),
    "no meters": ("meters", lambda _: []),
    "meters disabled": ("meters", _rows(lambda row: row | {"state": "disabled"})),
}


async def _exact_again(at: Home, cycles: int) -> None:
    await at.cycles(cycles)
    off = at.off()
    assert all(error is not None and abs(error) <= 1.0 for error in off.values()), off


@pytest.mark.parametrize("begin", ["midnight", "clocks back"])
@pytest.mark.parametrize("lie", LIES)
async def test_ten_polls_of_lies_leave_nothing(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, lie: str, begin: str
) -> None:
    """Five minutes of one lie, from the first cycle after a restart: never ahead, and exact half an hour later."""
    path, edit = LIES[lie]
    async with home(hass, add_entry, "net_split", begin=BEGINS[begin], options={"update_interval": 30}) as at:
        await at.cycles(2)
        at.gateway.override(path, edit)
        await at.restart()
        for _ in range(9):
            await at.drive.cycle()
            assert all(error is None or error < 400 for error in at.off().values()), at.off()
        at.gateway.override(path, None)
        await _exact_again(at, 60)


@pytest.mark.parametrize("profile", ["net_single", "system_controller"])
async def test_meters_listed_twice_add_nothing(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, profile: str
) -> None:
    """The list of meters names each meter a second time, as another kind, for three polls: no total moves by it."""
    async with home(hass, add_entry, profile, options={"update_interval": 60}) as at:
        await at.cycles(2)
        at.gateway.override("meters", _listed_twice)
        await at.restart()
        await at.cycles(2)
        at.gateway.override("meters", None)
        for _ in range(90):
            await at.drive.cycle()
            assert all(error is None or error < 3_000 for error in at.off().values()), at.off()
        await _exact_again(at, 1)


async def test_a_power_beyond_all_bounds_breaks_nothing(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever number comes: no traceback, and every entity is there."""
    async with home(hass, add_entry, "net_single", options={"update_interval": 60}) as at:
        await at.cycles(1)
        at.gateway.override("readings", _rows(lambda row: row | dict.fromkeys(POWERS, 1e308)))
        await at.cycles(3)
        assert not at.complaints(caplog.records)


async def test_three_hundred_inverters_count(hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker) -> None:
    """A site of a hundred kilowatts has its totals half a minute after the set-up, as any other, and they are exact."""
    async with home(hass, add_entry, replace(PROFILES["large"], inverters=300)) as at:
        await at.cycles(1)
        assert at.shown("inverters_reporting") == "300"
        await _exact_again(at, 2)
