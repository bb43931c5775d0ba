"""Powers: of several sources the first that is there and fresh wins."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.site import Part, Site

from .answers import inverter, live, meter, period, reading, site

type Answers = dict[str, Any]

PCU: Final[Answers] = {"production": {"pcu": period(10, 70, 9_000, 512), "eim": period(11, 71, 9_100, 480)}}
V1: Final = period(12, 72, 9_200, 530)
ZEROS: Final = period(0, 0, 0, 0)
NO_PCU: Final[Answers] = {"production": {"pcu": ZEROS, "eim": ZEROS}}
INVERTERS: Final = [inverter("1", 200.0), inverter("2", 250.0), inverter("3", None)]
PRODUCTION: Final[Answers] = {"meters": [meter("production")], "readings": [reading("production", 600.5)]}
NET: Final[Answers] = {
    "meters": [meter("production"), meter("net-consumption")],
    "readings": [reading("production", 600.0), reading("net-consumption", -150.0)],
}
NET_STORAGE: Final[Answers] = {
    "meters": [*NET["meters"], meter("storage")],
    "readings": [*NET["readings"], reading("storage", -300.0)],
}
LOAD: Final[Answers] = {
    "meters": [meter("production"), meter("total-consumption")],
    "readings": [reading("production", 600.0), reading("total-consumption", 900.0)],
}
LOAD_STORAGE: Final[Answers] = {
    "meters": [*LOAD["meters"], meter("storage")],
    "readings": [*LOAD["readings"], reading("storage", 100.0)],
}
CHARGED: Final[Answers] = {"soc": 50}
ONE_CYCLE: Final = {"readings": 7, "live": 7}
TWO_CYCLES: Final = {"readings": 7, "live": 6}


@pytest.mark.parametrize(
    ("answers", "power"),
    [
        pytest.param(PRODUCTION | {"energy": PCU, "production": V1, "inverters": INVERTERS}, 600.5, id="meter"),
        pytest.param({"energy": PCU, "production": V1, "inverters": INVERTERS}, 512.0, id="microinverters' sum"),
        pytest.param({"production": V1, "inverters": INVERTERS, "metered": False}, 530.0, id="v1 without meters"),
        pytest.param({"production": V1, "inverters": INVERTERS}, 450.0, id="v1 is rubbish where meters could be"),
        pytest.param({"production": ZEROS, "inverters": INVERTERS, "metered": False}, 450.0, id="v1 is all zeros"),
        pytest.param(
            {"energy": NO_PCU, "production": V1, "metered": False}, 530.0, id="microinverters' sum is not kept"
        ),
        pytest.param({"inverters": INVERTERS}, 450.0, id="each microinverter"),
        pytest.param({"inverters": [*INVERTERS, inverter("4", 90.0, age=7_201)]}, 450.0, id="one has fallen silent"),
        pytest.param({"inverters": [inverter("4", 90.0, age=7_201)]}, 0.0, id="all have fallen silent"),
        pytest.param({"meters": [], "energy": PCU, "unsettled": ["meters"]}, 512.0, id="there are no meters"),
        pytest.param({"energy": PCU, "inverters": INVERTERS, "unsettled": ["meters"]}, None, id="there may be a meter"),
        pytest.param(PRODUCTION | {"unsettled": ["meters", "live"]}, 600.5, id="meter, whatever else is not known"),
        pytest.param(PRODUCTION | {"readings": [reading("production", -3.5)]}, 0.0, id="never below zero"),
        pytest.param(PRODUCTION | {"energy": PCU, "stale": ["readings"]}, 512.0, id="meter is silent"),
        pytest.param({"energy": PCU, "inverters": INVERTERS, "stale": ["energy"]}, 450.0, id="sum is silent"),
        pytest.param({"energy": PCU, "stale": ["energy"]}, None, id="all are silent"),
        pytest.param({}, None, id="nothing answered yet"),
    ],
)
def test_production(answers: Answers, power: float | None) -> None:
    """Meter, then the microinverters' sum, then /api/v1/production where it can be trusted, then each of them."""
    assert site(**answers).production.power == power


