"""Meters, their readings and reports (gateway-api.md 5, 6, 7)."""

import math
from typing import Final, NamedTuple

from tests.simulator.house import House, Meter
from tests.simulator.reply import Json

from .scene import Scene

EIDS: Final = {
    "production": 704643328,
    "net-consumption": 704643584,
    "total-consumption": 704643584,
    "storage": 704643840,
}
_FIRST_CHANNEL: Final = 1778385169
_CHANNEL_STRIDE: Final = 256
_METER_BASE: Final = 704643328
ZERO_ROW: Final = 1023410688
_ZERO_CHANNELS: Final = (2097152513, 2097152258, 2097152515)
_ZERO_ROW_SINCE: Final = (8, 3, 5167)
CHANNELS: Final = 3

_VOLTAGE: Final = {1: 230.0, 2: 120.0, 3: 230.0}
"""From a phase to neutral, in V, by number of phases."""

_FREQUENCY: Final = {1: 50.0, 2: 60.0, 3: 50.0}
_OFF_GRID_FREQUENCY_SHIFT: Final = -0.8
_REACTIVE_SHARE: Final = 0.03
_STANDBY_VAR: Final = 15.0


class Channel(NamedTuple):
    """One phase of one meter: counters in Wh, power in W, voltage in V."""

    delivered: float
    received: float
    power: float
    voltage: float

    @property
    def reactive(self) -> float:
        """Reactive power in var."""
        return self.power * _REACTIVE_SHARE - (_STANDBY_VAR if self.voltage else 0.0)

    @property
    def apparent(self) -> float:
        """Apparent power in VA."""
        return math.hypot(self.power, self.reactive)

    @property
    def current(self) -> float:
        """Current in A."""
        return self.apparent / self.voltage if self.voltage else 0.0


_NOTHING: Final = Channel(0.0, 0.0, 0.0, 0.0)
_DISABLED: Final = Channel(1583.0, 2.5, -3.2, 1.9)
"""What a meter without its transformers picks up: noise (gateway-api.md 6)."""


def meters(scene: Scene) -> Json:
    """Return the list of meters; empty on a gateway that has none."""
    profile = scene.profile
    return [
        {
            "eid": EIDS[measurement],
            "state": state,
            "measurementType": measurement,
            "phaseMode": profile.phase_mode,
            "phaseCount": profile.phases,
            "meteringStatus": "normal",
            "statusFlags": [],
        }
        for state, measurements in (("enabled", profile.meters), ("disabled", profile.disabled))
        for measurement in measurements
    ]


def readings(scene: Scene) -> Json:
    """Return the readings of all meters, disabled ones and the empty row of newer firmware included."""
    profile = scene.profile
    if not profile.metered:
        return []
    rows: list[Json] = []
    for measurement in profile.meters:
        channels = _channels(scene.house, measurement)
        rows.append(_row(scene, EIDS[measurement], channels, _ghosts(scene.house, measurement)))
    for measurement in profile.disabled:
        noise = [_DISABLED] * profile.phases
        rows.append(_row(scene, EIDS[measurement], noise, [_NOTHING] * (CHANNELS - profile.phases)))
    if version(scene.firmware) >= _ZERO_ROW_SINCE:
        rows.append(_zero_row(scene))
    return rows


def version(firmware: str) -> tuple[int, ...]:
    """Return a firmware's numbers: "D8.3.5169" is (8, 3, 5169)."""
    return tuple(int(part) for part in firmware.lstrip("DRM").split("."))


def reports(scene: Scene) -> Json:
    """Return the reports of production, net and total consumption, in this order."""
    made, net, total = (report_channels(scene.house, kind) for kind in ("production", "net", "total"))
    return [
        _report(scene, "production", made),
        _report(scene, "net-consumption", net),
        _report(scene, "total-consumption", total),
    ]


def consumption_reports(scene: Scene) -> Json:
    """Return the reports of total and net consumption; the first counts a charging battery as load."""
    total, net = (report_channels(scene.house, kind) for kind in ("total", "net"))
    return [_report(scene, "total-consumption", total), _report(scene, "net-consumption", net)]


def _meter(house: House, measurement: str) -> Meter:
    return {
        "production": house.production,
        "net-consumption": house.grid,
        "total-consumption": house.load,
        "storage": house.battery,
    }[measurement]


def _voltage(house: House, phase: int) -> float:
    swing = math.sin(house.time / 613.0 + 2.1 * phase) + 0.4 * math.sin(house.time / 47.0 + phase)
    return _VOLTAGE[house.profile.phases] * (1.0 + 0.006 * swing)


def _frequency(house: House) -> float:
    shift = 0.0 if house.profile.on_grid else _OFF_GRID_FREQUENCY_SHIFT
    return _FREQUENCY[house.profile.phases] + 0.03 * math.sin(house.time / 91.0) + shift


def _channels(house: House, measurement: str) -> list[Channel]:
    meter = _meter(house, measurement)
    return [
        Channel(meter.delivered[phase], meter.received[phase], meter.power[phase], _voltage(house, phase))
        for phase in range(house.profile.phases)
    ]


