"""The body of the live data (gateway-api.md 13); whether it moves is the stream's affair."""

from typing import Final

from tests.simulator.house import Meter
from tests.simulator.reply import Json

from .scene import Scene

OPEN: Final = 0
CLOSED: Final = 1
GENERATOR_OPEN: Final = 5
GENERATOR_CLOSED: Final = 6
_POWER_FACTOR: Final = 0.98


def live_status(scene: Scene) -> dict[str, Json]:
    """Return connection, meters, tasks and counters as of the scene's moment; powers in mW, apparent in mVA."""
    return {
        "connection": {
            "mqtt_state": "connected",
            "prov_state": "configured",
            "auth_state": "ok",
            "sc_stream": "disabled",
            "sc_debug": "disabled",
        },
        "meters": _meters(scene),
        "tasks": {"task_id": 27672012, "timestamp": scene.stamp - 1764},
        "counters": {"main_CfgLoad": 1, "main_CfgChanged": 1, "rest_Status": 579},
    }


def _meters(scene: Scene) -> dict[str, Json]:
    house, profile, settings = scene.house, scene.profile, scene.house.settings
    iq, level = profile.iq_battery, round(house.store.level)
    acb = profile.ac_batteries > 0
    consumption = {"net-consumption", "total-consumption"} & set(profile.meters)
    nothing = Meter(profile.phases)
    return {
        "last_update": scene.stamp,
        "soc": level if iq else 0,
        "main_relay_state": CLOSED if settings.on_grid else OPEN,
        "gen_relay_state": GENERATOR_CLOSED if profile.generator else GENERATOR_OPEN,
        "backup_bat_mode": settings.battery_mode if iq else 1,
        "backup_soc": settings.reserve if iq else 0,
        "is_split_phase": int(profile.phase_mode == "split"),
        "phase_count": profile.phases,
        "enc_agg_soc": level if iq else 0,
        "enc_agg_energy": round(house.store.energy) if iq else 0,
        "acb_agg_soc": level if acb else 0,
        "acb_agg_energy": round(house.store.energy) if acb else 0,
        "pv": _figures(house.production),
        "storage": _figures(house.battery if profile.battery else nothing),
        "grid": _figures(house.grid if consumption else nothing),
        "load": _figures(house.load if consumption else nothing),
        "generator": _figures(house.generator),
    }


def _figures(meter: Meter) -> Json:
    real = [round(power * 1000) for power in meter.power] + [0] * (3 - len(meter.power))
    apparent = [round(power / _POWER_FACTOR) for power in real]
    figures: dict[str, Json] = {"agg_p_mw": sum(real), "agg_s_mva": sum(apparent)}
    for name, values in (("p", real), ("s", apparent)):
        unit = "mw" if name == "p" else "mva"
        figures |= {f"agg_{name}_ph_{phase}_{unit}": value for phase, value in zip("abc", values, strict=True)}
    return figures
