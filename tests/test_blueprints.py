"""The blueprints, each loaded and run by Home Assistant's own automations."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.const import __version__
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed, async_mock_service

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "blueprints" / "automation" / "iq_gateway"
REPOSITORY = "https://github.com/iq-gateway/iq-gateway/blob/main/"
RELAY = "binary_sensor.iq_gateway_grid_relay"
POWER = "sensor.iq_gateway_grid_power"
LIVE_POWER = "switch.iq_gateway_live_power"
REPORTING = "sensor.iq_gateway_inverters_reporting"
HEATER = {"entity_id": ["switch.heater"]}

type Run = Callable[..., Coroutine[Any, Any, None]]


@pytest.fixture
async def run(hass: HomeAssistant, tmp_path: Path) -> Run:
    """Home Assistant with the project's blueprints; makes an automation of one of them."""
    shutil.copytree(FOLDER, tmp_path / "blueprints" / "automation" / "iq_gateway")
    hass.config.config_dir = str(tmp_path)

    async def make(name: str, **inputs: object) -> None:
        blueprint = {"path": f"iq_gateway/{name}.yaml", "input": inputs}
        assert await async_setup_component(hass, "automation", {"automation": {"use_blueprint": blueprint}})
        await hass.async_block_till_done()
        assert len(hass.states.async_entity_ids("automation")) == 1

    return make


@pytest.fixture
def notifications(hass: HomeAssistant) -> list[ServiceCall]:
    """What the user is told by default."""
    calls: list[ServiceCall] = async_mock_service(hass, "persistent_notification", "create")
    return calls


@pytest.fixture
def switched(hass: HomeAssistant) -> list[ServiceCall]:
    """What is switched on and off."""
    calls: list[ServiceCall] = async_mock_service(hass, "homeassistant", "turn_on")
    hass.services.async_register("homeassistant", "turn_off", calls.append)
    return calls


async def show(hass: HomeAssistant, entity_id: str, state: object, **attributes: object) -> None:
    """Have an entity show something."""
    hass.states.async_set(entity_id, str(state), attributes)
    await hass.async_block_till_done()


async def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory, **time: float) -> None:
    """Let time pass."""
    freezer.tick(timedelta(**time))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_can_be_imported_from_where_it_says(file: Path) -> None:
    """Whoever imports one from the user's guide gets updates from the same place."""
    blueprint = Blueprint(
        load_yaml_dict(file), expected_domain="automation", schema=automation.config.AUTOMATION_BLUEPRINT_SCHEMA
    )
    assert blueprint.validate() is None
    assert blueprint.metadata["source_url"] == f"{REPOSITORY}{file.relative_to(ROOT)}"
    assert str(file.relative_to(ROOT)) in (ROOT / "README.md").read_text(encoding="utf-8")
    floor = blueprint.metadata["homeassistant"]["min_version"]
    assert tuple(map(int, floor.split("."))) <= tuple(map(int, __version__.split(".")[:3]))


async def test_tells_when_the_grid_fails_and_returns(
    hass: HomeAssistant, run: Run, notifications: list[ServiceCall]
) -> None:
    """And nothing when the gateway is away for a while."""
    await show(hass, RELAY, "on")
    await run("grid_outage", grid_relay=RELAY)
    for state in ("unavailable", "on", "off", "on"):
        await show(hass, RELAY, state)
    assert [call.data["title"] for call in notifications] == ["The grid has failed", "The grid is back"]


async def test_runs_what_the_user_wants_instead(
    hass: HomeAssistant, run: Run, notifications: list[ServiceCall]
) -> None:
    """The notifications are only a default."""
    calls = async_mock_service(hass, "notify", "phone")
    await show(hass, RELAY, "on")
    await run("grid_outage", grid_relay=RELAY, failed_actions=[{"action": "notify.phone"}], returned_actions=[])
    await show(hass, RELAY, "off")
    await show(hass, RELAY, "on")
    assert len(calls) == 1
    assert not notifications


@pytest.mark.parametrize(("unit", "factor"), [("W", 1), ("kW", 0.001)])
async def test_uses_the_surplus(
    hass: HomeAssistant, run: Run, switched: list[ServiceCall], freezer: FrozenDateTimeFactory, unit: str, factor: float
) -> None:
    """On after ten minutes of enough surplus, off after ten minutes of shortage; the unit is the user's choice."""
    await show(hass, POWER, 300 * factor, unit_of_measurement=unit)
    await run("use_surplus", grid_power=POWER, consumers=HEATER)
    await show(hass, POWER, -2500 * factor, unit_of_measurement=unit)
    await wait(hass, freezer, minutes=9)
    await show(hass, POWER, -1500 * factor, unit_of_measurement=unit)
    await wait(hass, freezer, minutes=9)
    assert not switched, "the surplus did not last"

    await show(hass, POWER, -2500 * factor, unit_of_measurement=unit)
    await wait(hass, freezer, minutes=10)
    assert [call.service for call in switched] == ["turn_on"]
    assert switched[0].data == HEATER

    await show(hass, POWER, 100 * factor, unit_of_measurement=unit)
    await wait(hass, freezer, minutes=30)
    assert len(switched) == 1, "that is no shortage"
    await show(hass, POWER, 300 * factor, unit_of_measurement=unit)
    await wait(hass, freezer, minutes=10)
    assert [call.service for call in switched] == ["turn_on", "turn_off"]


