"""Energy of today, seven days and the lifetime (gateway-api.md 9)."""

from tests.simulator.house import QUARTER, House
from tests.simulator.reply import Json

from .inverters import inverters_lifetime, last_reports
from .scene import Scene


def v1_production(scene: Scene) -> Json:
    """Return the production meter's last quarter-hour; the inverters' sum on a gateway without meters."""
    if not scene.profile.metered:
        return inverters_sum(scene)
    return _meter_production(scene.house)


def pdm_energy(scene: Scene) -> Json:
    """Return production by inverters and by meter, and consumption by meter."""
    house = scene.house
    return {
        "production": {"pcu": inverters_sum(scene), "rgm": _figures(0, 0, 0, 0), "eim": _meter_production(house)},
        "consumption": {"eim": _meter_consumption(house)},
    }


def inverters_sum(scene: Scene) -> Json:
    """Return what the inverters have reported, all together."""
    house = scene.house
    lifetime = inverters_lifetime(scene)
    watts = sum(report.watts for report in last_reports(scene))
    today = max(0.0, lifetime - house.midnights[-1].produced)
    return _figures(today, lifetime - house.midnights[0].produced, lifetime, watts)


def _figures(today: float, week: float, lifetime: float, watts: float) -> Json:
    return {
        "wattHoursToday": int(today),
        "wattHoursSevenDays": int(week),
        "wattHoursLifetime": int(lifetime),
        "wattsNow": round(watts),
    }


def _meter_production(house: House) -> Json:
    if "production" not in house.profile.meters:
        return _figures(0, 0, 0, 0)
    before, last = house.quarters
    midnight, week = house.midnights[-1], house.midnights[0]
    return _figures(
        last.produced - midnight.produced,
        last.produced - week.produced,
        last.produced,
        (last.production - before.production) * 3600 / QUARTER,
    )


def _meter_consumption(house: House) -> Json:
    """Return production and net added up, a charging battery included; zeros without a consumption meter."""
    if not {"net-consumption", "total-consumption"} & set(house.profile.meters):
        return _figures(0, 0, 0, 0)
    before, last = house.quarters
    midnight, week = house.midnights[-1], house.midnights[0]
    return _figures(
        last.total - midnight.total,
        last.total - week.total,
        last.total,
        (last.total - before.total) * 3600 / QUARTER,
    )
