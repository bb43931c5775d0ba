"""Triggers and conditions of our own, in Home Assistant's own automations."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from tests.test_blueprints import POWER, RELAY, show, wait


@pytest.fixture
def told(hass: HomeAssistant) -> list[ServiceCall]:
    """What automations did."""
    calls: list[ServiceCall] = async_mock_service(hass, "test", "tell")
    return calls


async def _automate(hass: HomeAssistant, **parts: list[dict[str, Any]]) -> None:
    assert await async_setup_component(hass, "iq_gateway", {})
    automation = {"actions": [{"action": "test.tell"}], **parts}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    assert hass.states.async_entity_ids("automation")


@pytest.mark.parametrize(
    ("trigger", "moves", "times"),
    [
        ("grid_lost", ["off", "on", "off"], 2),
        ("grid_lost", ["unavailable", "on", "unavailable"], 0),
        ("grid_lost", ["unavailable", "off", "unknown", "off"], 1),
        ("grid_back", ["off", "on"], 1),
        ("grid_back", ["off", "unavailable", "on"], 1),
        ("grid_back", ["unavailable", "on"], 0),
    ],
)
async def test_the_grid_is_lost_and_back(
    hass: HomeAssistant, told: list[ServiceCall], trigger: str, moves: list[str], times: int
) -> None:
    """What is not known for a while is neither."""
    await show(hass, RELAY, "on")
    await _automate(hass, triggers=[{"trigger": f"iq_gateway.{trigger}", "options": {"entity_id": RELAY}}])
    for move in moves:
        await show(hass, RELAY, move)
    assert len(told) == times


async def test_a_surplus_is_available(
    hass: HomeAssistant, told: list[ServiceCall], freezer: FrozenDateTimeFactory
) -> None:
    """Once it has lasted; and again after there was none. The unit is the user's choice."""
    await show(hass, POWER, 0.3, unit_of_measurement="kW")
    options = {"entity_id": POWER, "surplus": 1500, "for": {"minutes": 5}}
    await _automate(hass, triggers=[{"trigger": "iq_gateway.surplus_available", "options": options}])
    await show(hass, POWER, -1.6, unit_of_measurement="kW")
    await wait(hass, freezer, minutes=4)
    await show(hass, POWER, "unavailable")
    await wait(hass, freezer, minutes=4)
    assert not told
    for _ in range(2):
        await show(hass, POWER, -1.6, unit_of_measurement="kW")
        await show(hass, POWER, -2.6, unit_of_measurement="kW")
        await wait(hass, freezer, minutes=6)
        await show(hass, POWER, -1.5, unit_of_measurement="kW")
    assert len(told) == 2


@pytest.mark.parametrize(
    ("condition", "options", "state", "holds"),
    [
        ("is_on_grid", {"entity_id": RELAY}, "on", True),
        ("is_on_grid", {"entity_id": RELAY}, "unavailable", False),
        ("is_off_grid", {"entity_id": RELAY}, "off", True),
        ("is_off_grid", {"entity_id": RELAY}, "unknown", False),
        ("has_surplus", {"entity_id": POWER, "surplus": 100}, "-101", True),
        ("has_surplus", {"entity_id": POWER, "surplus": 100}, "-99", False),
        ("has_surplus", {"entity_id": POWER}, "-2001", True),
        ("has_surplus", {"entity_id": POWER}, "unavailable", False),
    ],
)
async def test_conditions(
    hass: HomeAssistant, told: list[ServiceCall], condition: str, options: dict[str, Any], state: str, holds: bool
) -> None:
    """What is not known is not so."""
    await show(hass, options["entity_id"], state, unit_of_measurement="W")
    await _automate(
        hass,
        triggers=[{"trigger": "event", "event_type": "now"}],
        conditions=[{"condition": f"iq_gateway.{condition}", "options": options}],
    )
    hass.bus.async_fire("now")
    await hass.async_block_till_done()
    assert bool(told) is holds
