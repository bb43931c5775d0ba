"""Homes, as their gateways tell of them: made up, in the shapes of real answers."""

from collections.abc import Iterable
from typing import Any, Final

BATTERIES: Final = {"492300000001": 5000, "492300000002": 3500, "492300000003": 5000}
"""Serial numbers, with capacities in Wh: an IQ Battery 5P, a 3T and a 10C's half."""
PARTS: Final = ("836-01826-r42", "830-01760-r37", "836-01250-r05")
CONTROLLER: Final = "482300000001"
COLLAR, COMBINER, RGM = "482400000010", "482400000011", "482400000012"
ACS: Final = ("121900000021", "121900000022")
Q_RELAY: Final = "121900000031"
CONTACTS: Final = ("NC1", "NC2", "NO1", "NO2")
EIDS: Final = {"production": 704643328, "net-consumption": 704643584, "storage": 704643840}
_BEGAN: Final = 1_700_000_000.0
_POWERS: Final = {"production": 4000.0, "net-consumption": -1200.0, "storage": -1500.0}


def inverter(number: int) -> str:
    """Return a serial number."""
    return f"1222{number:08}"


def info(firmware: str = "D8.3.5169", part: str = "800-00647-r11") -> str:
    """Return who the gateway is."""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<envoy_info><time>1781991518</time><device><sn>{serial}</sn>"
        f"<pn>{part}</pn><software>{firmware}</software><euaid>4c8675</euaid><seqnum>0</seqnum><apiver>1</apiver>"
        "<imeter>true</imeter></device><web-tokens>true</web-tokens></envoy_info>\n"
    )


def _reading(kind: str, now: float, parts: int) -> dict[str, Any]:
    power = _POWERS[kind] / parts + now % 7
    flowed = abs(_POWERS[kind]) / parts * (now - _BEGAN) / 3600
    gives = power > 0
    return {
        "timestamp": int(now),
        "actEnergyDlvd": round(1e6 / parts + (flowed if gives else 0.0), 3),
        "actEnergyRcvd": round(2e6 / parts + (0.0 if gives else flowed), 3),
        "apparentEnergy": 3e6, "reactEnergyLagg": 4e5, "reactEnergyLead": 5e4,
        "instantaneousDemand": round(power, 3), "activePower": round(power, 3),
        "apparentPower": abs(power) + 20, "reactivePower": 30.5, "pwrFactor": 0.98,
        "voltage": 120.5, "current": abs(power) / 120.5, "freq": 60.0,
    }  # fmt: skip


def _readings(kinds: Iterable[str], now: float) -> list[dict[str, Any]]:
    rows = []
    for kind in kinds:
        phases = [_reading(kind, now, 2) for _ in range(2)]
        ghost = dict.fromkeys(phases[0], 0.0) | {"timestamp": int(now), "voltage": 6.1, "freq": 60.0}
        whole = {key: sum(phase[key] for phase in phases) for key in phases[0]}
        whole |= {"timestamp": int(now), "freq": 60.0, "pwrFactor": 0.98}
        channels = [{"eid": EIDS[kind] + 1_073_741_841 + n} | row for n, row in enumerate([*phases, ghost])]
        rows.append({"eid": EIDS[kind]} | whole | {"channels": channels})
    return rows


def _live(now: float, *, stores: bool) -> dict[str, Any]:
    def flow(watts: float) -> dict[str, int]:
        return {"agg_p_mw": int(watts * 1000 + now % 97), "agg_s_mva": int(watts * 1010)}

    meters = {
        "last_update": int(now), "soc": 61 * stores, "main_relay_state": 1, "gen_relay_state": 5, "backup_bat_mode": 1,
        "backup_soc": 20 * stores, "is_split_phase": 1, "phase_count": 2, "enc_agg_soc": 61 * stores,
        "enc_agg_energy": 8235 * stores,
        "acb_agg_soc": 0, "acb_agg_energy": 0, "pv": flow(4000), "storage": flow(-1500 * stores), "grid": flow(-1200),
        "load": flow(2800 - 1500 * stores), "generator": {"agg_p_mw": 0, "agg_s_mva": 0},
    }  # fmt: skip
    told = {"mqtt_state": "connected", "prov_state": "configured", "auth_state": "ok"}
    return {"connection": {**told, "sc_stream": "enabled", "sc_debug": "disabled"}, "meters": meters, "tasks": {}}


