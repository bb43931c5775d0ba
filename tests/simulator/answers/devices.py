"""What inverters, AC batteries and Q-relays report one by one, and the slow list of them (gateway-api.md 11, 12)."""

from typing import Final

from tests.simulator.reply import Json

from .inverters import last_reports, serial_of
from .meters import meters
from .scene import Scene

LIMIT: Final = 50
"""Rows that the gateway gives, whatever it has."""

_FIRST_FIRMWARE: Final = "D8.2.43"
_JOULES: Final = 3_600
_RELAY_PACE: Final = 2_700
_EIDS: Final = {"pcu": 553648384, "eim": 704643328, "acb": 721420544, "nsrb": 738197760}


def device_data(scene: Scene) -> Json:
    """Return the first fifty rows by eid; none by firmware that has no such answer."""
    if scene.firmware < _FIRST_FIRMWARE:
        return None
    listed = {
        "pcu": [*_inverters(scene), *_retired(scene)],
        "eim": _meters(scene),
        "acb": _ac_batteries(scene),
        "nsrb": _q_relays(scene),
    }
    rows = [
        (str(_EIDS[name] + 256 * index), {"devName": name, **row})
        for name, of_kind in listed.items()
        for index, row in enumerate(of_kind)
    ]
    return {"deviceCount": len(rows), "deviceDataLimit": LIMIT, **dict(rows[:LIMIT])}


def full_inventory(scene: Scene) -> Json:
    """Return all groups, whether or not there is something in them."""
    groups: dict[str, list[Json]] = {
        "PCU": [_installed(scene, serial_of(scene, index), 1) for index in range(scene.profile.inverters)],
        "ACB": [
            _installed(scene, serial, 11)
            | _sleep(scene, serial)
            | {
                "percentFull": round(scene.house.reports[-1].level),
                "maxCellTemp": 32,
                "charge_status": _charge_status(scene),
            }
            for serial in _ac_battery_serials(scene)
        ],
        "NSRB": [
            _installed(scene, serial, 12) | {"relay": "closed", "reason_code": -1, "reason": "ok"} | _lines(scene)
            for serial in _q_relay_serials(scene)
        ],
        "ESUB": [],
    }
    return [{"type": kind, "devices": devices} for kind, devices in groups.items()]


def _sleep(scene: Scene, serial: str) -> dict[str, Json]:
    """Return whether a battery is to sleep, between which levels, and whether it does."""
    settings = scene.house.settings
    levels = settings.sleeping.get(serial)
    flags = ["envoy.cond_flags.pcu_ctrl.sleep-mode"] if serial in settings.asleep else ["envoy.global.ok"]
    return {
        "sleep_enabled": levels is not None,
        "sleep_min_soc": 25,
        "sleep_max_soc": 30,
        **(levels or {}),
        "device_status": [*flags],
    }


def _row(serial: str, *, today: float, now: float, used: float = 0.0, **channel: Json) -> dict[str, Json]:
    watts: Json = {"now": round(now), "nowUsed": round(used), "max": 271}
    return {
        "sn": serial,
        "active": True,
        "modGone": False,
        "channels": [{"wattHours": {"today": int(today), "yesterday": 0, "week": 0}, "watts": watts, **channel}],
    }


def _inverters(scene: Scene) -> list[dict[str, Json]]:
    house, profile = scene.house, scene.profile
    rows = []
    for report in last_reports(scene):
        produced = house.produced_at(report.time)
        today = max(produced - house.at_midnight.production, 0.0) / profile.inverters
        last: dict[str, Json] = {
            "endDate": int(report.time) + scene.clock_error,
            "duration": profile.inverter_interval,
            "joulesProduced": round(report.watts * profile.inverter_interval),
            "acVoltageINmV": 238_944,
            "acFrequencyINmHz": 50_085,
            "dcVoltageINmV": 32_500,
            "dcCurrentINmA": round(report.watts / 32.5 * 1000),
            "channelTemp": 26,
            "acCurrentInmA": round(report.watts / 238.944 * 1000),
            "rssi": 106,
            "issi": 60 + report.place % 18,
        }
        lifetime: Json = {"joulesProduced": round(produced / profile.inverters * _JOULES)}
        serial = serial_of(scene, report.place)
        rows.append(_row(serial, today=today, now=report.watts, lastReading=last, lifetime=lifetime))
    return rows


