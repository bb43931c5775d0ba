"""Whole systems, replayed from their recorded answers: what Home Assistant shows is what the recordings say.

Recordings of real systems lie beside the project on some machines; the project's own made-up samples cover the same
rules everywhere.
"""

from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests import states
from tests.conftest import EntrySetUp, second_cycle
from tests.edits import reported_now
from tests.flow.steps import start, submit
from tests.recorded import CHECKED, Recorded
from tests.simulator import Clock, Fault, GatewaySimulator

SAMPLES: Final = Path(__file__).parent / "samples"
REAL_SYSTEMS: Final = Path(__file__).parents[2] / "shared" / "recorded-systems"
_FIRST_WITH_TOKENS: Final = 7


def _folders() -> list[Path]:
    return sorted(info.parent for root in (SAMPLES, REAL_SYSTEMS) for info in root.glob("*/info"))


def _firmware(folder: Path) -> int:
    return Recorded(folder).major


CURRENT: Final = [folder for folder in _folders() if _firmware(folder) >= _FIRST_WITH_TOKENS]
LEGACY: Final = [folder for folder in _folders() if _firmware(folder) < _FIRST_WITH_TOKENS]


@pytest.mark.parametrize("folder", CURRENT, ids=lambda folder: folder.name)
async def test_figures_are_those_of_the_recording(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, folder: Path
) -> None:
    """Powers, energies, inverters and temperatures, and none of them where the site has no source for it."""
    recorded = Recorded(folder)
    async with GatewaySimulator(replay=folder, clock=clock) as gateway:
        gateway.override("inverters", reported_now(clock))
        entry = await setup_entry(gateway)
        assert entry.state is ConfigEntryState.LOADED

        shown = {
            key: states.figure(hass, gateway.serial, key) for key in CHECKED if states.find(hass, gateway.serial, key)
        }
        assert shown == pytest.approx(recorded.figures(), abs=0.001)
        inverters = {serial: states.figure(hass, serial, "power") for serial in recorded.inverters()}
        assert inverters == pytest.approx(recorded.inverters())
        temperatures = {serial: states.figure(hass, serial, "temperature") for serial in recorded.temperatures()}
        assert temperatures == pytest.approx(recorded.temperatures(), abs=0.1)
        assert states.coordinator(entry).data.site.inverters.keys() == recorded.inverters().keys()


@pytest.mark.parametrize("folder", CURRENT, ids=lambda folder: folder.name)
async def test_devices_one_by_one_are_those_of_the_recording(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, folder: Path
) -> None:
    """AC batteries by themselves; details of inverters where somebody wants them, and nothing else has any."""
    recorded = Recorded(folder)
    async with GatewaySimulator(replay=folder, clock=clock) as gateway:
        gateway.override("inverters", reported_now(clock))
        entry = await setup_entry(gateway)
        batteries = recorded.ac_batteries()
        shown = {serial: states.figures(hass, serial, figures) for serial, figures in batteries.items()}
        assert {serial: pytest.approx(figures, abs=0.01) for serial, figures in batteries.items()} == shown
        assert states.coordinator(entry).data.site.ac_batteries.keys() >= batteries.keys()

        details = recorded.inverter_details()
        wanted = [states.entity_id(hass, serial, key) for serial, figures in details.items() for key in figures]
        await states.enable(hass, entry, *wanted)
        await second_cycle(hass, entry)
        shown = {serial: states.figures(hass, serial, figures) for serial, figures in details.items()}
        assert {serial: pytest.approx(figures, abs=0.01) for serial, figures in details.items()} == shown


@pytest.mark.parametrize("folder", CURRENT, ids=lambda folder: folder.name)
async def test_batteries_are_those_of_the_recording(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, folder: Path
) -> None:
    """One by one and together, and none where only placeholders are told."""
    recorded = Recorded(folder)
    async with GatewaySimulator(replay=folder, clock=clock) as gateway:
        entry = await setup_entry(gateway)
        assert states.coordinator(entry).data.site.iq_batteries.keys() == recorded.batteries().keys()
        for serial, figures in recorded.batteries().items():
            assert {key: states.figure(hass, serial, key) for key in figures} == pytest.approx(figures)
            assert states.state(hass, serial, "problem", "binary_sensor") == STATE_OFF
        keys = ("battery_capacity", "battery_health")
        shown = {
            key: states.figure(hass, gateway.serial, key) for key in keys if states.find(hass, gateway.serial, key)
        }
        assert shown == pytest.approx(recorded.storage())


@pytest.mark.parametrize("folder", CURRENT, ids=lambda folder: folder.name)
async def test_without_live_data_batteries_are_those_of_the_recording(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, folder: Path
) -> None:
    """Level, stored energy and reserve come from what controls them."""
    recorded = Recorded(folder)
    async with GatewaySimulator(replay=folder, clock=clock) as gateway:
        gateway.fault("live", Fault.NOT_FOUND)
        await setup_entry(gateway)
        keys = ("battery_level", "battery_stored_energy", "battery_reserve")
        shown = {
            key: states.figure(hass, gateway.serial, key) for key in keys if states.find(hass, gateway.serial, key)
        }
        assert shown == pytest.approx(recorded.stored() if recorded.storage() else {})


@pytest.mark.parametrize("folder", CURRENT, ids=lambda folder: folder.name)
async def test_every_enabled_entity_has_a_value(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, folder: Path
) -> None:
    """What a site has no source for has no entity, rather than one that never has a value."""
    async with GatewaySimulator(replay=folder, clock=clock) as gateway:
        entry = await setup_entry(gateway)
        assert states.without_value(hass, entry) == []


@pytest.mark.parametrize("fault", [Fault.NOT_FOUND, Fault.FORBIDDEN])
@pytest.mark.parametrize("folder", CURRENT, ids=lambda folder: folder.name)
async def test_no_entity_waits_for_live_data_that_never_comes(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp, folder: Path, fault: Fault
) -> None:
    """Where the firmware has none, or the token's role may not read it, there is just what the other answers tell."""
    async with GatewaySimulator(replay=folder, clock=clock) as gateway:
        gateway.fault("live", fault)
        entry = await setup_entry(gateway)
        assert states.without_value(hass, entry) == []


@pytest.mark.skipif(not LEGACY, reason="no recording of such a gateway on this machine")
@pytest.mark.parametrize("folder", LEGACY, ids=lambda folder: folder.name)
async def test_legacy_firmware_is_turned_away(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, folder: Path
) -> None:
    """A gateway that needs no token has another API: the flow says so and ends."""
    async with GatewaySimulator(replay=folder, clock=clock) as gateway:
        result = await submit(hass, await start(hass), host=gateway.host)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "legacy_firmware"