def base(
    now: float, *, inverters: int = 12, kinds: Iterable[str] = ("production", "net-consumption")
) -> dict[str, Any]:
    """Return a home with meters and microinverters, and the placeholders that every gateway answers."""
    kinds, made = tuple(kinds), 1e6 + _POWERS["production"] * (now - _BEGAN) / 3600
    report = {"wattHoursToday": 12000, "wattHoursSevenDays": 90000, "wattHoursLifetime": int(made), "wattsNow": 4000}
    counted = {"activeCount": 1, "readingTime": int(now), "wNow": 4000.0, "whLifetime": made}
    none = {"wattHoursToday": 0, "wattHoursSevenDays": 0, "wattHoursLifetime": 0, "wattsNow": 0}
    zeros = ("agg_soc", "Max_energy", "ENC_agg_soc", "ENC_agg_soh", "ENC_agg_backup_energy", "ENC_agg_avail_energy",
             "Enc_commissioned_capacity", "Enc_max_available_capacity", "ACB_agg_soc", "ACB_agg_energy",
             "configured_backup_soc", "adjusted_backup_soc")  # fmt: skip
    return {
        "/info": info(),
        "/ivp/meters": [
            {"eid": EIDS[kind], "state": "enabled", "measurementType": kind, "phaseMode": "split", "phaseCount": 2,
             "meteringStatus": "normal", "statusFlags": []} for kind in kinds
        ],
        "/ivp/meters/readings": [*_readings(kinds, now), {"eid": 1023410688, "timestamp": 0, "channels": []}],
        "/api/v1/production": report,
        "/api/v1/production/inverters": [
            {"serialNumber": inverter(n), "lastReportDate": int(now) - 60 - n, "devType": 1,
             "lastReportWatts": 200 + n, "maxReportWatts": 290} for n in range(inverters)
        ],
        "/ivp/pdm/energy": {
            "production": {"pcu": report, "rgm": none, "eim": report}, "consumption": {"eim": report},
        },
        "/ivp/pdm/device_data": {"deviceCount": 0, "deviceDataLimit": 50},
        "/production.json": {"production": [{"type": "inverters", **counted}], "consumption": [], "storage": []},
        "/ivp/livedata/status": _live(now, stores="storage" in kinds),
        "/ivp/ensemble/inventory": [],
        "/ivp/ensemble/power": {"devices:": []},
        "/ivp/ensemble/secctrl": dict.fromkeys(zeros, 0) | {"shutdown": False},
        "/ivp/ensemble/relay": {"mains_admin_state": "closed", "mains_oper_state": "closed", "der1_state": 0},
        "/ivp/ensemble/generator": {
            "admin_state": "unknown", "oper_state": "open", "admin_mode": 0, "schedule": 0, "start_soc": 100,
            "stop_soc": -1, "exc_on": 0, "present": 1, "type": 1,
        },
        "/ivp/ensemble/dry_contacts": {"dry_contacts": [{"id": one, "status": "open"} for one in CONTACTS]},
        "/ivp/ss/dry_contact_settings": {"dry_contacts": [contact(one, "NONE") for one in CONTACTS]},
        "/ivp/ss/gen_config": {}, "/ivp/ss/gen_schedule": {}, "/ivp/ss/gen_mode": {},
        "/inventory.json": [{"type": kind, "devices": []} for kind in ("PCU", "ACB", "NSRB", "ESUB")],
    }  # fmt: skip


def contact(name: str, kind: str, load: str = "") -> dict[str, Any]:
    """Return the settings of a dry contact."""
    return {
        "id": name, "type": kind, "grid_action": "apply" if load else "none", "micro_grid_action": "shed",
        "gen_action": "none", "override": "false", "load_name": load, "mode": "manual", "soc_low": 30.0,
        "soc_high": 70.0, "pv_serial_nb": [],
    }  # fmt: skip


