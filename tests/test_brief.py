"""The sample answers of Enphase's technical brief, typographical errors corrected, as Home Assistant shows them.

One row is added: the brief's list of meters lacks the storage meter that its readings have.
"""

from collections.abc import AsyncGenerator
import json
from pathlib import Path
from typing import Final

from homeassistant.const import STATE_OFF
from homeassistant.core import HomeAssistant
import pytest

from tests import states
from tests.conftest import EntrySetUp
from tests.edits import reported_now
from tests.simulator import Clock, GatewaySimulator

BRIEF: Final = Path(__file__).parent / "samples" / "brief"


@pytest.fixture
async def serial(
    hass: HomeAssistant, socket_enabled: None, clock: Clock, setup_entry: EntrySetUp
) -> AsyncGenerator[str]:
    """The serial number of the brief's gateway, set up, with live data that is of now."""
    async with GatewaySimulator(replay=BRIEF, clock=clock) as gateway:
        live = json.loads((BRIEF / "ivp_livedata_status").read_text())
        gateway.override("live", lambda _: live | {"meters": live["meters"] | {"last_update": int(clock.now())}})
        gateway.override("inverters", reported_now(clock))
        entry = await setup_entry(gateway)
        relay = states.entity_id(hass, gateway.serial, "generator_relay", "binary_sensor")
        await states.enable(hass, entry, relay)
        yield gateway.serial


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("production_power", 132.118),
        ("production_energy", 1_608_426.912),
        ("grid_power", 0.0),
        ("grid_import_energy", 48_540.732),
        ("grid_export_energy", 1_244_797.861),
        ("battery_power", 0.0),
        ("battery_charged_energy", 187_582.421),
        ("battery_discharged_energy", 258_799.422),
        ("battery_level", 100.0),
        ("battery_reserve", 10.0),
        ("battery_stored_energy", 24_800.0),
        ("consumption_power", 132.118),
        ("consumption_energy", 483_381.861),
    ],
)
async def test_figures_of_the_brief(hass: HomeAssistant, serial: str, key: str, value: float) -> None:
    """Each figure comes from the answer that the brief names for it, with its digits."""
    assert states.figure(hass, serial, key) == pytest.approx(value, abs=0.0005)


@pytest.mark.parametrize("relay", ["grid_relay", "generator_relay"])
async def test_relays_of_the_brief_are_open(hass: HomeAssistant, serial: str, relay: str) -> None:
    """The brief's house has left the grid, and no generator runs."""
    assert states.state(hass, serial, relay, "binary_sensor") == STATE_OFF


@pytest.mark.parametrize(("key", "value"), [("grid_state", "off_grid"), ("battery_mode", "self_consumption")])
async def test_states_of_the_brief(hass: HomeAssistant, serial: str, key: str, value: str) -> None:
    """Numbers of unlisted meaning in the brief have the meaning of gateway-api.md 13."""
    assert states.state(hass, serial, key) == value


@pytest.mark.parametrize(("inverter", "power"), [("121935144671", 15.0), ("121935144623", 5.0)])
async def test_inverters_of_the_brief(hass: HomeAssistant, serial: str, inverter: str, power: float) -> None:
    """Each inverter shows what it last reported."""
    assert states.figure(hass, inverter, "power") == power
