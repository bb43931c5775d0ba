"""The blueprints that change something at a gateway, run by Home Assistant's own automations."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import HomeAssistant, ServiceCall
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from tests.test_blueprints import Run, run, show, wait

__all__ = ["run"]

SWITCH = "switch.iq_gateway_power_limit"
VALUE = "number.iq_gateway_power_limit_value"
RESERVE = "number.iq_gateway_battery_reserve"
PRICE = "sensor.price"


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Automations by the time of day wait for the next one."""
    return True


@pytest.fixture
def calls(hass: HomeAssistant) -> list[tuple[str, object]]:
    """What is asked of the gateway, which does it."""
    found: list[tuple[str, object]] = []

    def note(call: ServiceCall) -> None:
        found.append((call.service, call.data.get("value")))

    for domain, service in (("switch", "turn_on"), ("switch", "turn_off"), ("number", "set_value")):
        async_mock_service(hass, domain, service)
        hass.services.async_register(domain, service, note)
    return found


async def test_nothing_goes_to_the_grid_below_a_price(
    hass: HomeAssistant, run: Run, calls: list[tuple[str, object]]
) -> None:
    """And again above it; a price that nobody knows changes nothing."""
    await show(hass, SWITCH, "off")
    await show(hass, PRICE, 0.10)
    await run("no_export_below_price", price=PRICE, below=0, limit_switch=SWITCH, limit_value=VALUE)
    await show(hass, PRICE, -0.02)
    assert calls == [("set_value", 0), ("turn_on", None)]
    await show(hass, SWITCH, "on")
    await show(hass, PRICE, "unknown")
    await show(hass, PRICE, -0.03)
    assert len(calls) == 2
    await show(hass, PRICE, 0.0)
    assert calls[2:] == [("turn_off", None)]


async def test_a_limit_by_price_finds_its_way_back_after_a_restart(
    hass: HomeAssistant, run: Run, calls: list[tuple[str, object]]
) -> None:
    """Once the gateway's entities are there, whatever was so before."""
    await show(hass, PRICE, -0.02)
    await show(hass, SWITCH, "unavailable")
    await run("no_export_below_price", price=PRICE, below=0, limit_switch=SWITCH, limit_value=VALUE)
    assert calls == []
    await show(hass, SWITCH, "off")
    assert [name for name, _ in calls] == ["set_value", "turn_on"]


async def test_next_to_nothing_goes_to_the_grid(hass: HomeAssistant, run: Run, calls: list[tuple[str, object]]) -> None:
    """Also when somebody takes the limit back."""
    await show(hass, SWITCH, "on")
    await show(hass, VALUE, 50.0)
    await run("zero_export", limit_switch=SWITCH, limit_value=VALUE, margin=50)
    await show(hass, VALUE, 50.0, again=True)
    assert calls == []
    await show(hass, SWITCH, "off")
    assert calls == [("set_value", 50), ("turn_on", None)]
    await show(hass, SWITCH, "on")
    await show(hass, VALUE, 900.0)
    assert calls[2:] == [("set_value", 50), ("turn_on", None)]


async def test_the_battery_is_kept_for_the_night(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, run: Run, calls: list[tuple[str, object]]
) -> None:
    """Held by day, let go in the evening, and held again if the start of Home Assistant was late."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-06-21T06:59:50+00:00")
    await show(hass, RESERVE, 20.0)
    await run("keep_battery", reserve=RESERVE)
    assert calls == []
    await wait(hass, freezer, seconds=15)
    assert calls == [("set_value", 80)]
    await show(hass, RESERVE, 80.0)
    freezer.move_to("2026-06-21T18:59:50+00:00")
    await wait(hass, freezer, seconds=15)
    assert calls[1:] == [("set_value", 20)]
    freezer.move_to("2026-06-22T09:00:00+00:00")
    await show(hass, RESERVE, "unavailable")
    await show(hass, RESERVE, 20.0)
    assert calls[2:]
    assert {*calls[2:]} == {("set_value", 80)}
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
