"""The gateway's paths by the names that faults and overrides may use."""

from typing import Final

INFO: Final = "/info"
METERS: Final = "/ivp/meters"
READINGS: Final = "/ivp/meters/readings"
REPORTS: Final = "/ivp/meters/reports"
CONSUMPTION: Final = "/ivp/meters/reports/consumption"
PRODUCTION: Final = "/api/v1/production"
INVERTERS: Final = "/api/v1/production/inverters"
ENERGY: Final = "/ivp/pdm/energy"
LIVE: Final = "/ivp/livedata/status"
INVENTORY: Final = "/ivp/ensemble/inventory"
POWER_LIMIT: Final = "/ivp/ss/dpel"
POWER_MODE: Final = "/ivp/mod/603980032/mode/power"
TARIFF: Final = "/admin/lib/tariff"
BATTERY_POWER: Final = "/ivp/ensemble/power"
SECCTRL: Final = "/ivp/ensemble/secctrl"
STORAGE_SCHEDULE: Final = "/ivp/sc/sched"
RELAY: Final = "/ivp/ensemble/relay"
DRY_CONTACTS: Final = "/ivp/ensemble/dry_contacts"
DRY_CONTACT_SETTINGS: Final = "/ivp/ss/dry_contact_settings"
GENERATOR: Final = "/ivp/ensemble/generator"
GENERATOR_CONFIG: Final = "/ivp/ss/gen_config"
GENERATOR_MODE: Final = "/ivp/ss/gen_mode"
DEVICE_DATA: Final = "/ivp/pdm/device_data"
FULL_INVENTORY: Final = "/inventory.json"
GENERATOR_SCHEDULE: Final = "/ivp/ss/gen_schedule"
AC_BATTERY_CONFIG: Final = "/admin/lib/acb_config.json"
STREAM: Final = "/ivp/livedata/stream"
CHECK_JWT: Final = "/auth/check_jwt"

PATHS: Final = {
    "info": INFO,
    "meters": METERS,
    "readings": READINGS,
    "production": PRODUCTION,
    "energy": ENERGY,
    "inverters": INVERTERS,
    "live": LIVE,
    "consumption": CONSUMPTION,
    "inventory": INVENTORY,
    "power_limit": POWER_LIMIT,
    "power_mode": POWER_MODE,
    "tariff": TARIFF,
    "battery_power": BATTERY_POWER,
    "secctrl": SECCTRL,
    "storage_schedule": STORAGE_SCHEDULE,
    "relay": RELAY,
    "dry_contacts": DRY_CONTACTS,
    "dry_contact_settings": DRY_CONTACT_SETTINGS,
    "generator": GENERATOR,
    "generator_config": GENERATOR_CONFIG,
    "generator_mode": GENERATOR_MODE,
    "generator_schedule": GENERATOR_SCHEDULE,
    "device_data": DEVICE_DATA,
    "full_inventory": FULL_INVENTORY,
    "stream": STREAM,
    "check_jwt": CHECK_JWT,
}

LATENCY: Final = {
    INFO: 0.02,
    METERS: 0.07,
    READINGS: 0.08,
    REPORTS: 0.05,
    CONSUMPTION: 0.05,
    PRODUCTION: 0.04,
    INVERTERS: 0.03,
    ENERGY: 0.04,
    LIVE: 0.17,
    RELAY: 0.3,
    "/production.json": 1.2,
    "/production": 3.0,
    "/home": 6.4,
    "/inventory": 2.5,
    FULL_INVENTORY: 2.5,
}
"""Seconds a fast wired gateway takes (gateway-api.md 3)."""

OTHER_LATENCY: Final = 0.05


def path_of(name: str) -> str:
    """Return the path of a name; a path or "*" stays what it is."""
    return PATHS.get(name, name)
