"""IQ Meter Collars: each a device with a serial number of its own, reached through the gateway."""

from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfTemperature
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteCollar
from .kind import BinarySensorDescription, DeviceKind, IQGatewayDescription, SensorDescription

_ENTITIES: Final[tuple[IQGatewayDescription[SiteCollar], ...]] = (
    SensorDescription(
        key="temperature",
        need="inventory",
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda collar: collar.temperature,
    ),
    SensorDescription(
        key="state",
        translation_key="state",
        need="inventory",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda collar: collar.state,
    ),
    BinarySensorDescription(
        key="communicating",
        need="inventory",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda collar: collar.communicating,
    ),
)


def _describe(serial: str, collar: SiteCollar) -> DeviceInfo:
    return DeviceInfo(
        model="IQ Meter Collar", model_id=collar.part_number, translation_key="collar", serial_number=serial
    )


COLLAR: Final = DeviceKind[SiteCollar](
    name="collars",
    listed_by="inventory",
    subjects=lambda data: data.site.collars,
    describe=_describe,
    entities=_ENTITIES,
)
