"""/production.json: everything at once, slowly; for other clients, ours never asks (gateway-api.md 8)."""

import math

from tests.simulator.reply import Json

from .inverters import inverters_lifetime, last_reports
from .meters import Channel, report_channels
from .scene import Scene


def overview(scene: Scene) -> Json:
    """Return production by inverters and meter, total and net consumption, AC batteries."""
    house = scene.house
    reports = last_reports(scene)
    production: list[Json] = [
        {
            "type": "inverters",
            "activeCount": len(reports),
            "readingTime": int(max((report.time for report in reports), default=0)) + scene.clock_error,
            "wNow": round(sum(report.watts for report in reports)),
            "whLifetime": int(inverters_lifetime(scene)),
        }
    ]
    answer: dict[str, Json] = {"production": production, "storage": [_ac_batteries(scene)]}
    if not scene.profile.metered:
        return answer
    midnight, week = house.midnights[-1], house.midnights[0]
    now = house.snapshot()
    production.append(_meter(scene, "production", "production", (now.produced, midnight.produced, week.produced)))
    answer["consumption"] = [
        _meter(scene, "total-consumption", "total", (now.total, midnight.total, week.total)),
        _meter(scene, "net-consumption", "net", (0.0, 0.0, 0.0)),
    ]
    return answer


def _meter(scene: Scene, measurement: str, kind: str, counted: tuple[float, float, float]) -> Json:
    now, midnight, week = counted
    channels = report_channels(scene.house, kind)
    sources = {"production"} if kind == "production" else {"net-consumption", "total-consumption"}
    share = len(channels)
    lines: list[Json] = [
        _figures(kind, [channel], (now - midnight) / share, (now - week) / share) for channel in channels
    ]
    return {
        "type": "eim",
        "activeCount": int(not sources.isdisjoint(scene.profile.meters)),
        "measurementType": measurement,
        "readingTime": scene.stamp,
        **_figures(kind, channels, now - midnight, now - week),
        "lines": lines,
    }


def _figures(kind: str, channels: list[Channel], today: float, week: float) -> dict[str, Json]:
    power = math.fsum(channel.power for channel in channels)
    apparent = math.fsum(channel.apparent for channel in channels)
    delivered = math.fsum(channel.delivered for channel in channels)
    received = math.fsum(channel.received for channel in channels)
    return {
        "wNow": round(power, 3),
        "whLifetime": round(delivered if kind == "production" else delivered - received, 3),
        "varhLeadLifetime": 0.0,
        "varhLagLifetime": 0.0,
        "vahLifetime": round(delivered + received, 3),
        "rmsCurrent": round(math.fsum(channel.current for channel in channels), 3),
        "rmsVoltage": round(math.fsum(channel.voltage for channel in channels), 3),
        "reactPwr": round(math.fsum(channel.reactive for channel in channels), 3),
        "apprntPwr": round(apparent, 3),
        "pwrFactor": round(power / apparent, 2) if apparent else 0.0,
        "whToday": round(today, 3),
        "whLastSevenDays": round(week, 3),
        "vahToday": round(today, 3),
        "varhLeadToday": 0.0,
        "varhLagToday": 0.0,
    }


def _ac_batteries(scene: Scene) -> Json:
    count, house = scene.profile.ac_batteries, scene.house
    figures: dict[str, Json] = {"type": "acb", "activeCount": count, "readingTime": scene.stamp if count else 0}
    if not count:
        return figures | {"wNow": 0, "whNow": 0, "state": "idle"}
    power = house.power.battery
    state = "discharging" if power > 0 else "charging" if power < 0 else "idle"
    level: dict[str, Json] = {"whNow": round(house.store.energy), "percentFull": round(house.store.level)}
    return figures | level | {"wNow": round(power), "state": state}
