"""Reading answers: tolerant with values, strict with shapes, a broken record never takes the others along."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any, Final, cast

import orjson
import pytest

from custom_components.iq_gateway.client import parsing
from custom_components.iq_gateway.client.endpoints import ENDPOINTS, INFO, Endpoint
from custom_components.iq_gateway.client.errors import InvalidAnswer

BRIEF: Final = Path(__file__).parents[1] / "samples" / "brief"
WITH_BODY: Final = [endpoint for endpoint in ENDPOINTS if endpoint is not INFO]

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
    "cumulative": {"actPower": 20.1},
    "lines": [],
}

type Rows = Callable[[object], tuple[tuple[Any, ...], int]]

MEASURED: Final = [
    pytest.param(parsing.parse_readings, READING, ("eid", "activePower"), id="readings"),
    pytest.param(parsing.parse_inverters, INVERTER, ("serialNumber", "lastReportWatts"), id="inverters"),
    pytest.param(parsing.parse_consumption, REPORT, ("reportType", "cumulative"), id="consumption"),
]
LISTS: Final = [pytest.param(parsing.parse_meters, METER, ("eid", "measurementType"), id="meters"), *MEASURED]


def _brief(endpoint: Endpoint[Any]) -> object:
    name = endpoint.path.strip("/").replace("/", "_")
    model, _ = endpoint.parse(endpoint.decode((BRIEF / name).read_bytes()))
    return cast(object, model)


def _recorded_fields(value: object) -> int:
    """Count the values in a model or in JSON that are plain, however deep they stand."""
    if isinstance(value, dict):
        return sum(map(_recorded_fields, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_recorded_fields, value))
    if slots := getattr(type(value), "__dataclass_fields__", None):
        return sum(_recorded_fields(getattr(value, name)) for name in slots)
    return value is not None


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda endpoint: endpoint.name)
def test_every_field_of_the_brief_is_in_the_model(endpoint: Endpoint[Any]) -> None:
    """Nothing that the brief's samples show is lost, but the demand that repeats the power, and a zero time."""
    name = endpoint.path.strip("/").replace("/", "_")
    recorded = json.loads((BRIEF / name).read_text(), object_hook=_without_repetition)
    assert _recorded_fields(_brief(endpoint)) == _recorded_fields(recorded)


def _without_repetition(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "instantaneousDemand"}


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
    records, dropped = parse([row, row | figures | {"cumulative": {"actPower": figure}}])
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
@pytest.mark.parametrize("payload", [None, 1, "text", {"error": "404 - Not Found"}, {}, [1], True])
def test_another_shape_altogether_is_refused(endpoint: Endpoint[Any], payload: object) -> None:
    """Valid JSON of another kind is an invalid answer, never another error."""
    with pytest.raises(InvalidAnswer):
        endpoint.parse(payload)


@pytest.mark.parametrize(
    ("told", "count"), [(1, 1), (2, 2), (3, 3), ("2", 2), (0, 1), (-2, 1), (99, 3), (None, 1), ("two", 1)]
)
def test_a_meter_has_one_to_three_phases(told: object, count: int) -> None:
    """A number of phases that cannot be is not believed."""
    (meter,), _ = parsing.parse_meters([METER | {"phaseCount": told}])
    assert meter.phase_count == count


def test_flags_that_are_no_list_are_none() -> None:
    """Firmware 4 has no flags; a text in their place is none either."""
    meters, _ = parsing.parse_meters([METER | {"statusFlags": flags} for flags in (None, "negative", ["negative", 4])])
    assert [meter.status_flags for meter in meters] == [(), (), ("negative",)]


@pytest.mark.parametrize("channels", [None, "oops", {}, [None, {}, {"eid": "x"}]])
def test_channels_that_are_none_leave_the_meter_alone(channels: object) -> None:
    """The meter as a whole still reads."""
    (reading,), dropped = parsing.parse_readings([READING | {"channels": channels}])
    assert (reading.active_power, reading.channels, dropped) == (132.118, (), 0)


def test_readings_undo_unsigned_powers() -> None:
    """In readings and reports too."""
    (reading,), _ = parsing.parse_readings([READING | {"activePower": 4_294_967_292, "actEnergyDlvd": 4_294_967_292}])
    assert (reading.active_power, reading.energy_delivered) == (-4.0, 4_294_967_292.0)


def test_a_time_of_zero_is_no_time() -> None:
    """Inverters that never reported, and meters without a clock, say 0."""
    (inverter,), _ = parsing.parse_inverters([INVERTER | {"lastReportDate": 0}])
    assert inverter.last_report is None


def test_live_data_of_early_firmware_has_sums_alone() -> None:
    """Firmware 7.0 gives no phases and no energies (gateway-api.md 13)."""
    live, _ = parsing.parse_live({"meters": {"soc": 40, "pv": {"agg_p_mw": 1500, "agg_s_mva": 1600}}})
    assert (live.soc, live.pv.power, live.pv.phase_powers) == (40.0, 1.5, (None, None, None))
    assert (live.mqtt_state, live.grid.power, live.encharge_energy, live.counters) == (None, None, None, {})


@pytest.mark.parametrize("meters", [{}, {"soc": None, "main_relay_state": 1, "grid": {"agg_p_mw": None}, "pv": "oops"}])
def test_live_data_without_any_figure_is_refused(meters: object) -> None:
    """It must not make the battery's state of charge unknown."""
    with pytest.raises(InvalidAnswer):
        parsing.parse_live({"connection": {"mqtt_state": "connected"}, "meters": meters})


def test_energy_without_a_group_lacks_only_that_group() -> None:
    """A gateway without meters may leave their groups out."""
    energy, _ = parsing.parse_energy({"production": {"pcu": {"wattsNow": "596"}, "eim": "oops"}})
    assert energy.microinverters is not None
    assert energy.microinverters.power == 596.0
    assert energy.production_meter is energy.revenue_grade_meter is energy.consumption_meter is None


def test_energy_of_which_nothing_can_be_read_is_refused() -> None:
    """It must not pass for a gateway that keeps no sums."""
    with pytest.raises(InvalidAnswer):
        parsing.parse_energy({"production": {"pcu": {"wattsNow": "unknown"}}, "consumption": "oops"})


def _info(fields: str = "<sn>1</sn><software>D8.3.5169</software>") -> bytes:
    return f"<?xml version='1.0'?><envoy_info><time>12</time><device>{fields}</device></envoy_info>".encode()


@pytest.mark.parametrize(
    ("told", "metered"), [("<imeter>true</imeter>", True), ("<imeter>false</imeter>", False), ("", None)]
)
def test_the_description_tells_whether_meters_are_possible(told: str, metered: bool | None) -> None:
    """Legacy gateways do not say."""
    info, _ = parsing.parse_info(_info(f"<sn> 1 </sn><software>D8.3.5169</software>{told}"))
    assert (info.serial, info.metered, info.web_tokens, info.time) == ("1", metered, False, 12)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        _info()[:60],
        _info("<sn>1</sn>"),
        _info("<software>D8</software>"),
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><envoy_info/>",
        orjson.dumps({"serial": 1}),
    ],
)
def test_what_is_no_gateways_description_is_refused(body: bytes) -> None:
    """Any web server may answer at an address, or the answer is cut short."""
    with pytest.raises(InvalidAnswer):
        parsing.parse_info(body)
