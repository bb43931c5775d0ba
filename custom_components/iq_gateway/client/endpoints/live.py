"""`/ivp/livedata/status`: what moves each second while its stream runs.

Brief, "Get meter's live data"; gateway-api.md 13.
"""

from dataclasses import dataclass
from typing import Final

from ..errors import InvalidAnswer
from ..values import integer, moment, percent, stored, text, thousandth
from .endpoint import Endpoint
from .shapes import Parsed, Record, has_any, part, record

_FLOWS: Final = ("pv", "storage", "grid", "load", "generator")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFlow:
    """One of the five flows: W in all and by phase a, b, c."""

    power: float | None
    phase_powers: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveData:
    """The answer.

    load = pv + storage + grid + generator; storage is positive when it discharges, grid when it imports.
    """

    mqtt_state: str | None
    stream: str | None  # enabled, disabled
    last_update: int | None  # seconds since 1970
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


def _flow(meters: Record, key: str) -> LiveFlow:
    flow = part(meters, key)
    return LiveFlow(
        power=thousandth(flow.get("agg_p_mw")),
        phase_powers=tuple(thousandth(flow.get(f"agg_p_ph_{phase}_mw")) for phase in "abc"),
    )


def parse_live(payload: object) -> Parsed[LiveData]:
    """Parse the answer."""
    whole = record(payload)
    connection, meters = part(whole, "connection"), part(whole, "meters")
    soc, flows = percent(meters.get("soc")), {name: _flow(meters, name) for name in _FLOWS}
    if not has_any((soc, *(flow.power for flow in flows.values()))):
        raise InvalidAnswer("no live figures")
    live = LiveData(
        mqtt_state=text(connection.get("mqtt_state")),
        stream=text(connection.get("sc_stream")),
        last_update=moment(meters.get("last_update")),
        soc=soc,
        main_relay_state=integer(meters.get("main_relay_state")),
        generator_relay_state=integer(meters.get("gen_relay_state")),
        battery_mode=integer(meters.get("backup_bat_mode")),
        backup_soc=percent(meters.get("backup_soc")),
        is_split_phase=integer(meters.get("is_split_phase")),
        phase_count=integer(meters.get("phase_count")),
        encharge_soc=percent(meters.get("enc_agg_soc")),
        encharge_energy=stored(meters.get("enc_agg_energy")),
        ac_battery_soc=percent(meters.get("acb_agg_soc")),
        ac_battery_energy=stored(meters.get("acb_agg_energy")),
        **flows,
    )
    return live, 0


LIVE: Final = Endpoint[LiveData](name="live", path="/ivp/livedata/status", parse=parse_live, learn=True)
