"""Whatever comes, in whatever shape: nothing breaks, nothing untrue is shown, little is asked."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
import pytest

from tests.doubles import sites
from tests.doubles.conftest import Home
from tests.doubles.double import Site

FIRST, SECOND, THIRD = sites.BATTERIES
INVENTORY = "/ivp/ensemble/inventory"
POWER = "/ivp/ensemble/power"
DETAILS = "/ivp/pdm/device_data"
SECCTRL = "/ivp/ensemble/secctrl"

type Edit = Callable[[Any], Any]


def batteries(change: Edit) -> Edit:
    """Return an edit of the rows of batteries."""
    return lambda groups: [groups[0] | {"devices": change(groups[0]["devices"])}, *groups[1:]]


def leaves(change: Edit) -> Edit:
    """Return an edit of every number of an answer, wherever it stands."""

    def walk(told: object) -> object:
        if isinstance(told, dict):
            return {key: walk(value) for key, value in told.items()}
        if isinstance(told, list):
            return [walk(value) for value in told]
        return change(told) if isinstance(told, (int, float)) and not isinstance(told, bool) else told

    return walk


def says(text: str) -> Edit:
    """Return an edit that answers a text, whatever else was to be said."""
    return lambda _: text


ODD_INVENTORIES: dict[str, Edit] = {
    "no_type": lambda groups: [{"grid_profile_name": "x", "supported_grid_profiles": []}, None, "text", 7, *groups],
    "null_serial": batteries(lambda rows: [rows[0] | {"serial_num": None}, {}, None, "x", *rows]),
    "doubled": batteries(lambda rows: [*rows, *rows]),
    "two_groups": lambda groups: [*groups, groups[0]],
    "unknown": batteries(lambda rows: [row | {"temperature": "unknown", "maxCellTemp": "unknown"} for row in rows]),
    "texts": leaves(str),
    "numeric_serials": batteries(lambda rows: [row | {"serial_num": int(row["serial_num"])} for row in rows]),
    "more_empty": lambda groups: [*groups, {"type": "ENCHARGE", "devices": []}, {"type": "COLLAR"}, {"type": None}],
    "null_devices": lambda groups: [*groups, {"type": "COLLAR", "devices": None}, {"type": "ACB", "devices": {}}],
}


@pytest.mark.parametrize("name", ODD_INVENTORIES)
async def test_an_odd_inventory(home: Home, name: str) -> None:
    """The rows that make sense are shown as ever, and each once."""
    home.gateway.edits[INVENTORY] = ODD_INVENTORIES[name]
    await home.start(sites.controlled)
    assert [home.figure("level", one) for one in sites.BATTERIES] == [60, 61, 62]
    assert [home.figure("capacity", one) for one in sites.BATTERIES] == [5000, 3500, 5000]
    wanted = None if name == "unknown" else 25
    assert home.figure("temperature", FIRST) == wanted
    assert len(home.ending("_available_energy")) == 3
    assert not {"None", "none", ""} & home.devices()
    assert not [one for one in home.registered() if one.startswith(("None", "_"))]


ODD_POWERS: dict[str, Edit] = {
    "no_colon": lambda told: {"devices": told["devices:"]},
    "doubled": lambda told: {"devices:": told["devices:"] * 2},
    "texts": leaves(str),
    "strangers": lambda told: {"devices:": [None, 5, {}, {"serial_num": None}, *told["devices:"]]},
}


@pytest.mark.parametrize("name", ODD_POWERS)
async def test_odd_powers(home: Home, name: str) -> None:
    """Each battery's own is shown, and the sum is not doubled."""
    home.gateway.edits[POWER] = ODD_POWERS[name]
    await home.start(sites.controlled)
    assert [home.figure("power", one) for one in sites.BATTERIES] == [-500] * 3
    assert home.figure("battery_power") == pytest.approx(-1500, abs=20)


BAD_FIGURES: dict[str, Edit] = {
    "nan": leaves(lambda _: float("nan")),
    "negative": leaves(lambda number: -abs(number) - 1000),
    "uint32": leaves(lambda _: 4_294_967_292),
}


@pytest.mark.parametrize("name", BAD_FIGURES)
async def test_figures_that_cannot_be(home: Home, name: str) -> None:
    """In batteries, controller and details: not shown, and no total takes one in."""
    await home.start(sites.controlled)
    bad = BAD_FIGURES[name]
    for path in (INVENTORY, POWER, SECCTRL, DETAILS, "/ivp/sc/sched", "/ivp/ss/gen_config", "/ivp/ensemble/generator"):
        home.gateway.edits[path] = bad
    await home.wait(times=6)
    for serial in sites.BATTERIES:
        level, temperature = home.figure("level", serial), home.figure("temperature", serial)
        assert level is None or 0 <= level <= 100
        assert temperature is None or -60 <= temperature <= 150
        power, capacity = home.figure("power", serial), home.figure("capacity", serial)
        assert power is None or abs(power) <= 100_000
        assert capacity is None or 0 <= capacity <= 100_000
    for key in ("battery_level", "battery_reserve", "battery_health"):
        figure = home.figure(key)
        assert figure is None or 0 <= figure <= 100, key
    for key in ("battery_capacity", "battery_stored_energy"):
        figure = home.figure(key)
        assert figure is None or 0 <= figure <= 1_000_000, key
    home.gateway.edits.clear()
    await home.wait(times=5)
    assert [home.figure("level", one) for one in sites.BATTERIES] == [60, 61, 62]
    assert home.figure("battery_capacity") == 13500


