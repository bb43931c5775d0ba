"""Reading answers: tolerant with values, strict with shapes, a broken record never takes the others along."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, cast

import orjson
import pytest

from custom_components.iq_gateway.client.endpoints import (
    CONSUMPTION,
    ENDPOINTS,
    ENERGY,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    INFO,
    INVERTERS,
    LIVE,
    METERS,
    READINGS,
    Endpoint,
    Exercise,
    GatewayInfo,
    GeneratorMode,
    GeneratorSchedule,
)
from custom_components.iq_gateway.client.errors import InvalidAnswer

BRIEF: Final = Path(__file__).parents[1] / "samples" / "brief"
WITH_BODY: Final = [endpoint for endpoint in ENDPOINTS if endpoint is not INFO]


def _sample(endpoint: Endpoint[Any]) -> Path:
    return BRIEF / endpoint.path.strip("/").replace("/", "_")


# What the brief does not show has its own tests.
WITH_SAMPLE: Final = [endpoint for endpoint in WITH_BODY if _sample(endpoint).is_file()]

METER: Final = {
    "eid": 704643328,
    "state": "enabled",
    "measurementType": "production",
    "phaseMode": "split",
    "phaseCount": 2,
    "meteringStatus": "normal",
    "statusFlags": [],
}
INVERTER: Final = {
    "serialNumber": "121935144671",
    "lastReportDate": 1654171836,
    "devType": 1,
    "lastReportWatts": 15,
    "maxReportWatts": 38,
}
READING: Final = {"eid": 704643328, "timestamp": 1654218661, "activePower": 132.118, "channels": []}

REPORT: Final = {
    "reportType": "net-consumption",
    "createdAt": 1654625360,
    "cumulative": {"apprntPwr": 20.1},
    "lines": [],
}

type Rows = Callable[[object], tuple[tuple[Any, ...], int]]

MEASURED: Final = [
    pytest.param(READINGS.parse, READING, ("eid", "activePower"), id="readings"),
    pytest.param(INVERTERS.parse, INVERTER, ("serialNumber", "lastReportWatts"), id="inverters"),
    pytest.param(CONSUMPTION.parse, REPORT, ("reportType", "cumulative"), id="consumption"),
]
LISTS: Final = [pytest.param(METERS.parse, METER, ("eid", "measurementType"), id="meters"), *MEASURED]


def _payload(endpoint: Endpoint[Any]) -> object:
    return endpoint.decode(_sample(endpoint).read_bytes())


def _brief(endpoint: Endpoint[Any]) -> object:
    return cast(object, endpoint.parse(_payload(endpoint))[0])


def _figures(value: object) -> Iterator[object]:
    """Return the plain values in a model, however deep they stand."""
    if isinstance(value, tuple):
        yield from chain.from_iterable(map(_figures, value))
    elif isinstance(value, str) or not is_dataclass(value):
        yield value
    else:
        yield from chain.from_iterable(_figures(getattr(value, one.name)) for one in fields(value))


@pytest.mark.parametrize("endpoint", WITH_SAMPLE, ids=lambda endpoint: endpoint.name)
def test_every_field_of_a_model_is_in_the_brief(endpoint: Endpoint[Any]) -> None:
    """What the models hold is what the brief's samples show: no figure is lost to a name that no gateway uses."""
    model = _brief(endpoint)
    assert all(figure is not None for figure in _figures(model))
    assert endpoint.parse(_payload(endpoint))[1] == 0


@pytest.mark.parametrize(("parse", "row", "needed"), LISTS)
@pytest.mark.parametrize("broken", [None, "oops", 7, [], {}])
def test_a_broken_record_is_left_out_and_counted(
    parse: Rows, row: dict[str, Any], needed: tuple[str, ...], broken: object
) -> None:
    """One record that is none leaves its neighbours alone."""
    records, dropped = parse([row, broken, row])
    assert (len(records), dropped) == (2, 1)


@pytest.mark.parametrize(("parse", "row", "needed"), LISTS)
def test_a_record_without_what_it_is_known_by_is_left_out(
    parse: Rows, row: dict[str, Any], needed: tuple[str, ...]
) -> None:
    """Without its eid, serial number or kind nobody knows what a record is about."""
    records, dropped = parse([row, row | {needed[0]: None}])
    assert (len(records), dropped) == (1, 1)


@pytest.mark.parametrize(("parse", "row", "needed"), MEASURED)
@pytest.mark.parametrize("figure", [None, "unknown", float("nan")])
def test_a_record_without_any_figure_is_left_out(
    parse: Rows, row: dict[str, Any], needed: tuple[str, ...], figure: object
) -> None:
    """It says nothing, and must not make what was said before unknown."""
    figures = {name: figure for name, value in row.items() if isinstance(value, int | float) and name != needed[0]}
    records, dropped = parse([row, row | figures | {"cumulative": {"apprntPwr": figure}}])
    assert (len(records), dropped) == (1, 1)