def _listed(serial: str, part: str, now: float, state: str, **more: object) -> dict[str, Any]:
    return {
        "part_num": part, "serial_num": serial, "installed": 1752592942,
        "device_status": ["envoy.global.ok", "prop.done"], "last_rpt_date": int(now) - 40,
        "admin_state": 24, "admin_state_str": state, "created_date": 1752592942,
        "img_load_date": 1752592942, "img_pnum_running": "3.0.8507_rel/31.43", "communicating": True, **more,
    }  # fmt: skip


def controlled(now: float) -> dict[str, Any]:
    """Return a home with a System Controller, three batteries, two loads and a generator at rest."""
    batteries = [
        _listed(serial, part, now, "ENCHG_STATE_READY", sleep_enabled=False, percentFull=60 + n, temperature=25 + n,
                maxCellTemp=27 + n, led_status=12, dc_switch_off=False, encharge_rev=3, encharge_capacity=capacity,
                reported_enc_grid_state="grid-tied", comm_level_sub_ghz=0, comm_level_2_4_ghz=0, phase="ph-all")
        for n, ((serial, capacity), part) in enumerate(zip(BATTERIES.items(), PARTS, strict=True))
    ]  # fmt: skip
    controller = _listed(
        CONTROLLER, "860-01801-r73", now, "ENPWR_STATE_OPER_CLOSED", temperature=86, mains_admin_state="closed",
        mains_oper_state="closed", Enpwr_grid_mode="multimode-ongrid", Enchg_grid_mode="multimode-ongrid",
        Enpwr_relay_state_bm=5071, Enpwr_curr_state_id=16,
    )  # fmt: skip
    site = base(now, kinds=EIDS)
    return site | {
        "/ivp/ensemble/inventory": [
            {"type": "ENCHARGE", "devices": batteries}, {"type": "ENPOWER", "devices": [controller]},
        ],
        "/ivp/ensemble/power": {"devices:": [
            {"serial_num": serial, "real_power_mw": -500_000, "apparent_power_mva": -500_000, "soc": 60 + n}
            for n, serial in enumerate(BATTERIES)
        ]},
        "/ivp/ensemble/secctrl": site["/ivp/ensemble/secctrl"] | {
            "configured_backup_soc": 20, "adjusted_backup_soc": 20, "agg_soc": 61, "Max_energy": 13500,
            "ENC_agg_soc": 61,
            "ENC_agg_soh": 99, "ENC_agg_backup_energy": 2700, "ENC_agg_avail_energy": 8235, "VLS_Limit": 10,
            "Enc_commissioned_capacity": 13500, "Enc_max_available_capacity": 13500,
        },
        "/ivp/sc/sched": {"acb_current_mode": 6, "Agg Backup Energy": 2700, "Charge From Grid Allowed": False},
        "/ivp/ensemble/dry_contacts": {"dry_contacts": [
            {"id": one, "status": "closed" if one == "NC1" else "open"} for one in CONTACTS
        ]},
        "/ivp/ss/dry_contact_settings": {"dry_contacts": [
            contact("NC1", "LOAD", "Water heater"), contact("NC2", "LOAD", "Pool"),
            *(contact(n, "NONE") for n in CONTACTS[2:]),
        ]},
        "/ivp/ss/gen_config": {
            "max_cont_gen_amps": 60.0, "name_plate_rating_wat": 22.0, "start_method": "auto", "gen_type": "Standby",
            "model": "G007042-3", "manufacturer": "Generac", "generator_id": "3010000001",
            "charge_from_generator": True,
        },
        "/ivp/ss/gen_mode": {"gen_cmd": "auto", "last_updated_by": "ITK"},
        "/ivp/ensemble/generator": site["/ivp/ensemble/generator"] | {
            "admin_state": "open", "admin_mode": 2, "schedule": 1, "start_soc": 30, "stop_soc": 70,
        },
    }  # fmt: skip


