"""From the house to the bodies of the gateway's answers: one function an endpoint."""

from collections.abc import Callable
from typing import Final

from tests.simulator import endpoints
from tests.simulator.reply import Json

from .devices import device_data, full_inventory
from .energy import pdm_energy, v1_production
from .ensemble import control, inventory, power, schedule
from .inverters import inverters
from .live import live_status
from .meters import consumption_reports, meters, readings, reports
from .overview import overview
from .scene import Scene
from .switching import (
    dry_contact_settings,
    dry_contacts,
    generator,
    generator_config,
    generator_mode,
    generator_schedule,
    relay,
)

__all__ = ["ANSWERS", "Scene", "live_status"]

ANSWERS: Final[dict[str, Callable[[Scene], Json]]] = {
    endpoints.METERS: meters,
    endpoints.READINGS: readings,
    endpoints.REPORTS: reports,
    endpoints.CONSUMPTION: consumption_reports,
    endpoints.PRODUCTION: v1_production,
    endpoints.ENERGY: pdm_energy,
    endpoints.INVERTERS: inverters,
    "/production.json": overview,
    "/production": overview,
    endpoints.INVENTORY: inventory,
    endpoints.BATTERY_POWER: power,
    endpoints.SECCTRL: control,
    endpoints.STORAGE_SCHEDULE: schedule,
    endpoints.RELAY: relay,
    endpoints.DRY_CONTACTS: dry_contacts,
    endpoints.DRY_CONTACT_SETTINGS: dry_contact_settings,
    endpoints.GENERATOR: generator,
    endpoints.GENERATOR_CONFIG: generator_config,
    endpoints.GENERATOR_MODE: generator_mode,
    endpoints.GENERATOR_SCHEDULE: generator_schedule,
    endpoints.DEVICE_DATA: device_data,
    endpoints.FULL_INVENTORY: full_inventory,
    "/inventory": full_inventory,
}
