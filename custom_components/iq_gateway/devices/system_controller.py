"""IQ System Controllers: each a device with a serial number of its own, reached through the gateway."""

from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfTemperature
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteSystemController
from .kind import BinarySensorDescription, DeviceKind, IQGatewayDescription, SensorDescription

_ENTITIES: Final[tuple[IQGatewayDescription[SiteSystemController], ...]] = (
    SensorDescription(
        key="temperature",
        need="inventory",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda controller: controller.temperature,
    ),
    SensorDescription(
        key="last_report",
        translation_key="last_report",
        need="inventory",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda controller: controller.last_report,
    ),
    SensorDescription(
        key="state",
        translation_key="state",
        need="inventory",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda controller: controller.state,
    ),
    BinarySensorDescription(
        key="communicating",
        need="inventory",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda controller: controller.communicating,
    ),
)


def _describe(serial: str, controller: SiteSystemController) -> DeviceInfo:
    return DeviceInfo(
        model="IQ System Controller",
        model_id=controller.part_number,
        translation_key="system_controller",
        serial_number=serial,
    )


SYSTEM_CONTROLLER: Final = DeviceKind[SiteSystemController](
    name="system_controllers",
    listed_by="inventory",
    subjects=lambda data: data.site.system_controllers,
    describe=_describe,
    entities=_ENTITIES,
)
