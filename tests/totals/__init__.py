"""The totals of a simulated gateway, as they are and as Home Assistant shows them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.iq_gateway.const import DOMAIN
from tests import states
from tests.simulator import Clock, GatewaySimulator
from tests.time_lapse import pass_time

type Json = Any

NOON: Final = datetime(2027, 6, 10, 11, tzinfo=UTC)
CYCLE: Final = timedelta(seconds=301)
PRODUCTION_METER: Final = 704643328

TOTALS: Final[Mapping[str, str]] = {
    "production_energy": "production",
    "grid_import_energy": "grid_import",
    "grid_export_energy": "grid_export",
    "battery_charged_energy": "battery_charged",
    "battery_discharged_energy": "battery_discharged",
}


def noon() -> Clock:
    """A clock that shows noon of a summer day, so that all counters move."""
    clock = Clock()
    clock.advance(NOON.timestamp() - clock.now())
    return clock


def truth(gateway: GatewaySimulator) -> dict[str, float]:
    """Return the gateway's true counters in Wh, by the key of their entity."""
    return {key: getattr(gateway.house.totals, name) for key, name in TOTALS.items()}


def shown(hass: HomeAssistant, gateway: GatewaySimulator) -> dict[str, float | None]:
    """Return what Home Assistant shows for them."""
    return {key: states.figure(hass, gateway.serial, key) for key in TOTALS}


async def cycles(hass: HomeAssistant, freezer: FrozenDateTimeFactory, count: int) -> None:
    """Let so many cycles pass."""
    for _ in range(count):
        await pass_time(hass, freezer, CYCLE)


def reset_meter(at: float, eid: int = PRODUCTION_METER) -> Callable[[Json], Json]:
    """Have a meter count from zero again, from so many Wh on."""

    def reset(rows: Json) -> Json:
        return [{**row, "actEnergyDlvd": row["actEnergyDlvd"] - at} if row["eid"] == eid else row for row in rows]

    return reset


def totals_issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return what the user is asked, if anything."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"totals_{entry.entry_id}")
