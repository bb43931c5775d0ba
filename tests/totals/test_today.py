"""What the house used today, on a site whose battery charges: by the totals, from the first midnight on."""

from datetime import UTC, datetime, timedelta

from homeassistant.core import HomeAssistant
import pytest

from tests.conftest import EntrySetUp
from tests.drive import Drive
from tests.proof.days import simulated_gateway
from tests.states import figure

# An hour and a half before a summer's midnight, in the zone of the simulated gateway and of the test.
LATE_EVENING = datetime(2027, 6, 20, 20, 30, tzinfo=UTC)
HALF_A_DAY = timedelta(hours=14)


async def test_a_charging_battery_is_no_consumption(
    hass: HomeAssistant, socket_enabled: None, setup_entry: EntrySetUp
) -> None:
    """From the first midnight on, it is what the house itself used since then, and only rises."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    async with simulated_gateway("metered_battery", LATE_EVENING) as (gateway, frozen):
        drive = Drive(hass, await setup_entry(gateway), frozen)
        shown: list[float] = []
        at_midnight = 0.0
        while datetime.now(UTC) < LATE_EVENING + HALF_A_DAY:
            if datetime.now(gateway.zone).date() == LATE_EVENING.date():
                at_midnight = gateway.house.totals.consumption
            elif (today := figure(hass, gateway.serial, "consumption_energy_today")) is not None:
                shown.append(today)
            await drive.cycle()
        used = gateway.house.totals.consumption - at_midnight
        assert shown == sorted(shown)
        assert gateway.house.totals.battery_charged > 0
        # Midnight lay between two cycles.
        assert figure(hass, gateway.serial, "consumption_energy_today") == pytest.approx(used, abs=150)
