"""From decoded answers to models: tolerant with values, strict with shapes.

An unknown key is passed over, a missing or odd value is None, a record that lacks what it is known by, or every figure,
is dropped and counted. Only an answer of another shape altogether, or without any figure, is refused.
"""

from collections.abc import Callable, Iterable, Mapping
from xml.etree import ElementTree as ET

from .errors import InvalidAnswer
from .models import (
    Channel,
    ConsumptionReport,
    EnergyTotals,
    GatewayInfo,
    Inverter,
    LiveData,
    LiveFlow,
    Meter,
    MeterReading,
    ProductionTotals,
    ReportLine,
)
from .values import integer, moment, number, text, watts

# A word that nobody knows says nothing: a meter must not be taken for a disabled one, nor a report for none.
_METER_STATES = ("enabled", "disabled", None)
_REPORT_TYPES = ("production", "storage", "net-consumption", "total-consumption")

# A model, and how many broken records were left out of it.
type Parsed[T] = tuple[T, int]
type Record = Mapping[str, object]

_MOST_PHASES = 3

_MEASURED = {
    "energy_delivered": "actEnergyDlvd",
    "energy_received": "actEnergyRcvd",
    "apparent_energy": "apparentEnergy",
    "reactive_energy_lagging": "reactEnergyLagg",
    "reactive_energy_leading": "reactEnergyLead",
    "active_power": "activePower",
    "apparent_power": "apparentPower",
    "reactive_power": "reactivePower",
    "power_factor": "pwrFactor",
    "voltage": "voltage",
    "current": "current",
    "frequency": "freq",
}
_COUNTED = {
    "today": "wattHoursToday",
    "seven_days": "wattHoursSevenDays",
    "lifetime": "wattHoursLifetime",
    "power": "wattsNow",
}
_FLOWS = ("pv", "storage", "grid", "load", "generator")
_SIGNED = frozenset({"power", "current_power", "active_power", "reactive_power"})
_REPORTED = {
    "current_power": "currW",
    "active_power": "actPower",
    "apparent_power": "apprntPwr",
    "reactive_power": "reactPwr",
    "energy_delivered": "whDlvdCum",
    "energy_received": "whRcvdCum",
    "reactive_energy_lagging": "varhLagCum",
    "reactive_energy_leading": "varhLeadCum",
    "apparent_energy": "vahCum",
    "voltage": "rmsVoltage",
    "current": "rmsCurrent",
    "power_factor": "pwrFactor",
    "frequency": "freqHz",
}


def _record(payload: object) -> Record:
    if not isinstance(payload, dict):
        raise InvalidAnswer("an object was expected")
    return payload


def _part(record: Record, key: str) -> Record:
    part = record.get(key)
    return part if isinstance(part, dict) else {}


def _has_any(figures: Iterable[object]) -> bool:
    return any(figure is not None for figure in figures)


def _rows(record: Record, key: str) -> list[Record]:
    rows = record.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _numbers(record: Record, names: Mapping[str, str]) -> dict[str, float | None]:
    return {name: (watts if name in _SIGNED else number)(record.get(key)) for name, key in names.items()}


def _records[T](payload: object, parse: Callable[[Record], T | None]) -> Parsed[tuple[T, ...]]:
    """Parse a list row by row; refuse it when rows are there and none can be used."""
    if not isinstance(payload, list):
        raise InvalidAnswer("a list was expected")
    parsed = [parse(row) if isinstance(row, dict) else None for row in payload]
    good = tuple(item for item in parsed if item is not None)
    if parsed and not good:
        raise InvalidAnswer("no record of the list can be used")
    return good, len(parsed) - len(good)


def parse_info(payload: object) -> Parsed[GatewayInfo]:
    """Parse `/info`, which is XML; whatever is not a gateway's own description is refused."""
    if not isinstance(payload, bytes) or b"<envoy_info" not in payload or b"<!DOCTYPE" in payload:
        raise InvalidAnswer("not a gateway's description")
    try:
        # Entities cannot be declared without the DOCTYPE refused above.
        root = ET.fromstring(payload)  # noqa: S314
    except ET.ParseError as err:
        raise InvalidAnswer("the description is cut short or broken") from err

    def field(path: str) -> str | None:
        return (root.findtext(path) or "").strip() or None

    serial, software, metered = field("device/sn"), field("device/software"), field("device/imeter")
    if serial is None or software is None:
        raise InvalidAnswer("the description lacks serial number or firmware")
    info = GatewayInfo(
        serial=serial,
        software=software,
        part_number=field("device/pn"),
        metered=None if metered is None else metered == "true",
        web_tokens=field("web-tokens") == "true",
        time=moment(field("time")),
    )
    return info, 0


def _meter(record: Record) -> Meter | None:
    eid, measurement_type = integer(record.get("eid")), text(record.get("measurementType"))
    if eid is None or measurement_type is None or record.get("state") not in _METER_STATES:
        return None
    flags = record.get("statusFlags")
    return Meter(
        eid=eid,
        enabled=record.get("state") == "enabled",
        measurement_type=measurement_type,
        phase_mode=text(record.get("phaseMode")),
        phase_count=min(max(integer(record.get("phaseCount")) or 1, 1), _MOST_PHASES),
        metering_status=text(record.get("meteringStatus")),
        status_flags=tuple(flag for flag in flags if isinstance(flag, str)) if isinstance(flags, list) else (),
    )


def parse_meters(payload: object) -> Parsed[tuple[Meter, ...]]:
    """Parse `/ivp/meters`."""
    return _records(payload, _meter)


