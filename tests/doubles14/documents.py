"""What the double says at first: answers in the form that gateway-api.md tells, for a site that has everything.

Keys that begin with `zz` are known to nobody; they must survive whatever is written back.
"""

from copy import deepcopy
from typing import Any, Final

GATEWAY: Final = "122300000001"
CONTROLLER: Final = "122300000002"
BATTERY: Final = "122300000003"
AC_BATTERY: Final = "122300000004"
INVERTER: Final = "122300000005"
SERIALS: Final = (GATEWAY, CONTROLLER, BATTERY, AC_BATTERY, INVERTER)

SETTINGS: Final = "/ivp/ss/dry_contact_settings"
CONTACTS: Final = "/ivp/ensemble/dry_contacts"
RELAY: Final = "/ivp/ensemble/relay"
INVENTORY: Final = "/ivp/ensemble/inventory"
SECCTRL: Final = "/ivp/ensemble/secctrl"
GENERATOR: Final = "/ivp/ensemble/generator"
GEN_MODE: Final = "/ivp/ss/gen_mode"
GEN_SCHEDULE: Final = "/ivp/ss/gen_schedule"
DPEL: Final = "/ivp/ss/dpel"
POWER: Final = "/ivp/mod/603980032/mode/power"
TARIFF: Final = "/admin/lib/tariff"
SLEEP: Final = "/admin/lib/acb_config"
SCHED: Final = "/ivp/sc/sched"
UNITS: Final = "/inventory.json"
READINGS: Final = "/ivp/meters/readings"

_CONTROLLER: Final = {
    "serial_num": CONTROLLER, "part_num": "860-01801-r73", "type": "x", "installed": 1752592937, "admin_state": 24,
    "device_status": ["envoy.global.ok", "prop.done"], "last_rpt_date": 1753703623, "communicating": True,
    "admin_state_str": "ENPWR_STATE_OPER_CLOSED", "img_pnum_running": "2.7.6936_rel/31.43", "temperature": 89,
    "mains_admin_state": "closed", "mains_oper_state": "closed", "Enpwr_grid_mode": "multimode-ongrid",
    "Enchg_grid_mode": "multimode-ongrid", "Enpwr_relay_state_bm": 5071, "Enpwr_curr_state_id": 16,
}  # fmt: skip
_BATTERY: Final = {
    "serial_num": BATTERY, "part_num": "836-00500-r21", "admin_state": 6, "admin_state_str": "ENCHG_STATE_READY",
    "device_status": ["envoy.global.ok", "prop.done"], "last_rpt_date": 1753703401, "communicating": True,
    "sleep_enabled": False, "percentFull": 80, "temperature": 28, "maxCellTemp": 28, "dc_switch_off": False,
    "img_pnum_running": "3.0.8507_rel/31.43", "encharge_rev": 3, "encharge_capacity": 5000, "led_status": 14,
}  # fmt: skip
_AC_BATTERY: Final = {
    "part_num": "800-00930-r03", "installed": "1769471087", "serial_num": AC_BATTERY,
    "device_status": ["envoy.global.ok"], "last_rpt_date": "1781991008", "admin_state": 2, "dev_type": 11,
    "producing": True, "communicating": True, "provisioned": True, "operating": True, "sleep_enabled": False,
    "percentFull": 20, "maxCellTemp": 32, "sleep_min_soc": 25, "sleep_max_soc": 30, "charge_status": "idle",
}  # fmt: skip


def _contact(name: str, kind: str, load: str) -> dict[str, Any]:
    return {
        "zz_first": {"deep": [1, 2.5, None]}, "mode": "manual", "soc_high": 70.0, "soc_low": 30.0, "load_name": load,
        "id": name, "type": kind, "grid_action": "apply", "micro_grid_action": "shed", "gen_action": "apply",
        "safe_state_action": "shed", "essential_start_time": 21600.0, "essential_end_time": 82800.0, "priority": 1.0,
        "black_s_start": 5.0, "black_start_retries": 10000.0, "action_retries": 1.0, "override": "true",
        "manual_override": "true", "pv_phase_select": [], "pv_serial_nb": [], "zz_last": "kept",
    }  # fmt: skip


