"""Controllers of IQ Combiners 6C: each a device with a serial number of its own, reached through the gateway."""

from typing import Final

from homeassistant.helpers.device_registry import DeviceInfo

from ..site import SiteCombiner
from . import common
from .kind import DeviceKind, IQGatewayDescription

_ENTITIES: Final[tuple[IQGatewayDescription[SiteCombiner], ...]] = (
    common.state(lambda combiner: combiner.state, need="inventory"),
    common.communicating(lambda combiner: combiner.communicating, need="inventory"),
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
    listed_by="inventory",
)