def _ghosts(house: House, measurement: str) -> list[Channel]:
    """Return the unused channels; the net meter's third one repeats the storage meter's second."""
    unused = CHANNELS - house.profile.phases
    if measurement == "net-consumption" and unused == 1 and "storage" in house.profile.meters:
        return [_channels(house, "storage")[1]]
    return [_NOTHING] * unused


def _figures(channels: list[Channel], frequency: float) -> dict[str, Json]:
    power = math.fsum(channel.power for channel in channels)
    apparent = math.fsum(channel.apparent for channel in channels)
    through = math.fsum(channel.delivered + channel.received for channel in channels)
    return {
        "actEnergyDlvd": round(math.fsum(channel.delivered for channel in channels), 3),
        "actEnergyRcvd": round(math.fsum(channel.received for channel in channels), 3),
        "apparentEnergy": round(through * 1.02, 3),
        "reactEnergyLagg": round(through * _REACTIVE_SHARE, 3),
        "reactEnergyLead": round(through * _REACTIVE_SHARE / 2, 3),
        "instantaneousDemand": round(power, 3),
        "activePower": round(power, 3),
        "apparentPower": round(apparent, 3),
        "reactivePower": round(math.fsum(channel.reactive for channel in channels), 3),
        "pwrFactor": round(power / apparent, 3) if apparent else 0.0,
        "voltage": round(math.fsum(channel.voltage for channel in channels), 3),
        "current": round(math.fsum(channel.current for channel in channels), 3),
        "freq": round(frequency, 3),
    }


def _row(scene: Scene, eid: int, used: list[Channel], ghosts: list[Channel]) -> Json:
    frequency = _frequency(scene.house)
    first = _FIRST_CHANNEL + (eid - _METER_BASE) // _CHANNEL_STRIDE * _CHANNEL_STRIDE
    return {
        "eid": eid,
        "timestamp": scene.stamp,
        **_figures(used, frequency),
        "channels": [
            {"eid": first + index, "timestamp": scene.stamp, **_figures([channel], frequency)}
            for index, channel in enumerate((*used, *ghosts))
        ],
    }


def _zero_row(scene: Scene) -> Json:
    nothing = _figures([_NOTHING], 0.0)
    stamp = scene.stamp
    return {
        "eid": ZERO_ROW,
        "timestamp": stamp,
        **nothing,
        "channels": [{"eid": eid, "timestamp": stamp, **nothing} for eid in _ZERO_CHANNELS],
    }


def report_channels(house: House, kind: str) -> list[Channel]:
    """Return what a report counts on each phase; the gateway adds production and net up to its total.

    Without a consumption meter the net is zero; with one of the whole load the net is what the load lacks.
    """
    empty = [_NOTHING] * house.profile.phases
    enabled = house.profile.meters
    made = _channels(house, "production") if "production" in enabled else empty
    if "total-consumption" in enabled:
        total = _channels(house, "total-consumption")
        net = [_sum(load, production, -1) for load, production in zip(total, made, strict=True)]
    else:
        net = _channels(house, "net-consumption") if "net-consumption" in enabled else empty
        total = [_sum(production, grid, 1) for production, grid in zip(made, net, strict=True)]
    return {"production": made, "net": net, "total": total}[kind]


def _sum(one: Channel, other: Channel, sign: int) -> Channel:
    net = one.delivered - one.received + sign * (other.delivered - other.received)
    return Channel(net, 0.0, one.power + sign * other.power, one.voltage or other.voltage)


def _report(scene: Scene, kind: str, channels: list[Channel]) -> Json:
    frequency = _frequency(scene.house)
    production = kind == "production"
    return {
        "createdAt": scene.stamp,
        "reportType": kind,
        "cumulative": _report_figures(channels, frequency, directions=production),
        "lines": [_report_figures([channel], frequency, directions=production) for channel in channels],
    }


def _report_figures(channels: list[Channel], frequency: float, *, directions: bool) -> Json:
    """Return a report's figures; without directions delivered is netted and received stays 0."""
    figures = _figures(channels, frequency)
    delivered = math.fsum(channel.delivered for channel in channels)
    received = math.fsum(channel.received for channel in channels)
    return {
        "currW": figures["activePower"],
        "actPower": figures["activePower"],
        "apprntPwr": figures["apparentPower"],
        "reactPwr": figures["reactivePower"],
        "whDlvdCum": round(delivered if directions else delivered - received, 3),
        "whRcvdCum": round(received, 3) if directions else 0.0,
        "varhLagCum": figures["reactEnergyLagg"],
        "varhLeadCum": figures["reactEnergyLead"],
        "vahCum": figures["apparentEnergy"],
        "rmsVoltage": figures["voltage"],
        "rmsCurrent": figures["current"],
        "pwrFactor": figures["pwrFactor"],
        "freqHz": figures["freq"],
    }
