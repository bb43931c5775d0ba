"""The inverters' own reports (gateway-api.md 10)."""

from typing import Final, NamedTuple
from zlib import crc32

from tests.simulator.house import QUARTER
from tests.simulator.reply import Json

from .scene import Scene

INVERTER: Final = 1
AC_BATTERY: Final = 11
_AC_BATTERY_WATTS: Final = 271
_ROUND: Final = 300
"""Seconds between two sums of the inverters' reports."""

_INVERTER_EFFICIENCY: Final = 0.97


class Report(NamedTuple):
    """One inverter's last report: its place in the row, at which moment, average W since the one before."""

    place: int
    time: float
    watts: float


def serial_of(scene: Scene, index: int, *, battery: bool = False) -> str:
    """Return a device's serial: twelve digits, different at each gateway."""
    site = crc32(scene.serial.encode()) % 1_000_000
    return f"{'49' if battery else '12'}{site:06d}{index:04d}"


def last_reports(scene: Scene) -> list[Report]:
    """Return each inverter's last report; they come staggered, and none at night."""
    house, profile = scene.house, scene.profile
    interval, count = profile.inverter_interval, profile.inverters
    awake = min(house.time, house.last_sun + interval)
    found = []
    for index in range(count):
        offset = index * interval / count
        slot = (awake - offset) // interval * interval + offset
        energy = house.produced_at(slot) - house.produced_at(slot - interval)
        found.append(Report(index, slot, energy / count * 3600 / interval))
    return found


def inverters_lifetime(scene: Scene) -> float:
    """Return what all inverters had delivered at the last round of reports, in Wh."""
    return scene.house.produced_at(scene.house.time // _ROUND * _ROUND)


def inverters(scene: Scene) -> Json:
    """Return the list of inverters, and of AC batteries as device type 11."""
    profile = scene.profile
    rows: list[Json] = [
        {
            "serialNumber": serial_of(scene, report.place),
            "lastReportDate": int(report.time) + scene.clock_error,
            "devType": INVERTER,
            "lastReportWatts": round(report.watts),
            "maxReportWatts": int(profile.panel_watts * _INVERTER_EFFICIENCY),
        }
        for report in last_reports(scene)
    ]
    return [*rows, *_ac_batteries(scene)]


def _ac_batteries(scene: Scene) -> list[Json]:
    count = scene.profile.ac_batteries
    return [
        {
            "serialNumber": serial_of(scene, index, battery=True),
            "lastReportDate": int(scene.house.time // QUARTER * QUARTER) + scene.clock_error,
            "devType": AC_BATTERY,
            "lastReportWatts": round(abs(scene.house.power.battery) / count),
            "maxReportWatts": _AC_BATTERY_WATTS,
        }
        for index in range(count)
    ]