@pytest.mark.parametrize(
    ("answers", "power"),
    [
        pytest.param(NET | {"live": live(grid=75.0)}, -150.0, id="net meter"),
        pytest.param(LOAD | {"live": live(grid=75.0)}, 300.0, id="load less production"),
        pytest.param(LOAD_STORAGE, 200.0, id="load less production less battery"),
        pytest.param(LOAD | {"live": live(storage=100.0, grid=75.0, **CHARGED)}, 200.0, id="battery by live data"),
        pytest.param(LOAD | {"live": live(age=99, storage=100.0, **CHARGED)}, None, id="battery not known now"),
        pytest.param(
            LOAD | {"live": live(storage=100.0, grid=75.0, **CHARGED), "cycles": TWO_CYCLES},
            75.0,
            id="battery of another cycle",
        ),
        pytest.param(LOAD | {"unsettled": ["live"]}, None, id="there may be a battery"),
        pytest.param(PRODUCTION | {"live": live(grid=75.0)}, 75.0, id="live data"),
        pytest.param(PRODUCTION | {"live": live(age=99, grid=75.0)}, None, id="live data that stands still"),
        pytest.param(NET | {"live": live(grid=75.0), "stale": ["readings"]}, 75.0, id="net meter is silent"),
    ],
)
def test_grid(answers: Answers, power: float | None) -> None:
    """Import is positive."""
    assert site(**answers).grid.power == power


@pytest.mark.parametrize(
    ("answers", "power"),
    [
        pytest.param(NET_STORAGE | {"live": live(storage=75.0, **CHARGED)}, -300.0, id="storage meter"),
        pytest.param(NET | {"live": live(storage=75.0, **CHARGED)}, 75.0, id="live data"),
        pytest.param(NET | {"live": live(age=61, storage=75.0, **CHARGED)}, None, id="live data that stands still"),
        pytest.param(NET | {"live": live(age=60, storage=75.0, **CHARGED)}, 75.0, id="live data of a minute ago"),
        pytest.param(NET | {"live": live(age=-61, storage=75.0, **CHARGED)}, None, id="live data of tomorrow"),
    ],
)
def test_battery(answers: Answers, power: float | None) -> None:
    """Discharging is positive."""
    assert site(**answers).battery.power == power


@pytest.mark.parametrize(
    ("answers", "power"),
    [
        pytest.param(LOAD | {"live": live(load=75.0)}, 900.0, id="load meter"),
        pytest.param(NET, 450.0, id="production and net"),
        pytest.param(NET_STORAGE, 150.0, id="production, net and storage: charging is no load"),
        pytest.param(NET | {"live": live(storage=50.0, **CHARGED)}, 500.0, id="storage by live data"),
        pytest.param(NET | {"live": live(age=99, load=75.0, **CHARGED)}, None, id="storage not known now"),
        pytest.param(PRODUCTION | {"live": live(load=75.0)}, 75.0, id="live data"),
        pytest.param(
            NET | {"readings": [reading("production", -4.0), reading("net-consumption", 104.0)]},
            100.0,
            id="what inverters draw at night is not clipped",
        ),
        pytest.param(
            NET | {"live": live(gen_relay_state=6, generator=1_000.0, load=75.0)}, 1_450.0, id="generator feeds in"
        ),
        pytest.param(NET | {"unsettled": ["live"]}, None, id="there may be a battery"),
        pytest.param(NET | {"live": live(), "unsettled": ["live"]}, 450.0, id="there is no battery"),
        pytest.param(NET_STORAGE | {"unsettled": ["live"]}, 150.0, id="the battery has a meter"),
        pytest.param(
            NET | {"live": live(storage=50.0, load=75.0, **CHARGED), "cycles": ONE_CYCLE}, 500.0, id="of one cycle"
        ),
        pytest.param(
            NET | {"live": live(storage=50.0, load=75.0, **CHARGED), "cycles": TWO_CYCLES},
            75.0,
            id="storage of another cycle does not add up with the meters",
        ),
        pytest.param(
            NET | {"live": live(gen_relay_state=6, generator=1_000.0, load=75.0), "cycles": TWO_CYCLES},
            75.0,
            id="nor does a generator of another cycle",
        ),
        pytest.param(
            NET_STORAGE | {"live": live(storage=50.0, load=75.0, **CHARGED), "cycles": TWO_CYCLES},
            150.0,
            id="metered storage does, whenever live data came",
        ),
    ],
)
def test_consumption(answers: Answers, power: float | None) -> None:
    """The load of the house: neither what charges a battery nor what is exported."""
    assert site(**answers).consumption.power == power


