"""What a gateway may answer instead of the truth: a table of attacks, each with the endpoints that it befalls."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
import json
from typing import Final

from tests.simulator import Fault, GatewaySimulator, Profile
from tests.simulator.endpoints import path_of
from tests.simulator.house import House
from tests.simulator.mutations import COUNTERS, POWERS, TIMES
from tests.simulator.source import ModelSource, Source

from . import adversary_edits as edits
from .adversary_edits import DELIVERED, RECEIVED, Edit, Payload

_SUMS: Final = ("readings", "energy", "production")
_FIGURES: Final = (*_SUMS, "inverters")
ALL: Final = ("info", "meters", *_FIGURES, "live", "consumption")
_LARGER: Final = 1.7
"""How much larger the other house is whose gateway answers instead."""

_DIRECTIONS: Final = {
    "production": (DELIVERED,),
    "net-consumption": (DELIVERED, RECEIVED),
    "total-consumption": (DELIVERED,),
    "storage": (DELIVERED, RECEIVED),
}
"""Which of a meter's counters an attack on it changes."""

_DAY: Final = 86_400.0
_HOUR: Final = 3_600.0


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What an attack may use: the gateway, what it lacks, and what it answered an hour before, by endpoint."""

    gateway: GatewaySimulator
    missing: tuple[str, ...]
    hour_ago: Mapping[str, Payload]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A way to be wrong.

    `edit` makes a fresh edit of one endpoint's answer, `fault` is one of the simulator's own. `refuses`: there is no
    answer, so that figures may be unavailable, and the endpoint may be left alone for an hour. `meter`: only a site
    with this meter can have it.
    """

    name: str
    endpoints: tuple[str, ...]
    fault: Fault | None = None
    edit: Callable[[Stage, str], Edit] | None = None
    clock_error: float = 0.0
    refuses: bool = False
    meter: str | None = None

    def fits(self, profile: Profile, asked: tuple[str, ...]) -> bool:
        """Tell whether it can change anything at a site."""
        if self.meter and self.meter not in profile.meters:
            return False
        return not set(self.endpoints).isdisjoint(asked)

    def begin(self, stage: Stage) -> None:
        """Let every answer be wrong from now on; what the gateway does not answer stays as it is."""
        stage.gateway.clock_error = self.clock_error
        for endpoint in self.endpoints:
            if endpoint in stage.missing:
                continue
            if self.fault:
                stage.gateway.fault(endpoint, self.fault)
            if self.edit:
                stage.gateway.override(endpoint, self.edit(stage, endpoint))

    def end(self, stage: Stage) -> None:
        """Let every answer be right again."""
        stage.gateway.clear_faults()
        stage.gateway.clock_error = 0.0
        for endpoint in self.endpoints:
            stage.gateway.override(endpoint, None)


def answers(source: Source, stamp: int) -> dict[str, Payload]:
    """Return what a house's gateway answers at this moment, by endpoint."""
    found: dict[str, Payload] = {"live": source.live(stamp)}
    for endpoint in ("meters", *_FIGURES, "consumption"):
        if reply := source.reply(path_of(endpoint), stamp):
            found[endpoint] = json.loads(reply.body)
    return found


def _another_gateway(stage: Stage, endpoint: str) -> Edit:
    """Return an edit that puts the answer of a larger house in the place of this one's."""
    mine, clock = stage.gateway.house.profile, stage.gateway.clock
    site = replace(mine, inverters=round(mine.inverters * _LARGER), load=mine.load * _LARGER)
    house = House(site, start=clock.now(), seed="another", zone=stage.gateway.zone)
    source = ModelSource(house, serial=stage.gateway.serial)

    def answer(_: Payload) -> Payload:
        source.advance_to(clock.now())
        return answers(source, int(clock.now()))[endpoint]

    return answer


def _hour_ago(stage: Stage, endpoint: str) -> Edit:
    return lambda payload: stage.hour_ago.get(endpoint, payload)


def _hour_ago_but_times(stage: Stage, endpoint: str) -> Edit:
    """Return an edit that answers with the figures of an hour ago under the times of now."""
    now = int(stage.gateway.clock.now())
    then = edits.each(TIMES, lambda _: now)(stage.hour_ago.get(endpoint))
    return lambda payload: then or payload


def _plain(name: str, edit: Callable[[], Edit], *endpoints: str, meter: str | None = None) -> Attack:
    """Return an attack by an edit that needs to know nothing of the site."""
    return Attack(name=name, endpoints=endpoints, edit=lambda _, __: edit(), meter=meter)


def _simulated(name: str, fault: Fault, *endpoints: str, refuses: bool = False) -> Attack:
    return Attack(name=name, endpoints=endpoints, fault=fault, refuses=refuses)


