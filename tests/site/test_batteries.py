"""Batteries: each from two answers, and all of them from two others."""

from typing import Any, Final

import pytest

from custom_components.iq_gateway.site import Part, SiteIQBattery

from .answers import Row, inverter, live, meter, site

ONE: Final[Row] = {
    "serial_num": "1",
    "part_num": "836-01826-r76",
    "communicating": True,
    "percentFull": 10,
    "encharge_capacity": 5000,
    "temperature": 20,
    "device_status": ["envoy.global.ok", "prop.done"],
}
ALL: Final[Row] = {
    "agg_soc": 46,
    "ENC_agg_soh": 98,
    "ENC_agg_avail_energy": 11_500,
    "ENC_agg_backup_energy": 5_000,
    "Enc_max_available_capacity": 25_000,
    "ACB_agg_energy": 0,
    "configured_backup_soc": 20,
    "VLS_Limit": 10,
}
NONE: Final[Row] = dict.fromkeys(ALL, 0)


def listed(*batteries: Row) -> list[Row]:
    """Return an inventory of these batteries."""
    return [{"type": "ENCHARGE", "devices": [*batteries]}]


def powers(key: str = "devices:", **of: Row) -> Row:
    """Return the powers of batteries, by their serial numbers."""
    return {key: [{"serial_num": serial[1:], **told} for serial, told in of.items()]}


def one(**told: Any) -> SiteIQBattery:  # noqa: ANN401
    """Return battery 1 after these answers."""
    return site(inventory=listed(ONE), **told).iq_batteries["1"]


@pytest.mark.parametrize("key", ["devices:", "devices"])
def test_the_level_of_now_goes_before_the_listed_one(key: str) -> None:
    """The inventory's can be hours old; what is stored follows the same level."""
    now: Row = {"soc": 54, "real_power_mw": -1_324_000, "apparent_power_mva": -1_330_000}
    battery = one(battery_power=powers(key, _1=now))
    assert (battery.level, battery.available_energy) == (54.0, 2_700.0)
    assert (battery.power, battery.apparent_power) == (-1_324.0, -1_330.0), "negative while it charges"


@pytest.mark.parametrize(
    ("listed_as", "level"), [({}, 10.0), ({"communicating": False}, None), ({"percentFull": "unknown"}, None)]
)
def test_a_battery_without_a_power_has_none(listed_as: Row, level: float | None) -> None:
    """It is not reached, which is not 0 W; what was last heard of its level is not that of now."""
    built = site(inventory=listed(ONE | listed_as), battery_power=powers(_2={"soc": 50, "real_power_mw": 0}))
    battery = built.iq_batteries["1"]
    assert (battery.power, battery.apparent_power, battery.level) == (None, None, level)
    assert battery.tells_power


@pytest.mark.parametrize(
    ("told", "power", "level"),
    [
        ({"soc": "unknown", "real_power_mw": "unknown"}, None, 10.0),
        ({"soc": "54", "real_power_mw": "23000"}, 23.0, 54.0),
        ({"soc": 255, "real_power_mw": None}, None, 10.0),
        ({"soc": 54, "real_power_mw": 2**32 - 1_000}, -1.0, 54.0),
    ],
)
def test_odd_figures_are_none(told: Row, power: float | None, level: float) -> None:
    """Text that is a number is one."""
    battery = one(battery_power=powers(_1=told))
    assert (battery.power, battery.level) == (power, level)


@pytest.mark.parametrize(
    ("flags", "conditions"),
    [
        (["envoy.global.ok", "prop.done"], ()),
        ([], ()),
        (["prop.done", "envoy.cond_flags.encharge.cell-over-temp"], ("cell over temp",)),
        (["envoy.cond_flags.a.comm_fail", "envoy.cond_flags.b.comm-fail", "odd", 7, None], ("comm fail", "odd")),
        ("envoy.global.ok", None),
        (None, None),
    ],
)
def test_what_is_not_as_it_should_be_is_told_in_words(flags: object, conditions: tuple[str, ...] | None) -> None:
    """What is not told at all is no health."""
    battery = site(inventory=listed(ONE | {"device_status": flags})).iq_batteries["1"]
    assert battery.conditions == conditions
    assert battery.problem is (None if conditions is None else bool(conditions))


def test_batteries_stay_while_all_is_silent() -> None:
    """Without figures; whose they are is known."""
    told: dict[str, Any] = {"inventory": listed(ONE), "battery_power": powers(_1={"soc": 54})}
    built = site(**told, stale=["inventory", "battery_power"])
    assert built.iq_batteries == {"1": SiteIQBattery(part_number="836-01826-r76", tells_power=True)}


@pytest.mark.parametrize(
    "groups",
    [
        [{"type": "ENCHARGE", "devices": []}],
        [{"devices": [ONE]}],
        [{"type": "ENCHARGE", "devices": "none"}],
        [{"type": "ENCHARGE", "devices": [{"percentFull": 10}, ONE | {"serial_num": "unknown"}]}],
    ],
)
def test_a_placeholder_is_no_battery(groups: list[Row]) -> None:
    """A group without a battery, or without a type, tells of none."""
    built = site(inventory=groups, secctrl=NONE)
    assert built.iq_batteries == {}
    assert Part.BATTERY not in built.parts
    assert "battery_power" not in built.learn | built.each_cycle