def test_the_generator_is_told_by_live_data() -> None:
    """No meter measures it."""
    assert site(live=live(gen_relay_state=6, generator=1_500.0)).generator.power == 1_500.0


def test_reports_are_never_the_load() -> None:
    """Their total counts a charging battery as load: production and net alone."""
    report = [
        {"reportType": "total-consumption", "cumulative": {"actPower": 450.0, "apprntPwr": 460.0, "reactPwr": -9}}
    ]
    built = site(**NET_STORAGE, consumption=report)
    assert built.consumption.power == 150.0
    assert (built.consumption.apparent_power, built.consumption.reactive_power) == (460.0, -9.0)


PHASED: Final[Answers] = {
    "meters": [meter("production", 2), meter("net-consumption", 2), meter("storage", 2)],
    "readings": [
        reading("production", 300.0, phases=[100.0, 200.0, 0.0]),
        reading("net-consumption", -50.0, phases=[50.0, -100.0, 999.0]),
        reading("storage", 20.0, phases=[5.0, 15.0, 0.0]),
    ],
}


@pytest.mark.parametrize(
    ("flow", "phases"),
    [
        ("production", (100.0, 200.0)),
        ("grid", (50.0, -100.0)),
        ("battery", (5.0, 15.0)),
        ("consumption", (155.0, 115.0)),
    ],
)
def test_only_wired_phases_count(flow: str, phases: tuple[float, ...]) -> None:
    """The third channel of a split-phase meter carries another meter's ghost."""
    assert getattr(site(**PHASED), flow).phases == phases


def test_one_phase_is_no_phase_of_its_own() -> None:
    """Where there is one phase it is the whole."""
    built = site(meters=[meter("production", 1)], readings=[reading("production", 5.0, phases=[5.0, 0.0, 0.0])])
    assert built.production.phases == ()


def test_live_data_has_as_many_phases_as_the_house() -> None:
    """Phase c of a split-phase house is nothing."""
    flow = {"agg_p_mw": 300_000, "agg_p_ph_a_mw": 100_000, "agg_p_ph_b_mw": 200_000, "agg_p_ph_c_mw": 0}
    built = site(live=live(phase_count=2, storage=flow, soc=10))
    assert (built.battery.power, built.battery.phases) == (300.0, (100.0, 200.0))


def test_meters_know_the_phases_of_the_house_better_than_live_data() -> None:
    """Whatever that says, or does not: the meter with the most phases tells."""
    flow = {"agg_p_mw": 600_000, "agg_p_ph_a_mw": 100_000, "agg_p_ph_b_mw": 200_000, "agg_p_ph_c_mw": 300_000}
    built = site(meters=[meter("net-consumption", 3), meter("production", 1)], live=live(storage=flow, soc=10))
    assert built.battery.phases == (100.0, 200.0, 300.0)


def test_live_data_of_one_phase_has_no_phases() -> None:
    """Nor has it where the house has one phase."""
    flow = {"agg_p_mw": 300_000, "agg_p_ph_a_mw": 300_000, "agg_p_ph_b_mw": 0, "agg_p_ph_c_mw": 0}
    assert site(live=live(phase_count=1, storage=flow, soc=10)).battery.phases == ()


