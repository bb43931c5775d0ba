"""What the gateway answers, one frozen model per answer.

None stands for a value that the answer does not have or that is no number. Energies are Wh, VAh and varh, powers W,
VA and var, whatever the gateway counts in; times are seconds since 1970 by the gateway's clock.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayInfo:
    """`/info`, open to anybody (gateway-api.md 4)."""

    serial: str
    software: str  # firmware with its kind in front: "D8.3.5169"
    part_number: str | None
    metered: bool | None  # the hardware can have meters; says nothing of clamps being there
    web_tokens: bool  # signs in by token: firmware 7 and newer
    time: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One row of `/ivp/meters` (brief, "Get meter details"; gateway-api.md 5)."""

    eid: int
    enabled: bool
    measurement_type: str  # production, net-consumption, total-consumption, storage, ...
    phase_mode: str | None  # the grid's type as set by the installer; the number of phases is `phase_count`
    phase_count: int
    metering_status: str | None  # normal, not-metering, check-wiring
    status_flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What one meter measures on one phase, or in all (brief, "Get meter readings"; gateway-api.md 6).

    Powers are positive towards the house's wires: produced, imported, discharged.
    """

    eid: int
    timestamp: int | None
    energy_delivered: float | None  # Wh: produced, imported, discharged
    energy_received: float | None  # Wh: drawn at night, exported, charged
    apparent_energy: float | None  # VAh
    reactive_energy_lagging: float | None  # varh
    reactive_energy_leading: float | None  # varh
    active_power: float | None  # W
    apparent_power: float | None  # VA
    reactive_power: float | None  # var
    power_factor: float | None
    voltage: float | None  # V; for a whole meter the sum of its phases
    current: float | None  # A
    frequency: float | None  # Hz


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterReading(Channel):
    """One row of `/ivp/meters/readings`: the meter as a whole, and its channels.

    There are always three channels; only the first `phase_count` of them are wired.
    """

    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionTotals:
    """Four figures that the gateway keeps together (`/api/v1/production`, and four times in `/ivp/pdm/energy`)."""

    today: float | None  # Wh
    seven_days: float | None  # Wh
    lifetime: float | None  # Wh
    power: float | None  # W


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyTotals:
    """`/ivp/pdm/energy` (brief, "Get production data"; gateway-api.md 9)."""

    microinverters: ProductionTotals | None  # "pcu"
    revenue_grade_meter: ProductionTotals | None  # "rgm"
    production_meter: ProductionTotals | None  # production "eim"
    consumption_meter: ProductionTotals | None  # consumption "eim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverter:
    """One row of `/api/v1/production/inverters` (gateway-api.md 10): averages over the last report's interval."""

    serial: str
    device_type: int | None  # 1 microinverter, 11 AC battery
    last_report: int | None
    last_power: float | None  # W
    max_power: float | None  # W, the most ever reported


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFlow:
    """One of the five flows in live data: W and VA, in all and by phase a, b, c."""

    power: float | None
    apparent_power: float | None
    phase_powers: tuple[float | None, ...]
    phase_apparent_powers: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveData:
    """`/ivp/livedata/status` (brief, "Get meter's live data"; gateway-api.md 13).

    load = pv + storage + grid + generator; storage is positive when it discharges, grid when it imports.
    """

    mqtt_state: str | None
    provisioning_state: str | None
    auth_state: str | None
    stream: str | None  # enabled, disabled: whether the values below move
    debug_stream: str | None
    last_update: int | None
    soc: float | None  # %
    main_relay_state: int | None
    generator_relay_state: int | None
    battery_mode: int | None
    backup_soc: float | None  # %
    is_split_phase: int | None
    phase_count: int | None
    encharge_soc: float | None  # %, IQ batteries
    encharge_energy: float | None  # Wh
    ac_battery_soc: float | None  # %
    ac_battery_energy: float | None  # Wh
    pv: LiveFlow
    storage: LiveFlow
    grid: LiveFlow
    load: LiveFlow
    generator: LiveFlow
    task_id: int | None
    task_timestamp: int | None
    counters: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One phase, or the whole, of a consumption report."""

    current_power: float | None  # W
    active_power: float | None  # W
    apparent_power: float | None  # VA
    reactive_power: float | None  # var
    energy_delivered: float | None  # Wh
    energy_received: float | None  # Wh
    reactive_energy_lagging: float | None  # varh
    reactive_energy_leading: float | None  # varh
    apparent_energy: float | None  # VAh
    voltage: float | None  # V
    current: float | None  # A
    power_factor: float | None
    frequency: float | None  # Hz


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionReport:
    """One of the two reports of `/ivp/meters/reports/consumption` (gateway-api.md 7)."""

    created: int | None
    report_type: str  # total-consumption, net-consumption
    cumulative: ReportLine
    lines: tuple[ReportLine, ...]  # by phase
