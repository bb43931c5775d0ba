"""The energies of a battery without a meter, from the switch in the registry to the Energy panel."""

from homeassistant.components.energy.data import EnergyManager
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.iq_gateway.energy_dashboard import async_set_up_energy_panel
from tests import states
from tests.simulator import Fault, GatewaySimulator

from .seconds import Living

KEYS = ("battery_charged_energy_estimated", "battery_discharged_energy_estimated", "consumption_energy_estimated")
LIVE = "/ivp/livedata/status"

pytestmark = pytest.mark.parametrize("gateway", ["battery_no_meter"], indirect=True)


async def test_they_are_off_and_cost_nothing_until_somebody_wants_them(
    hass: HomeAssistant, living: Living, gateway: GatewaySimulator
) -> None:
    """Their names say what they are."""
    seconds = await living(gateway, on=False)
    await seconds.live(310)
    registry = er.async_get(hass)
    for key in KEYS:
        registered = registry.async_get(states.entity_id(hass, gateway.serial, key))
        assert registered
        assert registered.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        assert registered.original_name
        assert registered.original_name.endswith("(estimated)")
    before = len(gateway.requests)
    await seconds.live(250)
    assert len(gateway.requests) == before
    assert not seconds.coordinator.live.running


async def test_they_follow_the_battery_and_the_house(
    hass: HomeAssistant, recorder_mock: object, energy_manager: EnergyManager, living: Living, gateway: GatewaySimulator
) -> None:
    """With six requests a minute, over an absence, a restart and frozen values; the Energy panel takes them."""
    seconds = await living(gateway, on=False)
    await seconds.live(310)
    entry = seconds.coordinator.config_entry
    await states.enable(hass, entry, *(states.entity_id(hass, gateway.serial, key) for key in KEYS))
    await seconds.live(60)
    assert states.figure(hass, gateway.serial, "consumption_energy_estimated"), "not only with the next cycle"
    gateway.house.draw(6_000)
    await seconds.live(900)
    before = len(gateway.requests)
    await seconds.live(60, cycles=False)
    assert [request.path for request in gateway.requests[before:]] == [LIVE] * 6
    await seconds.live(1_800)
    start, truth = {key: states.figure(hass, gateway.serial, key) for key in KEYS}, gateway.house.totals
    for watts, path, fault in (
        (0, "live", None),
        (6_000, "live", Fault.HANG),
        (0, "live", Fault.STUCK),
        (6_000, "readings", Fault.STUCK),
        (4_000, "live", None),
    ):
        gateway.house.draw(watts)
        if fault:
            gateway.fault(path, fault)
            await seconds.live(600)
            gateway.clear_faults()
        await seconds.live(1_200)
    await hass.config_entries.async_reload(entry.entry_id)
    await seconds.live(1_200)
    now = gateway.house.totals
    for key, then, later in (
        ("battery_charged_energy_estimated", truth.battery_charged, now.battery_charged),
        ("battery_discharged_energy_estimated", truth.battery_discharged, now.battery_discharged),
        ("consumption_energy_estimated", truth.consumption, now.consumption),
    ):
        shown, began = states.figure(hass, gateway.serial, key), start[key]
        assert shown is not None, key
        assert began is not None, key
        assert shown - began == pytest.approx(later - then, rel=0.05, abs=60), key
    result = await async_set_up_energy_panel(hass, entry)
    assert set(result.added["battery"]) >= {"stat_energy_from", "stat_energy_to"}
    await hass.config_entries.async_unload(entry.entry_id)