def _channel(record: Record) -> Channel | None:
    if (eid := integer(record.get("eid"))) is None:
        return None
    return Channel(eid=eid, timestamp=moment(record.get("timestamp")), **_numbers(record, _MEASURED))


def _reading(record: Record) -> MeterReading | None:
    if (eid := integer(record.get("eid"))) is None:
        return None
    channels = tuple(channel for row in _rows(record, "channels") if (channel := _channel(row)) is not None)
    measured = _numbers(record, _MEASURED)
    if not _has_any(measured.values()):
        return None
    return MeterReading(eid=eid, timestamp=moment(record.get("timestamp")), channels=channels, **measured)


def parse_readings(payload: object) -> Parsed[tuple[MeterReading, ...]]:
    """Parse `/ivp/meters/readings`."""
    return _records(payload, _reading)


def _totals(record: Record) -> ProductionTotals | None:
    figures = _numbers(record, _COUNTED)
    return ProductionTotals(**figures) if _has_any(figures.values()) else None


def parse_production(payload: object) -> Parsed[ProductionTotals]:
    """Parse `/api/v1/production`."""
    if (totals := _totals(_record(payload))) is None:
        raise InvalidAnswer("no production figures")
    return totals, 0


def parse_energy(payload: object) -> Parsed[EnergyTotals]:
    """Parse `/ivp/pdm/energy`."""
    record = _record(payload)
    production, consumption = _part(record, "production"), _part(record, "consumption")
    if not production:
        raise InvalidAnswer("no production figures")
    groups = {
        "microinverters": _totals(_part(production, "pcu")),
        "revenue_grade_meter": _totals(_part(production, "rgm")),
        "production_meter": _totals(_part(production, "eim")),
        "consumption_meter": _totals(_part(consumption, "eim")),
    }
    if not _has_any(groups.values()):
        raise InvalidAnswer("no figures")
    return EnergyTotals(**groups), 0


def _inverter(record: Record) -> Inverter | None:
    serial = text(record.get("serialNumber"))
    last_power, max_power = watts(record.get("lastReportWatts")), watts(record.get("maxReportWatts"))
    if serial is None or not _has_any((last_power, max_power)):
        return None
    return Inverter(
        serial=serial,
        device_type=integer(record.get("devType")),
        last_report=moment(record.get("lastReportDate")),
        last_power=last_power,
        max_power=max_power,
    )


def parse_inverters(payload: object) -> Parsed[tuple[Inverter, ...]]:
    """Parse `/api/v1/production/inverters`."""
    return _records(payload, _inverter)


def _thousandth(value: object) -> float | None:
    """Return W or VA from the mW or mVA of live data."""
    result = watts(value)
    return None if result is None else result / 1000


def _flow(meters: Record, key: str) -> LiveFlow:
    record = _part(meters, key)
    return LiveFlow(
        power=_thousandth(record.get("agg_p_mw")),
        apparent_power=_thousandth(record.get("agg_s_mva")),
        phase_powers=tuple(_thousandth(record.get(f"agg_p_ph_{phase}_mw")) for phase in "abc"),
        phase_apparent_powers=tuple(_thousandth(record.get(f"agg_s_ph_{phase}_mva")) for phase in "abc"),
    )


def parse_live(payload: object) -> Parsed[LiveData]:
    """Parse `/ivp/livedata/status`."""
    record = _record(payload)
    connection, meters, tasks = (_part(record, key) for key in ("connection", "meters", "tasks"))
    soc, flows = number(meters.get("soc")), {name: _flow(meters, name) for name in _FLOWS}
    if not _has_any((soc, *(flow.power for flow in flows.values()))):
        raise InvalidAnswer("no live figures")
    counters = {
        name: count for name, value in _part(record, "counters").items() if (count := integer(value)) is not None
    }
    live = LiveData(
        mqtt_state=text(connection.get("mqtt_state")),
        provisioning_state=text(connection.get("prov_state")),
        auth_state=text(connection.get("auth_state")),
        stream=text(connection.get("sc_stream")),
        debug_stream=text(connection.get("sc_debug")),
        last_update=moment(meters.get("last_update")),
        soc=soc,
        main_relay_state=integer(meters.get("main_relay_state")),
        generator_relay_state=integer(meters.get("gen_relay_state")),
        battery_mode=integer(meters.get("backup_bat_mode")),
        backup_soc=number(meters.get("backup_soc")),
        is_split_phase=integer(meters.get("is_split_phase")),
        phase_count=integer(meters.get("phase_count")),
        encharge_soc=number(meters.get("enc_agg_soc")),
        encharge_energy=number(meters.get("enc_agg_energy")),
        ac_battery_soc=number(meters.get("acb_agg_soc")),
        ac_battery_energy=number(meters.get("acb_agg_energy")),
        **flows,
        task_id=integer(tasks.get("task_id")),
        task_timestamp=moment(tasks.get("timestamp")),
        counters=counters,
    )
    return live, 0


def _report(record: Record) -> ConsumptionReport | None:
    report_type, figures = text(record.get("reportType")), _numbers(_part(record, "cumulative"), _REPORTED)
    if report_type not in _REPORT_TYPES or not _has_any(figures.values()):
        return None
    return ConsumptionReport(
        created=moment(record.get("createdAt")),
        report_type=report_type,
        cumulative=ReportLine(**figures),
        lines=tuple(ReportLine(**_numbers(line, _REPORTED)) for line in _rows(record, "lines")),
    )


def parse_consumption(payload: object) -> Parsed[tuple[ConsumptionReport, ...]]:
    """Parse `/ivp/meters/reports/consumption`."""
    return _records(payload, _report)
