"""The IQ batteries one by one and together (gateway-api.md 14)."""

from typing import Final

from tests.simulator.reply import Json

from .inverters import serial_of
from .meters import version
from .scene import Scene
from .switching import combiner

_UNIT_CAPACITY: Final = 5_000
_AC_BATTERY_CAPACITY: Final = 1_240
_HEALTH: Final = 99
_REPORTS: Final = 240
"""Seconds between two reports of an IQ Battery."""
_APART: Final = 2.0
"""% between a battery's level and that of all."""
_SINCE_8_1: Final[dict[str, Json]] = {
    "VLS_Limit": 10,
    "soc_rec_enabled": False,
    "soc_recovery_entry": 2,
    "soc_recovery_exit": 10,
    "Commission_in_progress": False,
    "ESS_in_progress": False,
}
_CLOSED: Final = (24, "ENPWR_STATE_OPER_CLOSED")
_GENERATOR_CLOSED: Final = (30, "ENPWR_STATE_OPER_GEN_CLOSE")
# Its number was never recorded.
_OPEN: Final = (0, "ENPWR_STATE_OPER_OPEN")
_CHARGING, _IDLE, _DISCHARGING = 12, 14, 13


def inventory(scene: Scene) -> Json:
    """Return the batteries of the site and what separates it from the grid; an empty list without any."""
    groups: dict[str, list[Json]] = {
        "ENCHARGE": [_device(scene, index, serial) for index, serial in enumerate(_serials(scene))],
        "ENPOWER": [_system_controller(scene)] if scene.profile.system_controller else [],
        "COLLAR": [_collar(scene)] if scene.profile.collar else [],
        "C6 COMBINER CONTROLLER": [combiner(_serial_of_combiner(scene))] if scene.profile.combiner else [],
    }
    return [{"type": kind, "devices": devices} for kind, devices in groups.items() if devices]


