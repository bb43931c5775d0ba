"""What can be set at the gateway itself, and whether its firmware obeys (gateway-api.md 17)."""

import re
from typing import Final

from ..client.endpoints import INFO, POWER_LIMIT, POWER_MODE, TARIFF, Tariff
from .changeable import BatteryMode, Settings, SitePowerLimit, SiteProduction, SiteStorage
from .models import Part
from .snapshot import Snapshot

BATTERY_MODES: Final = {
    "backup": BatteryMode.FULL_BACKUP,
    "self-consumption": BatteryMode.SELF_CONSUMPTION,
    "economy": BatteryMode.SAVINGS,
    "savings-mode": BatteryMode.SAVINGS,
}
# Up to the version before, gateways know no plans of the cloud, and obey.
_KNOWS_PLANS: Final = (8, 2, 128)
# From here on the batteries' settings come from the cloud alone, whatever the gateway says of itself.
_CLOUD_ALONE: Final = (8, 3, 5289)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def build_settings(snapshot: Snapshot, parts: frozenset[Part]) -> Settings:
    """Return what can be set; without figures while nobody knows how it is set now."""
    return Settings(
        power_limit=_power_limit(snapshot),
        production=_production(snapshot),
        storage=_storage(snapshot) if Part.BATTERY in parts else None,
    )


def _power_limit(snapshot: Snapshot) -> SitePowerLimit | None:
    if snapshot.known(POWER_LIMIT) is None:
        return None
    if (told := snapshot.fresh(POWER_LIMIT)) is None:
        return SitePowerLimit(enabled=None, limit=None, of_export=None)
    return SitePowerLimit(enabled=told.enabled, limit=told.limit, of_export=told.of_export)


def _production(snapshot: Snapshot) -> SiteProduction | None:
    if snapshot.known(POWER_MODE) is None:
        return None
    told = snapshot.fresh(POWER_MODE)
    return SiteProduction(on=None if told is None else not told.forced_off)


def _storage(snapshot: Snapshot) -> SiteStorage | None:
    """Return the batteries' settings, of a gateway that has such at all."""
    known, told = snapshot.known(TARIFF), snapshot.fresh(TARIFF)
    if known is None or known.asked is None:
        return None
    in_force = told.in_force if told else None
    return SiteStorage(
        mode=BATTERY_MODES.get(in_force.mode or "") if in_force else None,
        reserve=in_force.reserve if in_force else None,
        charge_from_grid=in_force.charge_from_grid if in_force else None,
        obeys=_obeys(known, _firmware(snapshot)),
    )


def _obeys(tariff: Tariff, firmware: tuple[int, ...] | None) -> bool:
    """Tell whether a write to the tariff reaches the batteries (gateway-api.md 17.3).

    It does where the schedule in force is the gateway's own, and the cloud plans nothing.
    """
    if firmware is None or firmware >= _CLOUD_ALONE or (firmware >= _KNOWS_PLANS and tariff.planned is None):
        return False
    return tariff.in_force is not None and not tariff.stand_in and not tariff.planned


def _firmware(snapshot: Snapshot) -> tuple[int, ...] | None:
    info = snapshot.known(INFO)
    found = _VERSION.search(info.software or "") if info else None
    return tuple(map(int, found.groups())) if found else None