_VALUES: Final = {
    "zeros": Fault.ZEROS,
    "halved": Fault.HALVED,
    "doubled": Fault.DOUBLED,
    "negative": Fault.NEGATIVE,
    "jumped": Fault.JUMPED,
    "frozen": Fault.FROZEN,
    "nulls": Fault.NULLS,
    "wrapped": Fault.WRAPPED,
    "duplicates": Fault.DUPLICATES,
    "time_zero": Fault.TIME_ZERO,
    "time_tomorrow": Fault.TIME_TOMORROW,
    "broken_record": Fault.BROKEN_RECORD,
    "meters_disabled": Fault.METERS_DISABLED,
}
_STATUSES: Final = {
    "401": Fault.UNAUTHORIZED,
    "403": Fault.FORBIDDEN,
    "404": Fault.NOT_FOUND,
    "502": Fault.BAD_GATEWAY,
    "empty": Fault.EMPTY,
}
_FACTORS: Final = {"thousandfold": 1000.0, "thousandth": 0.001, "nine_tenths": 0.9, "eleven_tenths": 1.1}
_STEPS: Final = {"300_kwh": 300_000.0, "45_kwh": 45_000.0, "1_kwh": 1_000.0, "50_wh": 50.0, "minus_50_wh": -50.0}


def _by_endpoint() -> Iterator[Attack]:
    """Yield the simulator's own faults of values and statuses, on all endpoints at once and one by one."""
    for name, fault in _VALUES.items():
        yield _simulated(f"{name}@all", fault, *ALL)
        for endpoint in ("meters", *_FIGURES, "live"):
            yield _simulated(f"{name}@{endpoint}", fault, endpoint)
    yield _simulated("storage_leg_lost@readings", Fault.STORAGE_LEG_LOST, "readings")
    for name, fault in _STATUSES.items():
        for endpoint in ALL:
            yield _simulated(f"{name}@{endpoint}", fault, endpoint, refuses=True)


def _by_sums() -> Iterator[Attack]:
    """Yield attacks on all counters of an endpoint at once."""
    for name, factor in _FACTORS.items():
        yield _plain(f"{name}@sums", partial(edits.each, COUNTERS, edits.times(factor)), *_SUMS)
    for name, step in _STEPS.items():
        yield _plain(f"{name}@sums", partial(edits.each, COUNTERS, edits.plus(step)), *_SUMS)
    for pace in (0, 3, -1):
        yield _plain(f"pace_{pace}@sums", partial(edits.Paced, COUNTERS, pace), *_SUMS)
    yield _plain("creeping@sums", partial(edits.growing_lie, 1_000.0), *_SUMS)
    for name, change in {"zeros": edits.times(0), "jump": edits.plus(300_000.0)}.items():
        yield _plain(f"flapping_{name}@sums", partial(edits.alternating, edits.each(COUNTERS, change)), *_SUMS)
    for name, factor in {"absurd": 1000.0, "no": 0.0}.items():
        yield _plain(f"{name}_power@sums", partial(edits.each, POWERS, edits.times(factor)), *_FIGURES, "live")


def _by_meter() -> Iterator[Attack]:
    """Yield attacks on one meter's counters."""
    for meter, keys in _DIRECTIONS.items():
        ways: dict[str, Callable[[], Edit]] = {
            **{name: partial(edits.of_meter, meter, keys, edits.plus(step)) for name, step in _STEPS.items()},
            "zero": partial(edits.of_meter, meter, keys, edits.times(0)),
            "exchanged": partial(edits.counters_exchanged, meter),
            "leg_lost": partial(edits.leg_lost, meter),
            "row_missing": partial(edits.without_meter, meter),
        }
        for name, edit in ways.items():
            yield _plain(f"{name}@{meter}", edit, "readings", meter=meter)
        yield _plain(f"unlisted@{meter}", partial(edits.without_type, meter), "meters", meter=meter)


_OTHERS: Final = (
    # The control: what is beyond the promise here is the matrix's own fault, or happens on any day.
    Attack(name="nothing", endpoints=ALL),
    Attack(name="hour_ago@figures", endpoints=_FIGURES, edit=_hour_ago),
    Attack(name="hour_ago@readings", endpoints=("readings",), edit=_hour_ago),
    Attack(name="hour_ago_now@figures", endpoints=_FIGURES, edit=_hour_ago_but_times),
    Attack(name="another_gateway@figures", endpoints=(*_FIGURES, "live"), edit=_another_gateway),
    Attack(name="another_gateway@sums", endpoints=_SUMS, edit=_another_gateway),
    _plain("no_meters@meters", lambda: lambda _: [], "meters"),
    _plain("no_rows@readings", lambda: lambda _: [], "readings"),
    _plain("no_inverters@inverters", lambda: lambda _: [], "inverters"),
    _plain("one_inverter@inverters", lambda: lambda rows: rows[:1], "inverters"),
    _plain("a_part@energy", partial(edits.each, COUNTERS, edits.times(1 / 13)), "energy", "production"),
    _plain("absurd_watts@inverters", partial(edits.one_inverter, "lastReportWatts", 4_000_000), "inverters"),
    _plain("absurd_peak@inverters", partial(edits.one_inverter, "maxReportWatts", 4_000_000), "inverters"),
    _plain("types_exchanged@meters", lambda: edits.types_exchanged, "meters"),
    _plain("rows_exchanged@readings", lambda: edits.rows_exchanged, "readings"),
    Attack(name="clock_tomorrow@all", endpoints=ALL, clock_error=_DAY),
    Attack(name="clock_hour_late@all", endpoints=ALL, clock_error=-_HOUR),
)

ATTACKS: Final[dict[str, Attack]] = {
    attack.name: attack for attack in (*_by_endpoint(), *_by_sums(), *_by_meter(), *_OTHERS)
}
