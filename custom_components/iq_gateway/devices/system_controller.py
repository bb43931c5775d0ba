"""IQ System Controllers: each a device with a serial number of its own, reached through the gateway."""

from typing import Final

from homeassistant.helpers.device_registry import DeviceInfo

from ..controls import GRID_CONNECTION
from ..site import SiteSystemController
from . import common
from .controlled import control_switch
from .kind import DeviceKind, IQGatewayDescription, always

_ENTITIES: Final[tuple[IQGatewayDescription[SiteSystemController], ...]] = (
    common.temperature(lambda controller: controller.temperature, need="inventory", digits=1),
    common.last_report(lambda controller: controller.last_report, need="inventory"),
    common.state(lambda controller: controller.state, need="inventory"),
    common.communicating(lambda controller: controller.communicating, need="inventory"),
    control_switch(
        GRID_CONNECTION,
        need="relay",
        exists_fn=always,
        value_fn=lambda controller: controller.grid_connected,
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
