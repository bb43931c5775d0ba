"""What the README promises of a grid outage and of devices, held against answers that are refused, cut or none."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from tests.blind.home import Home, home
from tests.conftest import EntryMaker
from tests.simulator import Fault, GatewaySimulator
from tests.simulator.reply import Json

type Disturb = Callable[[GatewaySimulator], None]


def _fail_grid(gateway: GatewaySimulator, *, wanted: str = "closed") -> None:
    settings = gateway.switchboard.state.house
    settings.relay_wanted, settings.relay_state, settings.on_grid = wanted, "open", False
    gateway.house.settings = settings
    gateway.house.settle()


def _nulls(payload: Json) -> Json:
    assert isinstance(payload, dict)
    return dict.fromkeys(payload)


ALSO: Final[dict[str, Disturb]] = {
    "nothing": lambda _: None,
    "live data refused": lambda gateway: gateway.fault("live", Fault.UNAUTHORIZED),
    "live data stands still": lambda gateway: gateway.fault("live", Fault.STUCK),
    "inventory refused": lambda gateway: gateway.fault("inventory", Fault.UNAUTHORIZED),
    "meters away": lambda gateway: gateway.fault("readings", Fault.UNAVAILABLE),
}
RELAY: Final[dict[str, Disturb]] = {
    "not found": lambda gateway: gateway.fault("relay", Fault.NOT_FOUND),
    "refused": lambda gateway: gateway.fault("relay", Fault.UNAUTHORIZED),
    "nulls": lambda gateway: gateway.override("relay", _nulls),
}


def _outage(at: Home) -> str | None:
    return at.shown("grid_outage", "binary_sensor")


async def _seconds_to_outage(at: Home, cycles: int) -> float | None:
    """Return how long after the first cycle the outage shows, if it does."""
    begun = None
    for _ in range(cycles):
        await at.drive.cycle()
        begun = begun or datetime.now(UTC)
        if _outage(at) == "on":
            return (datetime.now(UTC) - begun).total_seconds()
    return None


async def _assert_outage_shows(at: Home, disturb: Disturb) -> None:
    """Assert that a failure of the grid shows within a minute of the first cycle, whatever else fails with it."""
    _fail_grid(at.gateway)
    disturb(at.gateway)
    seconds = await _seconds_to_outage(at, 3)
    assert seconds is not None
    assert seconds <= 60


@pytest.mark.parametrize("also", ALSO)
async def test_an_outage_shows_within_a_minute(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, also: str
) -> None:
    """Whatever else fails with the grid, an hour between two cycles or not."""
    async with home(hass, add_entry, "system_controller", options={"update_interval": 3600}) as at:
        await at.cycles(1)
        await _assert_outage_shows(at, ALSO[also])


@pytest.mark.parametrize("relay", RELAY)
async def test_an_outage_shows_without_the_relays_own_path(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, relay: str
) -> None:
    """The System Controller's row and live data tell of the outage, while the path of the relay fails with the grid."""
    async with home(hass, add_entry, "system_controller") as at:
        await at.cycles(1)
        await _assert_outage_shows(at, RELAY[relay])


@pytest.mark.parametrize("relay", RELAY)
@pytest.mark.parametrize("restart", [False, True])
async def test_off_the_grid_by_choice_is_no_outage(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, relay: str, *, restart: bool
) -> None:
    """Ten polls, over a restart or not, with the path of the relay gone."""
    async with home(hass, add_entry, "system_controller", options={"update_interval": 60}) as at:
        await at.cycles(1)
        _fail_grid(at.gateway, wanted="open")
        await at.cycles(2)
        RELAY[relay](at.gateway)
        if restart:
            await at.restart()
        assert await _seconds_to_outage(at, 10) is None


@pytest.mark.parametrize("fault", [Fault.NOT_FOUND, Fault.RESET, Fault.NULLS, Fault.UNKNOWN_ENUM, Fault.WRONG_SHAPE])
@pytest.mark.parametrize("path", ["generator", "live", "inventory"])
async def test_a_generator_run_is_no_outage(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, path: str, fault: Fault
) -> None:
    """The grid has failed, the generator runs, and one of the witnesses of it falls silent for ten polls."""

    def against_its_will(gateway: GatewaySimulator) -> None:
        gateway.switchboard.state.house.relay_wanted = "closed"

    async with home(hass, add_entry, "generator", options={"update_interval": 60}, before=against_its_will) as at:
        await at.cycles(2)
        at.gateway.fault(path, fault)
        await at.restart()
        assert await _seconds_to_outage(at, 10) is None


@pytest.mark.parametrize("profile", ["metered_battery", "ac_batteries"])
async def test_no_relay_without_one(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, profile: str
) -> None:
    """No System Controller and no collar is listed: what the gateway says of a relay everywhere makes no entity."""
    async with home(hass, add_entry, profile) as at:
        await at.cycles(2)
        assert at.shown("grid_relay", "binary_sensor") is None


def _devices(at: Home) -> set[str]:
    listed = dr.async_entries_for_config_entry(dr.async_get(at.hass), at.entry.entry_id)
    return {next(iter(one.identifiers))[1] for one in listed}


async def test_a_list_cut_short_takes_nobody_away(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker
) -> None:
    """Ten polls without the batteries and with three inverters: nothing is removed, and all is back at once."""
    async with home(hass, add_entry, "system_controller") as at:
        await at.cycles(2)
        before = _devices(at)
        at.gateway.override("inverters", lambda rows: rows[:3] if isinstance(rows, list) else rows)
        at.gateway.override("inventory", lambda groups: groups[1:] if isinstance(groups, list) else groups)
        await at.cycles(10)
        assert _devices(at) == before
        at.gateway.override("inverters", None)
        at.gateway.override("inventory", None)
        await at.cycles(4)
        assert _devices(at) == before
        assert at.shown("inverters_reporting") == "35"


@pytest.mark.parametrize("serial", [-1, "unknown", 0, True, 4294967295])
async def test_one_odd_serial_number_makes_no_device(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, serial: Json
) -> None:
    """One inverter's serial number is none in one answer: no device comes of it, let alone for a month."""
    async with home(hass, add_entry, "net_split", options={"update_interval": 60}) as at:
        await at.cycles(1)
        before = _devices(at)

        def edit(rows: Json) -> Json:
            assert isinstance(rows, list)
            first, *others = rows
            assert isinstance(first, dict)
            return [{**first, "serialNumber": serial}, *others]

        at.gateway.override("inverters", edit)
        await at.cycles(1)
        at.gateway.override("inverters", None)
        await at.cycles(5)
        assert _devices(at) == before


async def test_ac_batteries_without_a_type_are_no_inverters(
    hass: HomeAssistant, socket_enabled: None, add_entry: EntryMaker, caplog: pytest.LogCaptureFixture
) -> None:
    """The list of inverters lacks its types: an AC battery of the inventory stays one."""

    def untyped(gateway: GatewaySimulator) -> None:
        gateway.override(
            "inverters",
            lambda rows: [
                {key: value for key, value in row.items() if key != "devType"}
                for row in (rows if isinstance(rows, list) else [])
                if isinstance(row, dict)
            ],
        )

    async with home(hass, add_entry, "ac_batteries", before=untyped) as at:
        await at.cycles(1)
        assert at.shown("inverters_reporting") == "8"
        assert not at.complaints(caplog.records)
