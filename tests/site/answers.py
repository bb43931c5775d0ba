"""Answers of a gateway for tests of the site, as small as they can be, and the site that comes of them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from custom_components.iq_gateway.client.endpoints import ENDPOINTS, INFO, Answer
from custom_components.iq_gateway.site import Part, Site, Snapshot, build_site

NOW: Final = 1_700_000_000

type Row = dict[str, Any]

_EIDS: Final = {
    "production": 704643328,
    "net-consumption": 704643584,
    "total-consumption": 704643584,
    "storage": 704643840,
    "backfeed": 704644352,
}
_BY_NAME: Final = {endpoint.name: endpoint for endpoint in ENDPOINTS}


def meter(kind: str, phases: int = 1, **changes: object) -> Row:
    """Return a row of the list of meters: enabled and normal."""
    row = {"eid": _EIDS[kind], "state": "enabled", "measurementType": kind, "phaseCount": phases}
    return row | {"meteringStatus": "normal", "statusFlags": []} | changes


def reading(kind: str, power: float, *, energy: tuple[float, float] = (0.0, 0.0), phases: Iterable[float] = ()) -> Row:
    """Return a meter's reading: W, Wh delivered and received, W by phase."""
    return {
        "eid": _EIDS[kind],
        "activePower": power,
        "actEnergyDlvd": energy[0],
        "actEnergyRcvd": energy[1],
        "channels": [{"eid": 1 + number, "activePower": one} for number, one in enumerate(phases)],
    }


def period(today: float, seven_days: float, lifetime: float, power: float) -> Row:
    """Return the four figures that the gateway keeps together."""
    names = ("wattHoursToday", "wattHoursSevenDays", "wattHoursLifetime", "wattsNow")
    return dict(zip(names, (today, seven_days, lifetime, power), strict=True))


def live(*, age: int = 0, **meters: object) -> Row:
    """Return live data that last moved `age` seconds ago; `grid=100.0` is a flow in W, all else as it stands."""
    flows = {name: {"agg_p_mw": value * 1000} for name, value in meters.items() if isinstance(value, float)}
    least = {"last_update": NOW - age, "pv": {"agg_p_mw": 0}}
    return {"connection": {"mqtt_state": "connected"}, "meters": least | meters | flows}


def inverter(serial: str, power: float | None = 100.0, *, age: int = 60, kind: int | None = 1) -> Row:
    """Return an inverter's last report, `age` seconds ago."""
    return {
        "serialNumber": serial,
        "devType": kind,
        "lastReportDate": NOW - age,
        "lastReportWatts": power,
        "maxReportWatts": 300,
    }


def info(*, metered: bool) -> str:
    """Return the description of a gateway that can have meters, or cannot."""
    device = f"<sn>122333444555</sn><software>D8.3.5169</software><imeter>{str(metered).lower()}</imeter>"
    return f"<envoy_info><device>{device}</device></envoy_info>"


def snapshot(
    *,
    stale: Iterable[str] = (),
    metered: bool = True,
    unsettled: Iterable[str] = (),
    cycles: Mapping[str, int] | None = None,
    **payloads: object,
) -> Snapshot:
    """Return the snapshot after these answers, by the names of their endpoints; the stale ones no longer stand.

    What gave no answer was refused for good, but for what is unsettled: that may yet say anything.
    """
    answers: dict[str, Answer[object]] = {}
    for name, payload in {INFO.name: info(metered=metered), **payloads}.items():
        data, dropped = _BY_NAME[name].parse(payload)
        answers[name] = Answer(data=data, dropped=dropped, time=float(NOW), received=float(NOW), raw=b"")
    fresh, settled = frozenset(answers) - frozenset(stale), frozenset(_BY_NAME) - frozenset(unsettled)
    return Snapshot(answers=answers, fresh_names=fresh, settled=settled, cycles=cycles or {})


def site(*, seen: Iterable[Part] = (), **told: Any) -> Site:  # noqa: ANN401
    """Return the site after these answers, given as for `snapshot`."""
    return build_site(snapshot(**told), seen=frozenset(seen))