def _flow(milliwatts: int) -> dict[str, int]:
    return {"agg_p_mw": milliwatts, "agg_s_mva": milliwatts, "agg_p_ph_a_mw": milliwatts, "agg_s_ph_a_mva": milliwatts}


_TARIFF: Final = {
    "tariff": {
        "currency": {"code": "USD"}, "logger": "mylogger", "date": "1750786523", "zz_whole": [1.0, {"deep": "kept"}],
        "storage_settings": {
            "zz_setting": 7, "mode": "self-consumption", "operation_mode_sub_type": "", "reserved_soc": 20.0,
            "very_low_soc": 5, "charge_from_grid": False, "date": "1750786523",
        },
        "single_rate": {"rate": 0.14, "sell": 0.02},
        "seasons": [{"id": "all_year_long", "start": "1/1", "days": [{"id": "all_days", "peak_rule": "DL",
            "periods": [{"id": "period_1", "start": 0, "rate": 0.1400001}]}], "tiers": []}], "seasons_sell": [],
    },
    "schedule": {"source": "Tariff", "filename": "Tariff", "version": "00.00.02", "reserved_soc": 20.0,
        "very_low_soc": 5, "charge_from_grid": False, "battery_mode": "self-consumption",
        "batt_mode": "self-consumption", "operation_mode_sub_type": "", "override": False},
}  # fmt: skip

_METERS: Final = [
    {"eid": eid, "state": "enabled", "measurementType": kind, "phaseMode": "single", "phaseCount": 1,
     "meteringStatus": "normal", "statusFlags": []}
    for eid, kind in ((704643328, "production"), (704643584, "net-consumption"))
]  # fmt: skip

