"""The Energy panel's sources, as a site with everything has them, and what a user does with them."""

from typing import Any, cast

from homeassistant.components.energy.data import EnergyManager, EnergyPreferencesUpdate
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN

type Sources = list[dict[str, Any]]

SOLAR = {
    "type": "solar",
    "stat_energy_from": "sensor.iq_gateway_production_energy",
    "stat_rate": "sensor.iq_gateway_production_power",
    "config_entry_solar_forecast": None,
}
GRID = {
    "type": "grid",
    "stat_energy_from": "sensor.iq_gateway_grid_import_energy",
    "stat_energy_to": "sensor.iq_gateway_grid_export_energy",
    "stat_rate": "sensor.iq_gateway_grid_power",
    "stat_cost": None,
    "entity_energy_price": None,
    "number_energy_price": None,
    "stat_compensation": None,
    "entity_energy_price_export": None,
    "number_energy_price_export": None,
    "cost_adjustment_day": 0.0,
}
BATTERY = {
    "type": "battery",
    "stat_energy_from": "sensor.iq_gateway_battery_discharged_energy",
    "stat_energy_to": "sensor.iq_gateway_battery_charged_energy",
    "stat_rate": "sensor.iq_gateway_battery_power",
    "stat_soc": "sensor.iq_gateway_battery_level",
}
OTHER_SOLAR = {"type": "solar", "stat_energy_from": "sensor.shed", "config_entry_solar_forecast": None, "name": "Shed"}
WATER = {"type": "water", "stat_energy_from": "sensor.water", "number_energy_price": 1.5}


async def prefer(manager: EnergyManager, *sources: dict[str, Any]) -> None:
    """Have the user fill in sources."""
    await manager.async_update(cast("EnergyPreferencesUpdate", {"energy_sources": list(sources)}))


def saved(manager: EnergyManager) -> Sources:
    """Return the panel's sources."""
    assert manager.data is not None
    return cast("Sources", manager.data["energy_sources"])


async def request(hass: HomeAssistant, entry: MockConfigEntry, *, context: Context | None = None) -> dict[str, Any]:
    """Call the action and return its response."""
    response = await hass.services.async_call(
        DOMAIN,
        "set_up_energy_panel",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        return_response=True,
        context=context,
    )
    assert response is not None
    return response


def disable(hass: HomeAssistant, *entity_ids: str) -> None:
    """Have the user disable entities."""
    for entity_id in entity_ids:
        er.async_get(hass).async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)


def statistics(source: dict[str, Any]) -> dict[str, Any]:
    """Return a source's statistics without what else it holds."""
    return {key: value for key, value in source.items() if key.startswith("stat_") and value is not None}
