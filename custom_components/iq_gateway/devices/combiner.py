"""Controllers of IQ Combiners 6C: each a device with a serial number of its own, reached through the gateway."""

from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteCombiner
from .kind import BinarySensorDescription, DeviceKind, IQGatewayDescription, SensorDescription

_ENTITIES: Final[tuple[IQGatewayDescription[SiteCombiner], ...]] = (
    SensorDescription(
        key="state",
        translation_key="state",
        need="inventory",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda combiner: combiner.state,
    ),
    BinarySensorDescription(
        key="communicating",
        need="inventory",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda combiner: combiner.communicating,
    ),
)


def _describe(serial: str, combiner: SiteCombiner) -> DeviceInfo:
    return DeviceInfo(
        model="IQ Combiner 6C", model_id=combiner.part_number, translation_key="combiner", serial_number=serial
    )


COMBINER: Final = DeviceKind[SiteCombiner](
    name="combiners",
    subjects=lambda data: data.site.combiners,
    describe=_describe,
    entities=_ENTITIES,
)
