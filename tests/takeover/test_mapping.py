"""Which of the built-in integration's entities become which of ours, held against its own tables."""

from homeassistant.components.enphase_envoy import binary_sensor, number, sensor, switch
import pytest

from custom_components.iq_gateway.takeover.mapping import counterpart

GATEWAY = "122333444555"
DEVICE = "482333444501"

# What the built-in integration makes of a gateway, by what follows the serial number in its unique ids.
OF_GATEWAY = {
    one.key
    for table in (
        sensor.PRODUCTION_SENSORS,
        sensor.CONSUMPTION_SENSORS,
        sensor.NET_CONSUMPTION_SENSORS,
        sensor.CT_SENSORS,
        *sensor.PRODUCTION_PHASE_SENSORS.values(),
        *sensor.CONSUMPTION_PHASE_SENSORS.values(),
        *sensor.NET_CONSUMPTION_PHASE_SENSORS.values(),
        *sensor.CT_PHASE_SENSORS.values(),
        sensor.ENCHARGE_AGGREGATE_SENSORS,
        sensor.ACB_BATTERY_POWER_SENSORS,
        sensor.ACB_BATTERY_ENERGY_SENSORS,
        sensor.AGGREGATE_BATTERY_SENSORS,
    )
    for one in table
}
OF_DEVICES = {
    one.key
    for table in (
        sensor.INVERTER_SENSORS,
        sensor.ENCHARGE_INVENTORY_SENSORS,
        sensor.ENCHARGE_POWER_SENSORS,
        sensor.ENPOWER_SENSORS,
        sensor.COLLAR_SENSORS,
        sensor.C6CC_SENSORS,
        sensor.ACB_INVENTORY_SENSORS,
    )
    for one in table
}
# What nothing of ours shows; phases of these as well.
WITHOUT = {
    "acb_available_energy",
    "acb_battery_state",
    "acb_power",
    "acb_soc",
    "lifetime_balanced_net_consumption",
    *(
        f"{meter}_ct_{what}"
        for meter in (
            "net_consumption",
            "production",
            "storage",
            "total_consumption",
            "backfeed",
            "load",
            "evse",
            "pv3p",
        )
        for what in ("metering_status", "status_flags")
    ),
}
WITHOUT_BY_PHASE = WITHOUT | {
    "daily_production",
    "daily_consumption",
    "seven_days_production",
    "seven_days_consumption",
    "lifetime_consumption",
}


def mapped(unique_id: str, platform: str = "sensor", phases: int = 1) -> tuple[str, ...]:
    """Return what a unique id may become."""
    row = counterpart(platform, unique_id, gateway=GATEWAY, phases=phases)
    return row.ours if row else ()


def test_whatever_the_built_in_integration_shows_of_a_gateway_is_known() -> None:
    """Each key has a counterpart, or is known to have none: what a release adds is noticed here."""
    without = {key for key in OF_GATEWAY if not mapped(f"{GATEWAY}_{key}")}
    by_phase = {f"{key}_l{phase}" for key in WITHOUT_BY_PHASE for phase in (1, 2, 3)}
    assert len(OF_GATEWAY) > 250
    assert without == OF_GATEWAY & (WITHOUT | by_phase)
    assert without >= WITHOUT


def test_whatever_it_shows_of_devices_is_known() -> None:
    """By the serial number of an inverter, a battery, a controller or a collar."""
    without = {key for key in OF_DEVICES if not mapped(f"{DEVICE}_{key}")}
    assert without == {
        "inverters",  # the key of the power: its unique id is the bare serial number
        "last_report_duration",
        "energy_produced",
        "acb_battery_charge_status",
        "acb_battery_sleep_soc_target",
        "acb_battery_sleep_state",
        "grid_state",
        "admin_state_str",
        "mid_state",
    }
    assert mapped(DEVICE) == (f"{DEVICE}_power",)


@pytest.mark.parametrize("table", [binary_sensor.ENCHARGE_SENSORS, binary_sensor.COLLAR_SENSORS])
def test_binary_sensors_of_devices_keep_their_device(table: tuple[binary_sensor.BinarySensorEntityDescription]) -> None:
    """A battery's and a collar's; the relay of a System Controller is the gateway's here."""
    assert all(mapped(f"{DEVICE}_{one.key}", "binary_sensor") == (f"{DEVICE}_{one.key}",) for one in table)
    assert mapped(f"{DEVICE}_mains_oper_state", "binary_sensor") == (f"{GATEWAY}_grid_relay",)


def test_each_meter_becomes_its_own() -> None:
    """The odd keys, too, in all and by phase."""
    assert mapped(f"{GATEWAY}_frequency_l2") == (f"{GATEWAY}_net_consumption_meter_frequency_l2",)
    assert mapped(f"{GATEWAY}_storage_voltage") == (f"{GATEWAY}_storage_meter_voltage",)
    assert mapped(f"{GATEWAY}_total_consumption_ct_powerfactor") == (f"{GATEWAY}_total_consumption_meter_power_factor",)
    assert mapped(f"{GATEWAY}_lifetime_net_consumption_l3") == (f"{GATEWAY}_net_consumption_meter_energy_delivered_l3",)


def test_the_voltage_of_three_phases_is_left_out() -> None:
    """There it is the sum of three, here their mean."""
    assert mapped(f"{GATEWAY}_voltage", phases=2)
    assert not mapped(f"{GATEWAY}_voltage", phases=3)
    assert mapped(f"{GATEWAY}_voltage_l1", phases=3)


@pytest.mark.parametrize(
    ("platform", "theirs", "ours"),
    [
        ("switch", f"{DEVICE}_{switch.ENPOWER_GRID_SWITCH.key}", f"{DEVICE}_grid_connection"),
        ("switch", f"{DEVICE}_relay_NC1_{switch.RELAY_STATE_SWITCH.key}", f"{DEVICE}_nc1"),
        ("switch", f"{DEVICE}_{switch.CHARGE_FROM_GRID_SWITCH.key}", f"{GATEWAY}_charge_from_grid"),
        ("switch", f"{GATEWAY}_{switch.CHARGE_FROM_GRID_SWITCH.key}", f"{GATEWAY}_charge_from_grid"),
        ("number", f"{GATEWAY}_{number.STORAGE_RESERVE_SOC_ENTITY.key}", f"{GATEWAY}_reserve"),
        *(("number", f"{DEVICE}_relay_NO2_{one.key}", f"{DEVICE}_no2_{one.key}") for one in number.RELAY_ENTITIES),
    ],
)
def test_what_is_changed_is_changed_on(platform: str, theirs: str, ours: str) -> None:
    """Switches and numbers mean the same here; selects have other options."""
    row = counterpart(platform, theirs, gateway=GATEWAY, phases=1)
    assert row is not None
    assert row.ours == (ours,)
    assert counterpart("select", f"{GATEWAY}_storage_mode", gateway=GATEWAY, phases=1) is None


def test_what_is_not_of_its_making_is_left_alone() -> None:
    """Forks under the same domain have other unique ids; other platforms have none of these keys."""
    assert not mapped("envoy_production")
    assert not mapped(f"{GATEWAY}_something_else")
    assert not mapped(f"{GATEWAY}_production", "binary_sensor")