_DOCUMENTS: Final[dict[str, Any]] = {
    "/ivp/meters": _METERS,
    "/api/v1/production": {"wattHoursToday": 9000, "wattHoursSevenDays": 60000, "wattHoursLifetime": 5000000,
                           "wattsNow": 3000},
    "/ivp/pdm/energy": {"production": {"pcu": {"wattHoursToday": 9000, "wattHoursSevenDays": 60000,
                                               "wattHoursLifetime": 5000000, "wattsNow": 3000}}},
    "/api/v1/production/inverters": [
        {"serialNumber": INVERTER, "lastReportDate": 1790257884, "devType": 1, "lastReportWatts": 300,
         "maxReportWatts": 366},
        {"serialNumber": AC_BATTERY, "lastReportDate": 1790257884, "devType": 11, "lastReportWatts": 0,
         "maxReportWatts": 271},
    ],
    "/ivp/livedata/status": {
        "connection": {"mqtt_state": "connected", "sc_stream": "enabled"},
        "meters": {"last_update": 1790257937, "soc": 80, "main_relay_state": 1, "gen_relay_state": 5,
                   "backup_bat_mode": 1, "backup_soc": 20, "is_split_phase": 0, "phase_count": 1, "enc_agg_soc": 80,
                   "enc_agg_energy": 4000, "acb_agg_soc": 20, "acb_agg_energy": 248, "pv": _flow(3000000),
                   "storage": _flow(0), "grid": _flow(-2500000), "load": _flow(500000), "generator": _flow(0)},
    },
    INVENTORY: [{"type": "ENCHARGE", "devices": [_BATTERY]}, {"type": "ENPOWER", "devices": [_CONTROLLER]}],
    "/ivp/ensemble/power": {"devices:": [{"serial_num": BATTERY, "real_power_mw": 0, "apparent_power_mva": 0,
                                          "soc": 80}]},
    SECCTRL: {"zz": 1, "shutdown": False, "configured_backup_soc": 20, "adjusted_backup_soc": 20, "agg_soc": 80,
              "Max_energy": 6240, "ENC_agg_soc": 80, "ENC_agg_soh": 100, "ENC_agg_backup_energy": 1000,
              "ENC_agg_avail_energy": 4000, "Enc_commissioned_capacity": 5000, "Enc_max_available_capacity": 5000,
              "ACB_agg_soc": 20, "ACB_agg_energy": 248, "VLS_Limit": 5, "Commission_in_progress": False,
              "ESS_in_progress": False},
    RELAY: {"mains_admin_state": "closed", "mains_oper_state": "closed", "der1_state": 1, "der2_state": 0,
            "Enchg_grid_mode": "multimode-ongrid", "Solar_grid_mode": "grid-tied"},
    CONTACTS: {"dry_contacts": [{"status": "closed", "id": "NC1"}, {"status": "closed", "id": "NC2"},
                                {"status": "open", "id": "NO1"}, {"status": "open", "id": "NO2"}]},
    SETTINGS: {"dry_contacts": [_contact("NC1", "LOAD", "Water heater"), _contact("NC2", "3RD-PV", "Old roof"),
                                _contact("NO1", "LOAD", "Pump"), _contact("NO2", "NONE", "")]},
    GENERATOR: {"admin_state": "open", "oper_state": "open", "admin_mode": 2, "schedule": 1, "start_soc": 30,
                "stop_soc": 70, "exc_on": 0, "present": 1, "type": 1},
    "/ivp/ss/gen_config": {"max_cont_gen_amps": 60.0, "name_plate_rating_wat": 14.0, "start_method": "auto",
                           "model": "G1", "manufacturer": "Generac", "generator_id": "3010000001",
                           "charge_from_generator": True, "last_updated_by": "ITK"},
    GEN_MODE: {"gen_cmd": "auto", "last_updated_by": "ITK"},
    GEN_SCHEDULE: {
        "zz_whole": {"deep": [0.5]}, "last_updated_by": "ITK",
        "exercise_config": {"freq_in_weeks": 3, "start": 945, "duration": 20, "day": "Sat"},
        "default_soc": {"start_soc": 30, "stop_soc": 70},
        "schedule": {"default": [{"id": "always_on", "start": "1/1", "end": "12/31", "days": [
            {"id": "all_days", "week_days": "Mon,Tue", "periods": [{"id": "normal_1", "start": 0.0,
             "duration": 1440.0, "start_soc": 100.0, "stop_soc": -1.0, "setting": "AON"}]}]}]},
    },
    DPEL: {"dynamic_pel_settings": {"enable": False, "export_limit": True, "limit_value_W": 2000.0,
                                    "slew_rate": 50.0, "enable_dynamic_limiting": False},
           "filename": "site_settings", "version": "00.00.01"},
    POWER: {"powerForcedOff": False},
    TARIFF: _TARIFF,
    SLEEP: {"acb_sleep": []},
    SCHED: {"acb_current_mode": 1, "Charge From Grid Allowed": False, "Num_of_enc": 1, "agg_soc": 80,
            "sched_mode_key": ["ID - Idle", "ZN - Zero Net", "CG - Charge From Grid"]},
    UNITS: [{"type": "PCU", "devices": []}, {"type": "ACB", "devices": [_AC_BATTERY]}, {"type": "NSRB", "devices": []},
            {"type": "ESUB", "devices": []}],
}  # fmt: skip


def fresh() -> dict[str, Any]:
    """Return documents of the double's own."""
    return deepcopy(_DOCUMENTS)


def reading(eid: int, watts: float) -> dict[str, Any]:
    """Return what a meter on one phase tells."""
    row = {"eid": eid, "timestamp": 1790257936, "actEnergyDlvd": 5000000.0, "actEnergyRcvd": 1000000.0,
           "apparentEnergy": 0.0, "instantaneousDemand": watts, "activePower": watts, "apparentPower": abs(watts),
           "reactivePower": 0.0, "pwrFactor": 1.0, "voltage": 230.0, "current": 1.0, "freq": 50.0}  # fmt: skip
    return row | {"channels": [row | {"eid": eid + number} for number in (1, 2, 3)]}
