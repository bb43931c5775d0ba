"""What reports one by one: which devices there are, which figures stand, and when it is worth asking."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.site import ChargeStatus, SleepState

from .answers import NOW, Row, inverter, meter, reading, site

_KINDS: Final = {"pcu": 1, "acb": 11, "nsrb": 12}


def device(serial: str, name: str = "pcu", *, active: bool = True, watts: Row | None = None, **told: Any) -> Row:  # noqa: ANN401
    """Return a row; what is told stands in its last report, `lifetime` beside it."""
    lifetime = told.pop("lifetime", {})
    channel = {"created": NOW - 60, "watts": watts or {}, "wattHours": {"today": 984}, "lifetime": lifetime}
    return {"devName": name, "sn": serial, "active": active, "channels": [channel | {"lastReading": told}]}


def rows(*devices: Row) -> dict[str, Any]:
    """Return device data with these rows."""
    return {"deviceCount": len(devices), "deviceDataLimit": 50, **{str(eid): row for eid, row in enumerate(devices)}}


def setup(kind: str, **told: object) -> list[Row]:
    """Return the slow inventory with one device, among groups that are empty."""
    return [{"type": "PCU", "devices": [{"serial_num": "1"}]}, {"type": kind, "devices": [{"serial_num": "9", **told}]}]


def test_details_of_an_inverter_are_in_the_units_that_people_use() -> None:
    """And what it has counted goes through the ledger, as a counter that moves in steps."""
    told: Row = {
        "acVoltageINmV": 238_944,
        "acFrequencyINmHz": 50_085,
        "dcVoltageINmV": 25_434,
        "dcCurrentINmA": 27,
        "channelTemp": 26,
        "acCurrentInmA": 1_020,
        "rssi": 106,
        "issi": 70,
    }
    row = device("1", watts={"now": 244, "nowUsed": 0}, lifetime={"joulesProduced": 3_600_000}, **told)
    details = site(inverters=[inverter("1")], device_data=rows(row)).inverters["1"].details
    assert (details.ac_voltage, details.dc_voltage, details.frequency) == (238.944, 25.434, 50.085)
    assert (details.dc_current, details.ac_current, details.temperature, details.signal) == (0.027, 1.02, 26.0, 70)
    assert details.energy_today == 984.0
    assert details.energy is not None
    assert (details.energy.energy, details.energy.power, details.energy.pace) == (1_000.0, 244.0, 3_600.0)


def test_older_inverters_tell_neither_current_nor_signal() -> None:
    """Zero while there is power is none; at rest it is one."""
    at_work = device("1", watts={"now": 244}, acCurrentInmA=0, issi=0)
    at_rest = device("2", watts={"now": 0}, acCurrentInmA=0)
    built = site(inverters=[inverter("1"), inverter("2")], device_data=rows(at_work, at_rest)).inverters
    assert [built[serial].details.ac_current for serial in "12"] == [None, 0.0]
    assert built["1"].details.signal is None


def test_what_an_inverter_measured_at_dusk_is_not_shown_all_night() -> None:
    """What it has counted is."""
    row = device("1", dcVoltageINmV=25_434, lifetime={"joulesProduced": 3_600})
    details = site(inverters=[inverter("1", age=8 * 3600)], device_data=rows(row)).inverters["1"].details
    assert (details.dc_voltage, details.energy_today) == (None, 984.0)
    assert details.energy is not None


def test_an_inverter_that_is_in_use_may_tell_nothing_but_its_lifetime() -> None:
    """As firmware 8.3.6086 does at night."""
    row = device("1", lifetime={"joulesProduced": 7_200})
    shown = site(inverters=[inverter("1")], device_data=rows(row)).inverters["1"]
    assert shown.has_details
    assert shown.details.energy is not None
    assert (shown.details.energy.energy, shown.details.dc_voltage) == (2.0, None)


def test_retired_inverters_are_none() -> None:
    """They take places in the answer, and stand in no list of inverters."""
    built = site(inverters=[inverter("1")], device_data=rows(device("1"), device("2", active=False)))
    assert built.inverters.keys() == {"1"}
    retired = site(inverters=[inverter("1")], device_data=rows(device("1", active=False)))
    assert not retired.inverters["1"].has_details


def test_all_inverters_are_there_where_the_answer_is_cut() -> None:
    """Details have only those with a row."""
    listed = [inverter(str(number)) for number in range(1, 61)]
    built = site(inverters=listed, device_data=rows(*(device(str(number)) for number in range(1, 51))))
    assert len(built.inverters) == 60
    assert sum(one.has_details for one in built.inverters.values()) == 50


@pytest.mark.parametrize(("count", "may_have"), [(49, True), (50, False)])
def test_before_anybody_has_asked_those_of_a_small_site_may_have_details(count: int, may_have: bool) -> None:
    """A large one is asked for that once."""
    told: dict[str, Any] = {"inverters": [inverter(str(number)) for number in range(1, count + 1)]}
    built = site(**told, meters=[])
    assert {one.has_details for one in built.inverters.values()} == {may_have}
    assert "device_data" in built.learn


def test_old_firmware_has_no_details() -> None:
    """None of it is asked for, and nobody is offered what never has a value."""
    info = "<envoy_info><device><sn>1</sn><software>D7.6.175</software></device></envoy_info>"
    built = site(info=info, inverters=[inverter("1")], meters=[])
    assert not built.inverters["1"].has_details
    assert "device_data" not in built.learn


@pytest.mark.parametrize(("frequency", "asked"), [(50.0, True), (60.0, False), (None, False)])
def test_a_house_is_asked_once_where_a_q_relay_may_be(frequency: float | None, asked: bool) -> None:
    """Nothing else tells of one; they are made for grids of 50 Hz."""
    told: dict[str, Any] = {
        "meters": [meter("production")],
        "readings": [reading("production", 1.0) | {"freq": frequency}],
        "inverters": [inverter("1")],
    }
    assert ("device_data" in site(**told).learn) is asked
    assert not {"device_data", "full_inventory"} & site(**told, device_data=rows()).learn


def test_an_ac_battery_is_put_together_from_two_answers() -> None:
    """The report comes first, where both tell the same."""
    row = device(
        "9",
        "acb",
        watts={"now": 4, "nowUsed": 264},
        lifetime={"joulesProduced": 3_600, "joulesUsed": 7_200},
        SOC=42,
        SOH=86,
        maxCellTemp=32,
        channelTemp=37,
    )
    listed = setup("ACB", percentFull=10, maxCellTemp=20, charge_status="charging", communicating=True, part_num="800")
    battery = site(device_data=rows(row), full_inventory=listed).ac_batteries["9"]
    assert (battery.level, battery.health, battery.power, battery.temperature) == (42.0, 86.0, -260.0, 32.0)
    assert (battery.charge_status, battery.communicating, battery.part_number) == (ChargeStatus.CHARGING, True, "800")
    assert battery.charged is not None
    assert battery.discharged is not None
    assert (battery.charged.energy, battery.discharged.energy) == (2.0, 1.0)
    assert (battery.charged.power, battery.discharged.power) == (264.0, 4.0)


def test_without_a_report_the_inventory_tells_of_an_ac_battery() -> None:
    """Firmware before 8.2.43xx has no other."""
    built = site(inverters=[inverter("9", kind=11)], full_inventory=setup("ACB", percentFull=10, maxCellTemp=20))
    battery = built.ac_batteries["9"]
    assert (battery.level, battery.temperature, battery.power, battery.charged) == (10.0, 20.0, None, None)
    assert built.needs["ac_battery"] == {"full_inventory"}


@pytest.mark.parametrize(
    ("enabled", "flags", "state"),
    [
        (False, ["envoy.global.ok"], SleepState.AWAKE),
        (True, ["envoy.global.ok"], SleepState.GOING_TO_SLEEP),
        (True, ["envoy.cond_flags.pcu_ctrl.sleep-mode"], SleepState.ASLEEP),
        (False, ["envoy.cond_flags.pcu_ctrl.sleep-mode"], SleepState.WAKING),
        (None, "unknown", None),
    ],
)
def test_sleep_is_told_by_two_signs(enabled: bool | None, flags: object, state: SleepState | None) -> None:
    """What it shall do, and what it does."""
    listed = setup("ACB", sleep_enabled=enabled, device_status=flags)
    assert site(full_inventory=listed).ac_batteries["9"].sleep_state is state


def test_a_silent_ac_battery_shows_nothing_that_it_measured() -> None:
    """What it has counted stays what it is."""
    row = device("9", "acb", watts={"now": 200}, lifetime={"joulesUsed": 3_600}, SOC=42, SOH=86)
    listed = setup("ACB", communicating=False, percentFull=42, charge_status="discharging")
    battery = site(device_data=rows(row), full_inventory=listed).ac_batteries["9"]
    assert (battery.level, battery.power, battery.charge_status, battery.communicating) == (None, None, None, False)
    assert battery.charged is not None


def test_a_q_relay_shows_the_lines_that_are_connected() -> None:
    """The others pick something up; where the inventory does not tell, the voltage does."""
    volts: Row = {"VrmsL1N": 235_284, "VrmsL2N": 5_956, "VrmsL3N": 0}
    row = device("9", "nsrb", temperature=51, freqInmHz=50_003, stateChngCnt=1, **volts)
    relay = site(device_data=rows(row)).q_relays["9"]
    assert (relay.temperature, relay.frequency, relay.switch_count) == (51.0, 50.003, 1)
    assert (relay.lines, relay.closed, relay.is_installed) == ((True, False, False), None, False)

    lines = {"line1-connected": False, "line2-connected": True, "line3-connected": False}
    relay = site(device_data=rows(row), full_inventory=setup("NSRB", relay="open", **lines)).q_relays["9"]
    assert (relay.lines, relay.closed) == ((False, True, False), False)


@pytest.mark.parametrize(("told", "closed"), [("closed", True), ("open", False), ("forced", None), (1, None)])
def test_a_relay_is_closed_or_open_or_not_known(told: object, closed: bool | None) -> None:
    """As the inventory says."""
    assert site(full_inventory=setup("NSRB", relay=told)).q_relays["9"].closed is closed


@pytest.mark.parametrize(
    "told",
    [
        {"device_data": rows(device("9", "acb", active=False), device("8", "nsrb", active=False))},
        {"full_inventory": setup("ACB", admin_state=3)},
        {"full_inventory": [{"type": "ACB", "devices": []}, {"type": "NSRB"}, {"devices": [{"serial_num": "9"}]}]},
        {"device_data": {"deviceCount": 0}},
        {"inverters": [inverter("1")]},
    ],
)
def test_placeholders_are_no_devices(told: dict[str, Any]) -> None:
    """What was taken down or deleted, and empty groups; so the slow inventory is not asked for."""
    built = site(**told)
    assert (built.ac_batteries, built.q_relays) == ({}, {})
    assert "full_inventory" not in built.learn


@pytest.mark.parametrize("name", ["acb", "nsrb"])
def test_the_slow_inventory_is_asked_for_where_it_alone_tells(name: str) -> None:
    """By a row of the report, or of the list of inverters."""
    assert "full_inventory" in site(device_data=rows(device("9", name))).learn
    assert "full_inventory" in site(inverters=[inverter("9", kind=_KINDS[name])]).learn


def test_an_old_report_shows_nothing_and_hides_nothing() -> None:
    """The devices stay."""
    told: Row = {"device_data": rows(device("9", "acb", SOC=42), device("8", "nsrb", temperature=51), device("1"))}
    built = site(inverters=[inverter("1")], **told, stale=["device_data"])
    assert (built.ac_batteries["9"].level, built.q_relays["8"].temperature) == (None, None)
    assert (built.inverters["1"].has_details, built.inverters["1"].details.energy_today) == (True, None)


def test_of_two_rows_with_one_serial_number_the_newer_counts() -> None:
    """A device that was moved to another string may be listed twice."""
    old = device("9", "acb", SOC=10, endDate=NOW - 900)
    new = device("9", "acb", SOC=20, endDate=NOW)
    assert site(device_data=rows(new, old)).ac_batteries["9"].level == 20.0