def power(scene: Scene) -> Json:
    """Return each battery's power in whole W, all of it together the house's, under a key that ends in a colon."""
    serials = _serials(scene)
    whole, count = round(scene.house.power.battery), len(serials)
    watts = [whole * (index + 1) // count - whole * index // count for index in range(count)]
    return {
        "devices:": [
            {
                "serial_num": serial,
                "real_power_mw": share * 1000,
                "apparent_power_mva": share * 1000,
                "soc": _level(scene, index),
            }
            for index, (serial, share) in enumerate(zip(serials, watts, strict=True))
        ]
    }


def control(scene: Scene) -> Json:
    """Return the batteries' level and reserve together; zeros without any."""
    battery, acbs = scene.profile.iq_battery, scene.profile.ac_batteries
    level, energy = round(scene.house.store.level), round(scene.house.store.energy)
    capacity = round(battery.capacity) if battery else 0
    reserve = scene.house.settings.reserve if battery else 0
    return {
        "shutdown": False,
        "configured_backup_soc": reserve,
        "adjusted_backup_soc": reserve,
        "agg_soc": level,
        "Max_energy": capacity + acbs * _AC_BATTERY_CAPACITY,
        "ENC_agg_soc": level if battery else 0,
        "ENC_agg_soh": _HEALTH if battery else 0,
        "ENC_agg_backup_energy": capacity * reserve // 100,
        "ENC_agg_avail_energy": energy if battery else 0,
        "Enc_commissioned_capacity": capacity,
        "Enc_max_available_capacity": capacity,
        "ACB_agg_soc": level if acbs else 0,
        "ACB_agg_energy": energy if acbs else 0,
        **(_SINCE_8_1 if version(scene.firmware) >= (8, 1) else {}),
    }


def schedule(scene: Scene) -> Json:
    """Return what batteries are scheduled for."""
    battery = scene.profile.iq_battery
    return {
        "acb_current_mode": 6,
        "Num_of_enc": len(_serials(scene)),
        "ENC_agg_soc": round(scene.house.store.level) if battery else 0,
        "Charge From Grid Allowed": scene.house.settings.charges_from_grid,
        "Num_of_acb": scene.profile.ac_batteries,
        "sched_mode_key": ["ID - Idle", "ZN - Zero Net", "CG - Charge From Grid"],
    }


def _serials(scene: Scene) -> list[str]:
    battery = scene.profile.iq_battery
    count = max(1, round(battery.capacity / _UNIT_CAPACITY)) if battery else 0
    return [serial_of(scene, index, battery=True) for index in range(count)]


def _level(scene: Scene, index: int) -> int:
    """Return the level of a battery: no two are quite alike, unless they are full or empty."""
    level = scene.house.store.level
    away = min(level, 100 - level, _APART) * (1 if index % 2 else -1)
    count = len(_serials(scene))
    return round(level + (away if index < count // 2 * 2 else 0))


def _device(scene: Scene, index: int, serial: str) -> Json:
    """Return a battery as it last reported, which each does in its turn."""
    flow = scene.house.power.battery
    warm = 18 + index % 3 + min(round(abs(flow) / 500), 10)
    return {
        "part_num": "836-01826-r76",
        "serial_num": serial,
        "installed": 1722887725,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": (scene.stamp - index * 47) // _REPORTS * _REPORTS + index * 47,
        "admin_state": 6,
        "admin_state_str": "ENCHG_STATE_READY",
        "created_date": 1722887725,
        "img_load_date": 1722887725,
        "img_pnum_running": "3.0.7545_rel/31.33",
        "bmu_fw_version": "3.8.63",
        "communicating": True,
        "sleep_enabled": False,
        "percentFull": _level(scene, index),
        "temperature": warm,
        "maxCellTemp": warm + 1,
        "reported_enc_grid_state": "grid-tied" if scene.house.settings.on_grid else "multimode-offgrid",
        "comm_level_sub_ghz": 0,
        "comm_level_2_4_ghz": 0,
        "led_status": _CHARGING if flow < 0 else _DISCHARGING if flow > 0 else _IDLE,
        "dc_switch_off": False,
        "encharge_rev": 3,
        "encharge_capacity": _UNIT_CAPACITY,
        "phase": "ph-a",
    }


def _serial_of_switch(scene: Scene) -> str:
    return f"48{serial_of(scene, 0)[2:]}"


def _serial_of_combiner(scene: Scene) -> str:
    return f"47{serial_of(scene, 0)[2:]}"


def _system_controller(scene: Scene) -> Json:
    """Return the System Controller, which measures in °F."""
    settings = scene.house.settings
    runs = settings.generator_runs and not settings.on_grid
    code, state = _GENERATOR_CLOSED if runs else _CLOSED if settings.on_grid else _OPEN
    return {
        "part_num": "865-00378-r27",
        "serial_num": _serial_of_switch(scene),
        "installed": 1722887831,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": scene.stamp,
        "admin_state": code,
        "admin_state_str": state,
        "created_date": 1722887831,
        "img_load_date": 1722887831,
        "img_pnum_running": "3.0.6297_rel/31.33",
        "communicating": True,
        "temperature": 83,
        "comm_level_sub_ghz": 0,
        "comm_level_2_4_ghz": 0,
        "mains_admin_state": settings.relay_wanted,
        "mains_oper_state": settings.relay_state,
        "Enpwr_grid_mode": "multimode-ongrid" if settings.on_grid else "multimode-offgrid",
        "Enchg_grid_mode": "multimode-generator" if runs else "multimode-ongrid",
    }


def _collar(scene: Scene) -> Json:
    """Return the collar, which tells the date of its installation as that of its last report."""
    on_grid = scene.profile.on_grid
    return {
        "part_num": "865-00400-r22",
        "serial_num": _serial_of_switch(scene),
        "installed": 1752939759,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": 1752939759,
        "admin_state": 88,
        "admin_state_str": "ENCMN_MDE_ON_GRID" if on_grid else "ENCMN_MDE_OFF_GRID",
        "created_date": 1752939759,
        "img_load_date": 1752939759,
        "img_pnum_running": "3.0.6-D0",
        "communicating": True,
        "temperature": 42,
        "mid_state": "close" if on_grid else "open",
        "grid_state": "on_grid",
        "control_error": 0,
        "collar_state": "Installed",
    }
