"""AC batteries one by one (gateway-api.md 11, 12)."""

from typing import Final

from ..client.endpoints import AC_BATTERIES, DEVICE_DATA, FULL_INVENTORY, InstalledDevice, ReportedDevice
from .device_data import counter, known, reported
from .models import ChargeStatus, Needs, SiteACBattery, SleepState
from .moment import moment
from .snapshot import Snapshot

_ASLEEP: Final = "envoy.cond_flags.pcu_ctrl.sleep-mode"

# By whether it shall sleep, and whether it does.
_SLEEP: Final = {
    (False, False): SleepState.AWAKE,
    (True, False): SleepState.GOING_TO_SLEEP,
    (True, True): SleepState.ASLEEP,
    (False, True): SleepState.WAKING,
}


def build_ac_batteries(snapshot: Snapshot) -> dict[str, SiteACBattery]:
    """Return every known AC battery by serial number, with what stands of its report and of the inventory."""
    reports, lists = snapshot.fresh(DEVICE_DATA) is not None, snapshot.fresh(FULL_INVENTORY) is not None
    return {
        serial: _ac_battery(row, setup, fresh_row=row if reports else None, fresh_setup=setup if lists else None)
        for serial, (row, setup) in known(snapshot, AC_BATTERIES).items()
    }


def ac_battery_needs(snapshot: Snapshot) -> Needs:
    """Return where level and temperature are read: in the report, where there is one."""
    return frozenset({(DEVICE_DATA if reported(snapshot, "acb") else FULL_INVENTORY).name})


def _ac_battery(
    row: ReportedDevice | None,
    setup: InstalledDevice | None,
    *,
    fresh_row: ReportedDevice | None,
    fresh_setup: InstalledDevice | None,
) -> SiteACBattery:
    communicating = fresh_setup.communicating if fresh_setup else None
    # What a silent battery last measured is not how it is.
    measured = None if communicating is False else fresh_row
    listed = None if communicating is False else fresh_setup
    dates = (one.last_report for one in (fresh_row, fresh_setup) if one and one.last_report)
    return SiteACBattery(
        part_number=setup.part_number if setup else None,
        has_report=row is not None,
        is_installed=setup is not None,
        level=_first(measured.level if measured else None, listed.level if listed else None),
        health=fresh_row.health if fresh_row else None,
        power=_power(measured),
        temperature=_first(measured.temperature if measured else None, listed.temperature if listed else None),
        charge_status=_charge_status(listed),
        sleep_state=_sleep_state(fresh_setup),
        last_report=moment(max(dates, default=None)),
        communicating=communicating,
        charged=counter(fresh_row.energy_used, "used", fresh_row.power_used) if fresh_row else None,
        discharged=counter(fresh_row.energy_produced, "produced", fresh_row.power) if fresh_row else None,
    )


def _first(figure: float | None, other: float | None) -> float | None:
    return other if figure is None else figure


def _power(row: ReportedDevice | None) -> float | None:
    return None if row is None or row.power is None else row.power - (row.power_used or 0.0)


def _charge_status(setup: InstalledDevice | None) -> ChargeStatus | None:
    """Return a status that is known; others may come with firmware."""
    return next((one for one in ChargeStatus if setup and one == setup.charge_status), None)


def _sleep_state(setup: InstalledDevice | None) -> SleepState | None:
    if setup is None or setup.sleep_enabled is None:
        return None
    return _SLEEP[setup.sleep_enabled, _ASLEEP in setup.status]
