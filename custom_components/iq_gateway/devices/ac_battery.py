"""AC batteries: each a device with a serial number of its own, reached through the gateway."""

from dataclasses import replace
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.helpers.device_registry import DeviceInfo

from ..controls import SLEEP
from ..site import ChargeStatus, SiteACBattery, SleepState
from .common import communicating, last_report, numbered, power, temperature
from .controlled import control_switch
from .kind import (
    DeviceKind,
    IQGatewayDescription,
    LifetimeEnergyDescription,
    SensorDescription,
)


def _reports(battery: SiteACBattery) -> bool:
    return battery.has_report


def _is_installed(battery: SiteACBattery) -> bool:
    return battery.is_installed


def _either(battery: SiteACBattery) -> bool:
    return battery.has_report or battery.is_installed


_ENTITIES: Final[tuple[IQGatewayDescription[SiteACBattery], ...]] = (
    SensorDescription(
        key="level",
        need="ac_battery",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        exists_fn=_either,
        value_fn=lambda battery: battery.level,
    ),
    replace(power(lambda battery: battery.power, need="device_data"), exists_fn=_reports),
    replace(temperature(lambda battery: battery.temperature, need="ac_battery"), exists_fn=_either),
    SensorDescription(
        key="health",
        translation_key="health",
        need="device_data",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=_reports,
        value_fn=lambda battery: battery.health,
    ),
    SensorDescription(
        key="charge_status",
        translation_key="charge_status",
        need="full_inventory",
        device_class=SensorDeviceClass.ENUM,
        options=list(ChargeStatus),
        exists_fn=_is_installed,
        value_fn=lambda battery: battery.charge_status,
    ),
    LifetimeEnergyDescription(
        key="charged_energy",
        translation_key="charged_energy",
        need="device_data",
        exists_fn=_reports,
        counter_fn=lambda battery: battery.charged,
    ),
    LifetimeEnergyDescription(
        key="discharged_energy",
        translation_key="discharged_energy",
        need="device_data",
        exists_fn=_reports,
        counter_fn=lambda battery: battery.discharged,
    ),
    SensorDescription(
        key="sleep_state",
        translation_key="sleep_state",
        need="full_inventory",
        device_class=SensorDeviceClass.ENUM,
        options=list(SleepState),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=_is_installed,
        value_fn=lambda battery: battery.sleep_state,
    ),
    replace(last_report(lambda battery: battery.last_report, need="ac_battery"), exists_fn=_either),
    replace(communicating(lambda battery: battery.communicating, need="full_inventory"), exists_fn=_is_installed),
    control_switch(
        SLEEP,
        need="full_inventory",
        exists_fn=_is_installed,
        value_fn=lambda battery: battery.sleeps,
    ),
)


def _describe(serial: str, battery: SiteACBattery) -> DeviceInfo:
    return DeviceInfo(
        model="AC Battery",
        model_id=battery.part_number,
        translation_key="ac_battery",
        translation_placeholders=numbered(serial),
        serial_number=serial,
    )


AC_BATTERY: Final = DeviceKind[SiteACBattery](
    name="ac_batteries",
    listed_by="inverters",
    subjects=lambda data: data.site.ac_batteries,
    describe=_describe,
    entities=_ENTITIES,
)