def _retired(scene: Scene) -> list[dict[str, Json]]:
    count = scene.profile.inverters
    return [
        _row(serial_of(scene, count + index), today=0, now=0, created=0, lastReading={}, lifetime={})
        | {"active": False, "modGone": True}
        for index in range(scene.profile.retired)
    ]


def _meters(scene: Scene) -> list[dict[str, Json]]:
    listed = meters(scene)
    count = len(listed) if isinstance(listed, list) else 0
    return [_row(f"{scene.serial}EIM{index + 1}", today=0, now=0, lifetime={}) for index in range(count)]


def _ac_batteries(scene: Scene) -> list[dict[str, Json]]:
    """Return them as of the last quarter of an hour; their figure of today is none."""
    serials = _ac_battery_serials(scene)
    if not serials:
        return []
    before, now = scene.house.reports[0], scene.house.reports[-1]
    hours = max(now.time - before.time, 1.0) / 3600
    charged, discharged = now.charged / len(serials), now.discharged / len(serials)
    last: dict[str, Json] = {
        "endDate": int(now.time) + scene.clock_error,
        "duration": 900,
        "acVoltageINmV": 235_152,
        "SOC": round(now.level),
        "SOH": 86,
        "minCellTemp": 31,
        "maxCellTemp": 32,
        "channelTemp": 37,
    }
    lifetime: Json = {"joulesProduced": round(discharged * _JOULES), "joulesUsed": round(charged * _JOULES)}
    return [
        _row(
            serial,
            today=discharged,
            now=(now.discharged - before.discharged) / hours / len(serials),
            used=(now.charged - before.charged) / hours / len(serials),
            lastReading=last,
            lifetime=lifetime,
        )
        for serial in serials
    ]


def _q_relays(scene: Scene) -> list[dict[str, Json]]:
    """Return them as of the last three quarters of an hour; what is not connected shows a ghost."""
    volts = [235_284 if phase < scene.profile.phases else 5_956 if phase == 1 else 0 for phase in range(3)]
    last: dict[str, Json] = {
        "endDate": int(scene.house.time // _RELAY_PACE * _RELAY_PACE) + scene.clock_error,
        "duration": _RELAY_PACE,
        "temperature": 51,
        **{f"VrmsL{phase}N": volt for phase, volt in enumerate(volts, 1)},
        "freqInmHz": 50_003,
        "stateChngCnt": 1,
    }
    return [_row(serial, today=0, now=0, lastReading=last, lifetime={}) for serial in _q_relay_serials(scene)]


def _ac_battery_serials(scene: Scene) -> list[str]:
    return [serial_of(scene, index, battery=True) for index in range(scene.profile.ac_batteries)]


def _q_relay_serials(scene: Scene) -> list[str]:
    return [f"47{serial_of(scene, index)[2:]}" for index in range(scene.profile.q_relays)]


def _charge_status(scene: Scene) -> str:
    power = scene.house.power.battery
    return "discharging" if power > 0 else "charging" if power < 0 else "idle"


def _lines(scene: Scene) -> dict[str, Json]:
    phases = scene.profile.phases
    return {"line-count": phases, **{f"line{phase}-connected": phase <= phases for phase in (1, 2, 3)}}


def _installed(scene: Scene, serial: str, dev_type: int) -> dict[str, Json]:
    """Return what all kinds have; dates are texts here."""
    return {
        "part_num": {1: "800-00630-r02", 11: "800-00930-r03", 12: "800-00598-r04"}[dev_type],
        "installed": "1714670312",
        "serial_num": serial,
        "device_status": ["envoy.global.ok"],
        "last_rpt_date": str(scene.stamp - scene.stamp % 300),
        "admin_state": 2,
        "dev_type": dev_type,
        "created_date": "1714670312",
        "producing": True,
        "communicating": True,
        "provisioned": True,
        "operating": True,
    }