@pytest.mark.parametrize(
    ("told", "count"), [({"phase_count": 3}, 3), ({"is_split_phase": 1, "phase_count": 0}, 2), ({}, 1)]
)
def test_phases_without_meters_are_told_by_live_data(told: Answers, count: int) -> None:
    """The brief's own sample has a split phase with a count of 0."""
    assert site(live=live(**told)).phase_count == count


@pytest.mark.parametrize(
    ("answers", "parts"),
    [
        pytest.param({}, set(), id="nothing"),
        pytest.param(PRODUCTION | {"live": live(main_relay_state=1, gen_relay_state=5)}, set(), id="production alone"),
        pytest.param(NET, {Part.GRID, Part.CONSUMPTION, Part.LOAD_REPORT}, id="net meter"),
        pytest.param(LOAD, {Part.GRID, Part.CONSUMPTION, Part.LOAD_REPORT}, id="load meter"),
        pytest.param({"live": live(grid=5.0, load=9.0)}, {Part.GRID, Part.CONSUMPTION}, id="live data alone"),
        pytest.param({"live": live(soc=1)}, {Part.BATTERY}, id="charged battery"),
        pytest.param({"live": live(age=9_999, soc=1)}, {Part.BATTERY}, id="as live data told long ago"),
        pytest.param({"live": live(acb_agg_energy=1, main_relay_state=1)}, {Part.BATTERY}, id="AC battery: no relay"),
        pytest.param({"live": live(gen_relay_state=6)}, {Part.GENERATOR, Part.RELAYS}, id="generator's relay"),
        pytest.param({"live": live(generator=9.0)}, {Part.GENERATOR, Part.RELAYS}, id="generator's power"),
        pytest.param({"live": live(main_relay_state=1, gen_relay_state=0)}, set(), id="no generator's relay"),
        pytest.param({"live": live(main_relay_state=0)}, {Part.RELAYS}, id="left the grid"),
        pytest.param({"seen": [Part.BATTERY], "live": live(soc=0)}, {Part.BATTERY}, id="an empty battery is still one"),
    ],
)
def test_parts(answers: Answers, parts: set[Part]) -> None:
    """What the site has shows in its meters, or in live data that is not at rest."""
    assert site(**answers).parts - {Part.LIVE} == parts
    assert (Part.LIVE in site(**answers).parts) is ("live" in answers)


@pytest.mark.parametrize(
    ("answers", "key", "names"),
    [
        (PRODUCTION | {"energy": PCU}, "production_power", {"readings"}),
        ({"energy": PCU}, "production_power", {"energy"}),
        ({"metered": False}, "production_power", {"production"}),
        ({}, "production_power", {"inverters"}),
        (
            {"metered": False, "energy": NO_PCU, "production": ZEROS},
            "production_power",
            {"energy", "production", "inverters"},
        ),
        (NET, "grid_power", {"readings"}),
        (LOAD | {"live": live(**CHARGED)}, "grid_power", {"readings", "live"}),
        (LOAD_STORAGE, "grid_power", {"readings"}),
        (PRODUCTION, "grid_power", {"live"}),
        (NET_STORAGE, "battery_power", {"readings"}),
        (NET, "battery_power", {"live"}),
        (LOAD, "consumption_power", {"readings"}),
        (NET | {"live": live(**CHARGED)}, "consumption_power", {"readings", "live"}),
        (NET | {"live": live(generator=5.0)}, "consumption_power", {"readings", "live"}),
        (PRODUCTION, "consumption_power", {"live"}),
    ],
)
def test_what_a_power_is_read_from(answers: Answers, key: str, names: set[str]) -> None:
    """A figure asks for the endpoints of the source that is there, and for no others."""
    assert site(**answers).needs[key] == names


def test_a_site_is_equal_to_itself_read_again() -> None:
    """So that nothing is written anew when nothing changed."""
    first: Site = site(**NET_STORAGE, live=live(**CHARGED), energy=PCU, inverters=INVERTERS)
    assert first == site(**NET_STORAGE, live=live(**CHARGED), energy=PCU, inverters=INVERTERS)
