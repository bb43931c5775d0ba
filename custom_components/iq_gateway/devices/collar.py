"""IQ Meter Collars: each a device with a serial number of its own, reached through the gateway."""

from typing import Final

from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteCollar
from . import common
from .kind import DeviceKind, IQGatewayDescription

_ENTITIES: Final[tuple[IQGatewayDescription[SiteCollar], ...]] = (
    common.temperature(lambda collar: collar.temperature, need="inventory"),
    common.state(lambda collar: collar.state, need="inventory"),
    common.communicating(lambda collar: collar.communicating, need="inventory"),
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
