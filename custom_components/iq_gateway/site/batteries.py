"""IQ Batteries one by one, and what is known of all batteries together (gateway-api.md 14.2, 14.5, 14.6)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..client.endpoints import (
    BATTERY_POWER,
    INVENTORY,
    LIVE,
    SECCTRL,
    STORAGE_SCHEDULE,
    BatteryPower,
    ListedDevice,
    LiveData,
    StorageControl,
)
from .inventory import listed
from .inverters import count_ac_batteries
from .live import BATTERY_MODES
from .models import Battery, Flow, Needs, Part, SiteIQBattery, add
from .moment import moment
from .snapshot import Snapshot

_IQ_BATTERY: Final = "ENCHARGE"
_AC_BATTERY_CAPACITY: Final = 1240.0
# Idle ones draw, or seem to give, up to 24 W each.
_IDLE_WITHIN: Final = 25.0
_NORMAL: Final = frozenset({"envoy.global.ok", "prop.done"})


def count_iq_batteries(snapshot: Snapshot) -> int:
    """Return how many IQ Batteries are listed."""
    return len({device.serial for device in listed(snapshot, _IQ_BATTERY)})


def build_iq_batteries(snapshot: Snapshot) -> dict[str, SiteIQBattery]:
    """Return every known IQ Battery by serial number; without figures while the answers are too old."""
    told = snapshot.known(BATTERY_POWER) is not None
    powers = {battery.serial: battery for battery in snapshot.fresh(BATTERY_POWER) or ()}
    fresh = snapshot.fresh(INVENTORY) is not None
    return {
        device.serial: _iq_battery(device, powers.get(device.serial), tells_power=told, fresh=fresh)
        for device in listed(snapshot, _IQ_BATTERY)
    }


def _iq_battery(device: ListedDevice, now: BatteryPower | None, *, tells_power: bool, fresh: bool) -> SiteIQBattery:
    power = now.power if now else None
    apparent_power = now.apparent_power if now else None
    level = now.level if now else None
    told = SiteIQBattery(
        part_number=device.part_number,
        tells_power=tells_power,
        level=level,
        power=power,
        apparent_power=apparent_power,
    )
    if not fresh:
        return told
    # The list tells of one that is not reached what it last heard of it.
    if level is None and device.communicating is not False:
        level = device.level
    return replace(
        told,
        level=level,
        available_energy=_share(device.capacity, level),
        capacity=device.capacity or None,
        temperature=device.temperature,
        max_cell_temperature=device.max_cell_temperature,
        last_report=moment(device.last_report),
        communicating=device.communicating,
        dc_switch=None if device.dc_switch_off is None else not device.dc_switch_off,
        conditions=None
        if device.conditions is None
        else tuple(dict.fromkeys(_in_words(one) for one in device.conditions if one not in _NORMAL)),
    )


def _in_words(condition: str) -> str:
    """Return a condition as one can read it: "cell over temp" of "envoy.cond_flags.encharge.cell-over-temp"."""
    return condition.rpartition(".")[2].replace("-", " ").replace("_", " ").strip() or condition


def _share(whole: float | None, percent: float | None) -> float | None:
    return None if whole is None or percent is None else whole * percent / 100


def idle_within(iq_batteries: int) -> float:
    """Return up to which power in W, in both directions, so many batteries are idle."""
    return _IDLE_WITHIN * max(iq_batteries, 1)


def battery_parts(snapshot: Snapshot) -> frozenset[Part]:
    """Return what is told of the batteries together."""
    control = _control(snapshot, snapshot.known(SECCTRL))
    there = {
        Part.BATTERY_CONTROL: control is not None,
        Part.BATTERY_CAPACITY: control is not None and _capacity(snapshot, control) is not None,
        Part.BATTERY_HEALTH: control is not None and bool(control.encharge_health),
        Part.SHUTDOWN_LEVEL: control is not None and control.shutdown_level is not None,
    }
    return frozenset(part for part, has in there.items() if has)


def _control(snapshot: Snapshot, told: StorageControl | None) -> StorageControl | None:
    """Return what controls the batteries; where there are none, and while it starts, it tells zeros of all of them."""
    if told is None:
        return None
    figures = (told.encharge_capacity, told.level, told.encharge_energy, told.ac_battery_energy)
    return told if any(figures) or count_ac_batteries(snapshot) else None


def build_battery(snapshot: Snapshot, flow: Flow) -> Battery:
    """Return all batteries as one, from live data where that tells."""
    live, control = snapshot.current_live, _control(snapshot, snapshot.fresh(SECCTRL))
    schedule, idle = snapshot.fresh(STORAGE_SCHEDULE), idle_within(count_iq_batteries(snapshot))

    def told(of_live: float | None, of_control: Callable[[StorageControl], float | None]) -> float | None:
        return of_control(control) if of_live is None and control else of_live

    return Battery(
        power=flow.power,
        phases=flow.phases,
        charging=None if flow.power is None else flow.power < -idle,
        level=told(_live_level(live), lambda it: it.level),
        stored_energy=told(_live_energy(live), lambda it: _sum(it.encharge_energy, it.ac_battery_energy)),
        reserve=told(live.backup_soc if live else None, lambda it: it.reserve),
        mode=BATTERY_MODES.get(live.battery_mode) if live else None,
        capacity=_capacity(snapshot, control) if control else None,
        health=control.encharge_health or None if control else None,
        reserve_energy=control.reserve_energy if control else None,
        shutdown_level=control.shutdown_level if control else None,
        grid_charging_allowed=schedule.grid_charging_allowed if schedule else None,
    )


def _live_level(live: LiveData | None) -> float | None:
    """Return the level of all batteries; without IQ Batteries the whole is zero, and that of AC batteries counts."""
    if live is None:
        return None
    return live.soc or (live.ac_battery_soc if live.ac_battery_energy else None) or live.soc


def _live_energy(live: LiveData | None) -> float | None:
    return _sum(live.encharge_energy, live.ac_battery_energy) if live else None


def _sum(first: float | None, second: float | None) -> float | None:
    """Add up what is told."""
    return add(first, second) if first is not None and second is not None else second if first is None else first


def _capacity(snapshot: Snapshot, control: StorageControl) -> float | None:
    """Return what all batteries can hold; a sum with AC batteries that the gateway gives is wrong at times."""
    return _sum(control.encharge_capacity, count_ac_batteries(snapshot) * _AC_BATTERY_CAPACITY) or None


def stands_in(snapshot: Snapshot, parts: frozenset[Part]) -> bool:
    """Tell whether what controls the batteries has to tell what live data does not: level, stored energy, reserve."""
    live = snapshot.current_live
    return Part.BATTERY in parts and (live is None or None in (live.soc, _live_energy(live), live.backup_soc))


def battery_needs(snapshot: Snapshot, parts: frozenset[Part], power: Needs) -> dict[str, Needs]:
    """Return the needs of what tells of batteries; `power` is where that of all of them is read."""
    control, schedule = frozenset({SECCTRL.name}), frozenset({STORAGE_SCHEDULE.name})
    level = frozenset({LIVE.name}) | (control if stands_in(snapshot, parts) else frozenset())
    return {
        "battery_level": level,
        "battery_control": control,
        "battery_time": power | level | control,
        "battery_schedule": schedule,
        "iq_battery_power": frozenset({BATTERY_POWER.name}),
        "iq_battery_level": frozenset({BATTERY_POWER.name, INVENTORY.name}),
    }