@pytest.mark.parametrize("name", ["negative", "uint32"])
async def test_details_that_cannot_be(home: Home, name: str) -> None:
    """An AC battery's energy never falls, and never jumps."""
    await home.start(sites.crowded)
    await home.wait(times=8)
    before = home.figure("charged_energy", sites.ACS[0])
    bad = BAD_FIGURES[name]
    home.gateway.edits[DETAILS] = bad
    home.gateway.edits["/inventory.json"] = bad
    for _ in range(6):
        await home.wait()
        now = home.figure("charged_energy", sites.ACS[0])
        assert now in (before, None)
        level = home.figure("level", sites.ACS[0])
        assert level is None or 0 <= level <= 100
        temperature = home.figure("temperature", sites.Q_RELAY)
        assert temperature is None or -60 <= temperature <= 150
    home.gateway.edits.clear()
    await home.wait(times=5)
    assert home.figure("charged_energy", sites.ACS[0]) == before
    assert home.figure("level", sites.ACS[0]) == 42


SHAPES = [
    "[]", "{}", "null", '"text"', "[[]]", "[{}]", "[null]", '{"devices:": null}', '{"dry_contacts": 5}', "7", "NaN", "",
    '{"meters": []}', "{", "<html>", '{"dry_contacts": [{"id": 1}]}', '{"1": {"channels": [null]}}',
]  # fmt: skip


@pytest.mark.parametrize("site", [sites.controlled, sites.crowded, sites.collared])
async def test_any_shape_of_any_answer(home: Home, site: Site) -> None:
    """Half of all paths at a time: nothing breaks, no entity is made, and all is back afterwards."""
    await home.start(site)
    before = home.registered()
    paths = [path for path in site(0) if path != "/info"]
    for number, shape in enumerate(SHAPES):
        home.gateway.edits = dict.fromkeys(paths[number % 2 :: 2], says(shape))
        await home.wait()
    assert set(home.registered()) == set(before)
    home.gateway.edits.clear()
    await home.wait(times=16)
    assert home.figure("production_power") == pytest.approx(4000, abs=20)
    lost = [
        one for one, name in before.items()
        if (state := home.hass.states.get(name)) and state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        and not one.endswith(("_today", "_time_to_empty", "_time_to_full"))
    ]  # fmt: skip
    assert lost == []


@pytest.mark.parametrize("shape", ["{}", "[{}]"])
async def test_a_start_with_nothing_but_nonsense(home: Home, shape: str) -> None:
    """In all that tells of devices: the meters are shown, nobody is made up, and all appears once it is told."""
    told = ("/ivp/ensemble", "/ivp/ss", "/ivp/sc", "/ivp/pdm", "/inventory")
    devices = [path for path in sites.controlled(0) if path.startswith(told)]
    home.gateway.edits = dict.fromkeys(devices, says(shape))
    await home.start(sites.controlled)
    assert home.figure("production_power") == pytest.approx(4000, abs=20)
    assert home.ending("_contact", "_running", "_available_energy") == []
    home.gateway.edits.clear()
    await home.until(lambda: len(home.ending("_contact")) == 2 and len(home.ending("_running")) == 1)
    assert [home.figure("level", one) for one in sites.BATTERIES] == [60, 61, 62]


@pytest.mark.parametrize(("way", "path"), [("hanging", INVENTORY), ("hanging", SECCTRL), ("cut", POWER)])
async def test_an_answer_that_does_not_end(home: Home, path: str, way: str) -> None:
    """All others go on."""
    await home.start(sites.controlled)
    getattr(home.gateway, way).add(path)
    await home.wait(times=6)
    assert home.figure("production_power") == pytest.approx(4000, abs=20)
    assert home.figure("battery_level") == 61
    getattr(home.gateway, way).clear()
    await home.wait(times=6)
    assert [home.figure("level", one) for one in sites.BATTERIES] == [60, 61, 62]


def plain(now: float) -> dict[str, Any]:
    """Return the batteries and the System Controller without generator and contacts."""
    site, empty = sites.controlled(now), sites.base(now)
    names = ("/ivp/ss/gen_config", "/ivp/ss/gen_mode", "/ivp/ensemble/generator", "/ivp/ss/dry_contact_settings")
    return site | {name: empty[name] for name in names}


def without_contacts(now: float) -> dict[str, Any]:
    """Return them with a generator and no load that is switched."""
    name = "/ivp/ss/dry_contact_settings"
    return sites.controlled(now) | {name: sites.base(now)[name]}


@pytest.mark.parametrize(("site", "most"), [(plain, 7), (without_contacts, 9), (sites.controlled, 10), (sites.base, 5)])
async def test_little_is_asked(home: Home, site: Site, most: int) -> None:
    """At most twelve at first; then few a cycle, on one connection, and nothing is written but for the stream."""
    await home.first(site)
    assert len(home.gateway.asked) <= 12, home.gateway.asked
    assert home.gateway.handshakes == 1
    await home.wait(times=2)
    counts = []
    for _ in range(15):
        home.gateway.restart()
        await home.wait()
        counts.append((len(home.gateway.asked), home.gateway.handshakes, list(home.gateway.asked)))
    crowded = [asked for count, _, asked in counts if count > most]
    assert not crowded, crowded[0]
    assert max(handshakes for _, handshakes, _ in counts) <= 1
    assert {path for _, path, _ in home.gateway.written} <= {"/ivp/livedata/stream"}


async def test_the_slow_inventory_is_asked_seldom(home: Home) -> None:
    """At most every fifteen minutes."""
    await home.start(sites.crowded)
    await home.wait(times=3)
    home.gateway.restart()
    await home.wait(times=12)
    assert 1 <= Counter(home.gateway.asked)["/inventory.json"] <= 4
    assert home.figure("level", sites.ACS[0]) == 42