def collared(now: float) -> dict[str, Any]:
    """Return a home with a combiner and a collar."""
    collar = _listed(COLLAR, "865-00400-r22", now, "ENCMN_MDE_ON_GRID", temperature=42, mid_state="close",
                     grid_state="on_grid", control_error=0, collar_state="Installed")  # fmt: skip
    combiner = _listed(COMBINER, "800-02403-r08", now, "ENCMN_C6_CC_READY", fw_version="0.1.20-D1")
    rgm = {"part_num": "800-02403-r08", "serial_num": RGM, "installed": 1, "FW Version": "2.2.1", "Device State": 80}
    groups = {"COLLAR": collar, "C6 COMBINER CONTROLLER": combiner, "C6 RGM": rgm}
    found = [{"type": kind, "devices": [one]} for kind, one in groups.items()]
    return base(now) | {"/ivp/ensemble/inventory": found, "/info": info("D8.3.1598", "800-02409-r03")}


def data_row(name: str, serial: str, now: float, reading: dict[str, Any], **lifetime: float) -> dict[str, Any]:
    """Return a row of device_data."""
    day = {"today": 1500, "yesterday": 1855, "week": 10325}
    channel = {
        "chanEid": 1627390225, "created": int(now) - 60, "wattHours": day,
        "watts": {"now": 200, "nowUsed": 0, "max": 243},
        "lastReading": {"endDate": int(now) - 60, "duration": 900, **reading},
        "lifetime": {"createdTime": 1, **lifetime},
    }  # fmt: skip
    return {"devName": name, "sn": serial, "active": True, "modGone": False, "channels": [channel]}


def crowded(now: float) -> dict[str, Any]:
    """Return a field of 55 inverters with two AC batteries and a Q-relay, of which the details know fifty rows."""
    made = (now - _BEGAN) * 200
    pcu = {"joulesProduced": 180000, "acVoltageINmV": 238944, "acFrequencyINmHz": 50085, "dcVoltageINmV": 25434,
           "dcCurrentINmA": 8027, "channelTemp": 26, "acCurrentInmA": 850, "rssi": 106, "issi": 60}  # fmt: skip
    acb = {
        "joulesProduced": 0,
        "joulesUsed": 939,
        "channelTemp": 37,
        "SOC": 42,
        "SOH": 86,
        "minCellTemp": 31,
        "maxCellTemp": 32,
    }
    nsrb = {"temperature": 51, "VrmsL1N": 235284, "VrmsL2N": 5956, "VrmsL3N": 0, "freqInmHz": 50003, "stateChngCnt": 1}
    rows = [data_row("pcu", inverter(n), now, pcu, joulesProduced=int(made) + n) for n in range(55)]
    rows[47:] = [data_row("acb", one, now, acb, joulesProduced=211982428, joulesUsed=257766067) for one in ACS]
    rows.append(data_row("nsrb", Q_RELAY, now, nsrb))
    site = base(now, inverters=55)
    acs = [{"serialNumber": one, "lastReportDate": int(now) - 90, "devType": 11, "lastReportWatts": 4,
            "maxReportWatts": 271} for one in ACS]  # fmt: skip
    old = {"installed": "1769471087", "last_rpt_date": str(int(now) - 90), "admin_state": 2, "communicating": True,
           "device_status": ["envoy.global.ok"], "provisioned": True, "operating": True}  # fmt: skip
    full = [
        {"type": "PCU", "devices": []},
        {"type": "ACB", "devices": [
            {"part_num": "800-00930-r03", "serial_num": one, "dev_type": 11, **old, "sleep_enabled": False,
             "percentFull": 42, "maxCellTemp": 32, "sleep_min_soc": 25, "sleep_max_soc": 30, "charge_status": "idle"}
            for one in ACS]},
        {"type": "NSRB", "devices": [
            {"part_num": "800-00598-r04", "serial_num": Q_RELAY, "dev_type": 12, **old, "relay": "closed",
             "reason_code": -1, "line-count": 1, "line1-connected": True}]},
    ]  # fmt: skip
    return site | {
        "/api/v1/production/inverters": [*site["/api/v1/production/inverters"], *acs],
        "/ivp/pdm/device_data": {"deviceCount": 58, "deviceDataLimit": 50}
        | {str(553648384 + 256 * n): row for n, row in enumerate(rows)},
        "/inventory.json": full,
        "/ivp/ensemble/secctrl": site["/ivp/ensemble/secctrl"]
        | {"ACB_agg_soc": 42, "ACB_agg_energy": 1040, "Max_energy": 2480},
    }  # fmt: skip