@pytest.mark.parametrize(("parse", "row", "needed"), LISTS)
def test_a_list_of_nothing_but_broken_records_is_refused(
    parse: Rows, row: dict[str, Any], needed: tuple[str, ...]
) -> None:
    """It must not pass for an empty list, which says that there are none."""
    with pytest.raises(InvalidAnswer):
        parse(["oops", {}])
    assert parse([]) == ((), 0)


@pytest.mark.parametrize(("parse", "row", "needed"), LISTS)
def test_only_what_it_is_known_by_and_a_figure_are_needed(
    parse: Rows, row: dict[str, Any], needed: tuple[str, ...]
) -> None:
    """Everything else may be missing, and unknown keys are passed over."""
    records, dropped = parse([{name: row[name] for name in needed} | {"somethingNew": {"deep": [1]}}])
    assert (len(records), dropped) == (1, 0)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
@pytest.mark.parametrize("payload", [None, 1, "text", {"error": "404 - Not Found"}, [1], True])
def test_another_shape_altogether_is_refused(endpoint: Endpoint[Any], payload: object) -> None:
    """Valid JSON of another kind is an invalid answer, never another error."""
    with pytest.raises(InvalidAnswer):
        endpoint.parse(payload)


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_an_empty_object_says_nothing(endpoint: Endpoint[Any]) -> None:
    """But of a generator: that there is none."""
    nothing: dict[Endpoint[Any], object] = {
        GENERATOR_CONFIG: (),
        GENERATOR_MODE: GeneratorMode(command=None),
        GENERATOR_SCHEDULE: GeneratorSchedule(start_soc=None, stop_soc=None, exercise=None),
    }
    if endpoint in nothing:
        assert endpoint.parse({})[0] == nothing[endpoint]
    else:
        with pytest.raises(InvalidAnswer):
            endpoint.parse({})


def test_a_generator_without_levels_has_none() -> None:
    """Until somebody sets them up, a gateway tells 100 and -1."""
    told = {"exercise_config": {"freq_in_weeks": 1}, "default_soc": {"start_soc": 100, "stop_soc": -1}}
    assert GENERATOR_SCHEDULE.parse(told)[0].stop_soc is None


EXERCISE: Final = {"freq_in_weeks": 3, "start": 945, "duration": 25, "day": "Sat"}


@pytest.mark.parametrize(
    ("change", "is_read"),
    [
        ({}, True),
        ({"freq_in_weeks": "3", "start": 945.0, "day": " SAT"}, True),
        ({"start": 1440}, False),
        ({"start": -1}, False),
        ({"start": "noon"}, False),
        ({"duration": None}, False),
        ({"freq_in_weeks": True}, False),
        ({"day": 6}, False),
    ],
)
def test_an_exercise_is_understood_as_a_whole_or_not_at_all(change: dict[str, object], is_read: bool) -> None:
    """However its figures are written; the levels do not depend on that."""
    told = {"exercise_config": EXERCISE | change, "default_soc": {"start_soc": 30, "stop_soc": 70}}
    exercise = Exercise(day="sat", start=945, duration=25, weeks=3) if is_read else None
    expected = GeneratorSchedule(start_soc=30.0, stop_soc=70.0, exercise=exercise)
    assert GENERATOR_SCHEDULE.parse(told)[0] == expected


@pytest.mark.parametrize(
    ("told", "count"), [(1, 1), (2, 2), (3, 3), ("2", 2), (0, 1), (-2, 1), (99, 3), (None, 1), ("two", 1)]
)
def test_a_meter_has_one_to_three_phases(told: object, count: int) -> None:
    """A number of phases that cannot be is not believed."""
    (meter,), _ = METERS.parse([METER | {"phaseCount": told}])
    assert meter.phase_count == count


def test_flags_that_are_no_list_are_none() -> None:
    """Firmware 4 has no flags; a text in their place is none either."""
    meters, _ = METERS.parse([METER | {"statusFlags": flags} for flags in (None, "negative", ["negative", 4])])
    assert [meter.status_flags for meter in meters] == [(), (), ("negative",)]


@pytest.mark.parametrize("channels", [None, "oops", {}, [None, {}, {"eid": "x"}]])
def test_channels_that_are_none_leave_the_meter_alone(channels: object) -> None:
    """The meter as a whole still reads."""
    (reading,), dropped = READINGS.parse([READING | {"channels": channels}])
    assert (reading.active_power, reading.channels, dropped) == (132.118, (), 0)


