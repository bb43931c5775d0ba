"""The IQ batteries one by one and together; ours asks for the inventory alone (gateway-api.md 14)."""

from typing import Final

from tests.simulator.reply import Json

from .inverters import serial_of
from .scene import Scene

_UNIT_CAPACITY: Final = 5_000
_CLOSED: Final = (24, "ENPWR_STATE_OPER_CLOSED")
_GENERATOR_CLOSED: Final = (30, "ENPWR_STATE_OPER_GEN_CLOSE")
# Its number was never recorded.
_OPEN: Final = (0, "ENPWR_STATE_OPER_OPEN")
_CHARGING, _IDLE, _DISCHARGING = 12, 14, 13


def inventory(scene: Scene) -> Json:
    """Return the batteries of the site and what separates it from the grid; an empty list without any."""
    groups: dict[str, list[Json]] = {
        "ENCHARGE": [_device(scene, serial) for serial in _serials(scene)],
        "ENPOWER": [_system_controller(scene)] if scene.profile.system_controller else [],
        "COLLAR": [_collar(scene)] if scene.profile.collar else [],
    }
    return [{"type": kind, "devices": devices} for kind, devices in groups.items() if devices]


def power(scene: Scene) -> Json:
    """Return each battery's power, under a key that ends in a colon."""
    serials = _serials(scene)
    share = round(scene.house.power.battery * 1000 / len(serials)) if serials else 0
    level = round(scene.house.store.level)
    return {
        "devices:": [
            {"serial_num": serial, "real_power_mw": share, "apparent_power_mva": share, "soc": level}
            for serial in serials
        ]
    }


def control(scene: Scene) -> Json:
    """Return the batteries' level and reserve together; zeros without any."""
    battery, acb = scene.profile.iq_battery, scene.profile.ac_batteries > 0
    level, energy = round(scene.house.store.level), round(scene.house.store.energy)
    capacity = round(battery.capacity) if battery else 0
    reserve = scene.house.settings.reserve if battery else 0
    return {
        "shutdown": False,
        "configured_backup_soc": reserve,
        "adjusted_backup_soc": reserve,
        "agg_soc": level,
        "Max_energy": capacity,
        "ENC_agg_soc": level if battery else 0,
        "ENC_agg_soh": 100 if battery else 0,
        "ENC_agg_backup_energy": capacity * reserve // 100,
        "ENC_agg_avail_energy": energy if battery else 0,
        "Enc_commissioned_capacity": capacity,
        "Enc_max_available_capacity": capacity,
        "ACB_agg_soc": level if acb else 0,
        "ACB_agg_energy": energy if acb else 0,
    }


def _serials(scene: Scene) -> list[str]:
    battery = scene.profile.iq_battery
    count = max(1, round(battery.capacity / _UNIT_CAPACITY)) if battery else 0
    return [serial_of(scene, index, battery=True) for index in range(count)]


def _device(scene: Scene, serial: str) -> Json:
    flow = scene.house.power.battery
    return {
        "part_num": "836-01826-r76",
        "serial_num": serial,
        "installed": 1722887725,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": scene.stamp,
        "admin_state": 6,
        "admin_state_str": "ENCHG_STATE_READY",
        "created_date": 1722887725,
        "img_load_date": 1722887725,
        "img_pnum_running": "3.0.7545_rel/31.33",
        "bmu_fw_version": "3.8.63",
        "communicating": True,
        "sleep_enabled": False,
        "percentFull": round(scene.house.store.level),
        "temperature": 18,
        "maxCellTemp": 19,
        "reported_enc_grid_state": "grid-tied" if scene.profile.on_grid else "multimode-offgrid",
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


def _system_controller(scene: Scene) -> Json:
    """Return the System Controller, which measures in °F."""
    profile = scene.profile
    runs, closed = profile.generator > 0, "closed" if profile.on_grid else "open"
    code, state = _GENERATOR_CLOSED if runs else _CLOSED if profile.on_grid else _OPEN
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
        "mains_admin_state": "closed",
        "mains_oper_state": closed,
        "Enpwr_grid_mode": "multimode-ongrid" if profile.on_grid else "multimode-offgrid",
        "Enchg_grid_mode": "multimode-generator" if runs else "multimode-ongrid",
    }


def _collar(scene: Scene) -> Json:
    """Return the collar, which tells the date of its installation as that of its last report."""
    return {
        "part_num": "865-00400-r22",
        "serial_num": _serial_of_switch(scene),
        "installed": 1752939759,
        "device_status": ["envoy.global.ok", "prop.done"],
        "last_rpt_date": 1752939759,
        "admin_state": 88,
        "admin_state_str": "ENCMN_MDE_ON_GRID",
        "created_date": 1752939759,
        "img_load_date": 1752939759,
        "img_pnum_running": "3.0.6-D0",
        "communicating": True,
        "temperature": 42,
        "mid_state": "close",
        "grid_state": "on_grid",
        "control_error": 0,
        "collar_state": "Installed",
    }