async def test_a_minute_is_enough_while_power_is_live(
    hass: HomeAssistant, run: Run, switched: list[ServiceCall], freezer: FrozenDateTimeFactory
) -> None:
    """Of surplus and of shortage; ten as long as it is not."""
    await show(hass, POWER, 300, unit_of_measurement="W")
    await show(hass, LIVE_POWER, "on")
    await run("use_surplus", grid_power=POWER, consumers=HEATER, live_power=LIVE_POWER)
    await show(hass, POWER, -2500, unit_of_measurement="W")
    await wait(hass, freezer, seconds=61)
    assert [call.service for call in switched] == ["turn_on"]
    await show(hass, POWER, 300, unit_of_measurement="W")
    await wait(hass, freezer, seconds=61)
    assert [call.service for call in switched] == ["turn_on", "turn_off"]
    await show(hass, LIVE_POWER, "off")
    await show(hass, POWER, -2500, unit_of_measurement="W")
    await wait(hass, freezer, minutes=9)
    assert len(switched) == 2
    await wait(hass, freezer, minutes=1)
    assert len(switched) == 3


async def test_power_is_live_while_something_runs(
    hass: HomeAssistant, run: Run, freezer: FrozenDateTimeFactory
) -> None:
    """And for some minutes longer."""
    on, off = async_mock_service(hass, "switch", "turn_on"), async_mock_service(hass, "switch", "turn_off")
    await show(hass, "binary_sensor.charging", "off")
    await run("live_power_while_charging", live_power=LIVE_POWER, running="binary_sensor.charging")
    await show(hass, "binary_sensor.charging", "on")
    assert [call.data for call in on] == [{"entity_id": [LIVE_POWER]}]
    await show(hass, "binary_sensor.charging", "off")
    await wait(hass, freezer, minutes=4)
    assert not off
    await wait(hass, freezer, minutes=2)
    assert [call.data for call in off] == [{"entity_id": [LIVE_POWER]}]


async def test_power_is_live_by_day(hass: HomeAssistant, run: Run) -> None:
    """From sunrise to sunset."""
    on, off = async_mock_service(hass, "switch", "turn_on"), async_mock_service(hass, "switch", "turn_off")
    await show(hass, "sun.sun", "below_horizon")
    await run("live_power_by_day", live_power=LIVE_POWER)
    await show(hass, "sun.sun", "above_horizon")
    assert (len(on), len(off)) == (1, 0)
    await show(hass, "sun.sun", "below_horizon")
    assert (len(on), len(off)) == (1, 1)


async def test_tells_of_a_voltage_above_the_limit(
    hass: HomeAssistant, run: Run, notifications: list[ServiceCall], freezer: FrozenDateTimeFactory
) -> None:
    """Once it lasts."""
    await show(hass, "sensor.voltage", 240)
    await run("voltage_limit", voltage="sensor.voltage")
    await show(hass, "sensor.voltage", 254.2)
    await wait(hass, freezer, minutes=9)
    assert not notifications
    await wait(hass, freezer, minutes=2)
    assert [call.data["title"] for call in notifications] == ["The voltage is high"]


async def test_switches_off_when_nothing_is_known(
    hass: HomeAssistant, run: Run, switched: list[ServiceCall], freezer: FrozenDateTimeFactory
) -> None:
    """A heater must not run on because the gateway is away."""
    await show(hass, POWER, -2500, unit_of_measurement="W")
    await run("use_surplus", grid_power=POWER, consumers=HEATER)
    await show(hass, POWER, "unavailable")
    await wait(hass, freezer, minutes=10)
    assert [call.service for call in switched] == ["turn_off"]


async def test_tells_of_an_inverter_that_stopped_reporting(
    hass: HomeAssistant, run: Run, notifications: list[ServiceCall], freezer: FrozenDateTimeFactory
) -> None:
    """Only in daylight, where all of them should report."""
    await show(hass, REPORTING, 35)
    await show(hass, "sun.sun", "below_horizon", elevation=-20)
    await run("silent_inverter", inverters_reporting=REPORTING, inverters=35)
    await show(hass, REPORTING, 0)
    await wait(hass, freezer, hours=6)
    assert not notifications, "they sleep at night"

    await show(hass, "sun.sun", "above_horizon", elevation=12)
    await wait(hass, freezer, hours=1)
    await show(hass, REPORTING, 35)
    await wait(hass, freezer, hours=2)
    assert not notifications, "they have woken up"

    await show(hass, REPORTING, 34)
    await wait(hass, freezer, hours=2)
    assert [call.data["message"] for call in notifications] == ["34 of 35 inverters report to the gateway."]


async def test_a_silent_gateway_is_no_silent_inverter(
    hass: HomeAssistant, run: Run, notifications: list[ServiceCall], freezer: FrozenDateTimeFactory
) -> None:
    """What is not known is not reported missing."""
    await show(hass, REPORTING, 35)
    await show(hass, "sun.sun", "above_horizon", elevation=30)
    await run("silent_inverter", inverters_reporting=REPORTING, inverters=35)
    await show(hass, REPORTING, "unavailable")
    await wait(hass, freezer, hours=3)
    assert not notifications
