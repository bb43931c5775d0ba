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
    "/production.json": 1.2,
    "/production": 3.0,
    "/home": 6.4,
    "/inventory": 2.5,
    "/inventory.json": 2.5,
}
"""Seconds a fast wired gateway takes (gateway-api.md 3)."""

OTHER_LATENCY: Final = 0.05


def path_of(name: str) -> str:
    """Return the path of a name; a path or "*" stays what it is."""
    return PATHS.get(name, name)