def test_readings_undo_unsigned_powers() -> None:
    """In readings and reports too."""
    (reading,), _ = READINGS.parse([READING | {"activePower": 4_294_967_292, "actEnergyDlvd": 4_294_967_292}])
    assert (reading.active_power, reading.energy_delivered) == (-4.0, 4_294_967_292.0)


def test_a_time_of_zero_is_no_time() -> None:
    """Inverters that never reported, and meters without a clock, say 0."""
    (inverter,), _ = INVERTERS.parse([INVERTER | {"lastReportDate": 0}])
    assert inverter.last_report is None


def test_live_data_of_early_firmware_has_sums_alone() -> None:
    """Firmware 7.0 gives no phases and no energies (gateway-api.md 13)."""
    live, _ = LIVE.parse({"meters": {"soc": 40, "pv": {"agg_p_mw": 1500, "agg_s_mva": 1600}}})
    assert (live.soc, live.pv.power, live.pv.phase_powers) == (40.0, 1.5, (None, None, None))
    assert (live.mqtt_state, live.grid.power, live.encharge_energy) == (None, None, None)


@pytest.mark.parametrize("meters", [{}, {"soc": None, "main_relay_state": 1, "grid": {"agg_p_mw": None}, "pv": "oops"}])
def test_live_data_without_any_figure_is_refused(meters: object) -> None:
    """It must not make the battery's state of charge unknown."""
    with pytest.raises(InvalidAnswer):
        LIVE.parse({"connection": {"mqtt_state": "connected"}, "meters": meters})


def test_energy_without_a_group_lacks_only_that_group() -> None:
    """A gateway without meters may leave their groups out."""
    energy, _ = ENERGY.parse({"production": {"pcu": {"wattsNow": "596"}, "eim": "oops"}})
    assert energy.microinverters is not None
    assert energy.microinverters.power == 596.0
    assert energy.production_meter is energy.consumption_meter is None


def test_energy_of_which_nothing_can_be_read_is_refused() -> None:
    """It must not pass for a gateway that keeps no sums."""
    with pytest.raises(InvalidAnswer):
        ENERGY.parse({"production": {"pcu": {"wattsNow": "unknown"}}, "consumption": "oops"})


def _info(fields: str = "<sn>1</sn><software>D8.3.5169</software>") -> str:
    return f"<?xml version='1.0'?><envoy_info><time>12</time><device>{fields}</device></envoy_info>"


def _described(body: bytes) -> GatewayInfo:
    return INFO.parse(INFO.decode(body))[0]


@pytest.mark.parametrize(
    ("told", "metered"), [("<imeter>true</imeter>", True), ("<imeter>false</imeter>", False), ("", None)]
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_description_tells_whether_meters_are_possible(told: str, metered: bool | None, mark: bytes) -> None:
    """Legacy gateways do not say."""
    info = _described(mark + _info(f"<sn> 1 </sn><software>D8.3.5169</software>{told}").encode())
    assert (info.serial, info.metered, info.web_tokens, info.time) == ("1", metered, False, 12)


# Characters that spell the mark of a description in UTF-16, for whoever looks at bytes.
DISGUISE: Final = b"<envoy_info ".decode("utf-16-le")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html></html>", id="a page"),
        pytest.param(_info()[:60].encode(), id="cut short"),
        pytest.param(_info("<sn>1</sn>").encode(), id="no firmware"),
        pytest.param(_info("<software>D8</software>").encode(), id="no serial number"),
        pytest.param(_info("<sn>1\x00</sn><software>D8</software>").encode(), id="no XML"),
        pytest.param(_info("<sn>1</sn><software>D\xfc</software>").encode("latin-1"), id="not UTF-8"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + _info()[21:].encode(), id="definitions"),
        pytest.param(b"<!ENTITY b 'c'>" + _info()[21:].encode(), id="a definition"),
        pytest.param(
            f"<!DOCTYPE a [<!ENTITY b 'c'>]><envoy_info><!--{DISGUISE}--><device><sn>&b;</sn><software>D8</software>"
            "</device></envoy_info>".encode("utf-16"),
            id="definitions in another encoding",
        ),
        pytest.param(orjson.dumps({"serial": 1}), id="JSON"),
    ],
)
def test_what_is_no_gateways_description_is_refused(body: bytes) -> None:
    """Any web server may answer at an address, or the answer is cut short."""
    with pytest.raises((InvalidAnswer, UnicodeDecodeError)):
        _described(body)


def test_the_description_is_text_whatever_it_claims() -> None:
    """A document that claims another encoding than it was looked through in is not read in that."""
    claim = _info("<sn>1</sn><software>D8\N{EURO SIGN}</software>").replace("1.0'", "1.0' encoding='latin-1'")
    assert _described(claim.encode()).software == "D8\N{EURO SIGN}"