def test_a_listed_battery_is_one_without_live_data() -> None:
    """What controls the batteries tells of them then, in each cycle."""
    built = site(inventory=listed(ONE), secctrl=ALL)
    assert {Part.BATTERY, Part.BATTERY_CONTROL, Part.BATTERY_CAPACITY, Part.BATTERY_HEALTH} <= built.parts
    battery = built.battery
    assert (battery.level, battery.stored_energy, battery.reserve) == (46.0, 11_500.0, 20.0)
    assert (battery.capacity, battery.health, battery.reserve_energy) == (25_000.0, 98.0, 5_000.0)
    assert battery.shutdown_level == 10.0
    assert built.each_cycle == {"secctrl"}
    assert built.needs["battery_level"] == {"live", "secctrl"}


def test_live_data_goes_before_it() -> None:
    """Then nobody needs it in each cycle."""
    told = live(soc=50, enc_agg_energy=12_500, acb_agg_energy=0, backup_soc=30)
    built = site(inventory=listed(ONE), secctrl=ALL, live=told)
    assert (built.battery.level, built.battery.stored_energy, built.battery.reserve) == (50.0, 12_500.0, 30.0)
    assert built.each_cycle == frozenset()
    assert built.needs["battery_level"] == {"live"}
    assert "secctrl" in built.learn


@pytest.mark.parametrize("told", [live(soc=50, backup_soc=30), live(age=61, soc=50, enc_agg_energy=1, backup_soc=30)])
def test_what_live_data_does_not_tell_is_told_elsewhere(told: Row) -> None:
    """The energy of early firmware; all of it while the values stand still."""
    built = site(inventory=listed(ONE), secctrl=ALL, live=told)
    assert built.battery.stored_energy == 11_500.0
    assert built.each_cycle == {"secctrl"}


@pytest.mark.parametrize("told", [NONE, {"agg_soc": 0}])
def test_zeros_tell_nothing(told: Row) -> None:
    """Of a gateway that starts, or has no batteries."""
    built = site(inventory=listed(ONE), secctrl=told)
    assert Part.BATTERY_CONTROL not in built.parts
    assert (built.battery.level, built.battery.reserve, built.battery.capacity) == (None, None, None)


def test_an_empty_battery_is_empty() -> None:
    """Its capacity tells it from none."""
    built = site(inventory=listed(ONE), secctrl=ALL | {"agg_soc": 0, "ENC_agg_avail_energy": 0})
    assert (built.battery.level, built.battery.stored_energy) == (0.0, 0.0)


def test_early_firmware_tells_neither_health_nor_shutdown_level() -> None:
    """What is not told has no entity."""
    told = {key: value for key, value in ALL.items() if key not in ("ENC_agg_soh", "VLS_Limit")}
    parts = site(inventory=listed(ONE), secctrl=told).parts
    assert Part.BATTERY_CONTROL in parts
    assert parts.isdisjoint({Part.BATTERY_HEALTH, Part.SHUTDOWN_LEVEL})


def test_the_level_is_that_of_ac_batteries_where_there_are_no_others() -> None:
    """Live data then tells a whole of 0 %; an empty battery stays one."""
    told = live(soc=0, acb_agg_soc=74, acb_agg_energy=1_835, storage=-200.0)
    assert site(live=told).battery.level == 74
    assert site(live=told | {"meters": told["meters"] | {"acb_agg_soc": 0, "acb_agg_energy": 0}}).battery.level == 0


def test_ac_batteries_hold_1240_wh_each() -> None:
    """What the gateway gives as a sum is wrong at times."""
    odd = NONE | {"ACB_agg_energy": 24, "Max_energy": 412}
    built = site(inverters=[inverter("1", kind=11), inverter("2", kind=11)], secctrl=odd)
    assert (built.battery.capacity, built.battery.stored_energy) == (2_480.0, 24.0)
    assert Part.BATTERY_HEALTH not in built.parts


@pytest.mark.parametrize(
    ("power", "count", "charging"), [(-26.0, 1, True), (-24.0, 1, False), (500.0, 1, False), (-120.0, 5, False)]
)
def test_an_idle_battery_does_not_charge(power: float, count: int, charging: bool) -> None:
    """Up to 25 W each are nothing."""
    batteries = [ONE | {"serial_num": str(number)} for number in range(1, count + 1)]
    assert site(inventory=listed(*batteries), live=live(storage=power)).battery.charging is charging


def test_nothing_is_known_of_charging_without_a_power() -> None:
    """Which is not the same as no."""
    assert site(inventory=listed(ONE), meters=[meter("storage")]).battery.charging is None


@pytest.mark.parametrize(("told", "allowed"), [({"Charge From Grid Allowed": True}, True), (None, None)])
def test_charging_from_the_grid(told: Row | None, allowed: bool | None) -> None:
    """Only what is scheduled tells whether that may be."""
    answers: dict[str, Any] = {} if told is None else {"storage_schedule": told}
    assert site(inventory=listed(ONE), **answers).battery.grid_charging_allowed is allowed
