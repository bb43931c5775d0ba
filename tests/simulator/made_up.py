"""Live data and consumption reports made up from recorded meters and readings, as the gateway would have shown them."""

from collections.abc import Iterable
from typing import Final

from .reply import Json

type Record = dict[str, Json]

_FACTORS: Final = {"p": ("mw", "activePower"), "s": ("mva", "apparentPower")}
_OPERATING: Final = 1
_GENERATOR_OPEN: Final = 5
_REPORT_FIELDS: Final = {
    "currW": "activePower",
    "actPower": "activePower",
    "apprntPwr": "apparentPower",
    "reactPwr": "reactivePower",
    "varhLagCum": "reactEnergyLagg",
    "varhLeadCum": "reactEnergyLead",
    "vahCum": "apparentEnergy",
    "rmsCurrent": "current",
}


def records(value: Json) -> list[Record]:
    """Return the objects of a list; nothing of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def number(record: Record, key: str) -> float:
    """Return a number of a record, 0 if it is missing or none."""
    value = record.get(key)
    return value if isinstance(value, int | float) else 0.0


class _Meters:
    """The recorded readings of the enabled meters, by what they measure."""

    def __init__(self, meters: Json, readings: Json) -> None:
        self.phases = 1
        self.phase_mode: Json = "three"
        self._channels: dict[Json, list[Record]] = {}
        rows = {row.get("eid"): row for row in records(readings)}
        for meter in records(meters):
            self.phases = max(self.phases, int(number(meter, "phaseCount")))
            self.phase_mode = meter.get("phaseMode")
            row = rows.get(meter.get("eid"))
            if meter.get("state") == "enabled" and row is not None:
                used = records(row.get("channels"))[: int(number(meter, "phaseCount"))]
                self._channels[meter.get("measurementType")] = used or [row]

    def __contains__(self, measurement: str) -> bool:
        return measurement in self._channels

    def channels(self, measurement: str) -> list[Record]:
        """Return the used channels of a meter, empty ones if it is not there."""
        return self._channels.get(measurement) or [{} for _ in range(self.phases)]

    def figures(self, *measurements: str) -> list[Record]:
        """Return the channels of several meters added up, phase by phase."""
        return [_added(phase) for phase in zip(*(self.channels(name) for name in measurements), strict=False)]


def _added(channels: Iterable[Record]) -> Record:
    keys = ("activePower", "apparentPower")
    found = list(channels)
    return {key: sum(number(channel, key) for channel in found) for key in keys}


def live_status(meters: Json, readings: Json, inventory: Json, secctrl: Json, *, stamp: int) -> Record:
    """Return live data: powers from the readings, the battery from the ensemble's answers if it has one."""
    site = _Meters(meters, readings)
    has_battery = any(group.get("type") == "ENCHARGE" and group.get("devices") for group in records(inventory))
    control: Record = secctrl if has_battery and isinstance(secctrl, dict) else {}
    level = int(number(control, "ENC_agg_soc"))
    with_net = "net-consumption" in site
    load = site.figures("production", "net-consumption", "storage") if with_net else site.figures("total-consumption")
    return {
        "connection": {
            "mqtt_state": "connected",
            "prov_state": "configured",
            "auth_state": "ok",
            "sc_stream": "disabled",
            "sc_debug": "disabled",
        },
        "meters": {
            "last_update": stamp,
            "soc": level,
            "main_relay_state": _OPERATING,
            "gen_relay_state": _GENERATOR_OPEN,
            "backup_bat_mode": 1,
            "backup_soc": int(number(control, "configured_backup_soc")),
            "is_split_phase": int(site.phase_mode == "split"),
            "phase_count": site.phases,
            "enc_agg_soc": level,
            "enc_agg_energy": int(number(control, "ENC_agg_avail_energy")),
            "acb_agg_soc": int(number(control, "ACB_agg_soc")),
            "acb_agg_energy": int(number(control, "ACB_agg_energy")),
            "pv": _live(site.figures("production")),
            "storage": _live(site.figures("storage")),
            "grid": _live(site.figures("net-consumption")),
            "load": _live(load),
            "generator": _live([]),
        },
        "tasks": {"task_id": 1, "timestamp": stamp},
        "counters": {},
    }


def _live(channels: list[Record]) -> Json:
    figures: Record = {}
    for kind, (unit, key) in _FACTORS.items():
        values = [round(number(channel, key) * 1000) for channel in channels]
        values += [0] * (3 - len(values))
        figures[f"agg_{kind}_{unit if kind == 'p' else 'mva'}"] = sum(values)
        figures |= {f"agg_{kind}_ph_{phase}_{unit}": value for phase, value in zip("abc", values, strict=False)}
    return figures


def consumption_reports(meters: Json, readings: Json, stamp: int) -> Json:
    """Return the reports of total and net consumption, total being production and net added up."""
    site = _Meters(meters, readings)
    made, net = site.channels("production"), site.channels("net-consumption")
    total: list[tuple[Record, ...]] = [(production, grid) for production, grid in zip(made, net, strict=False)]
    if "total-consumption" in site:
        total = [(channel,) for channel in site.channels("total-consumption")]
    return [
        _report("total-consumption", total, stamp),
        _report("net-consumption", [(channel,) for channel in net], stamp),
    ]


def _report(kind: str, lines: list[tuple[Record, ...]], stamp: int) -> Json:
    everything = tuple(channel for line in lines for channel in line)
    voltage = sum(number(line[-1], "voltage") for line in lines)
    return {
        "createdAt": stamp,
        "reportType": kind,
        "cumulative": _report_figures(everything, voltage),
        "lines": [_report_figures(line, number(line[-1], "voltage")) for line in lines],
    }


def _report_figures(parts: tuple[Record, ...], voltage: float) -> Json:
    figures: Record = {name: round(sum(number(part, key) for part in parts), 3) for name, key in _REPORT_FIELDS.items()}
    delivered = sum(number(part, "actEnergyDlvd") - number(part, "actEnergyRcvd") for part in parts)
    apparent = number(figures, "apprntPwr")
    return figures | {
        "whDlvdCum": round(delivered, 3),
        "whRcvdCum": 0.0,
        "rmsVoltage": round(voltage, 3),
        "pwrFactor": round(number(figures, "actPower") / apparent, 2) if apparent else 0.0,
        "freqHz": number(parts[0], "freq") if parts else 0.0,
    }
