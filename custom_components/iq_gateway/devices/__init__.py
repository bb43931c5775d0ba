"""The devices of a site, one file a kind: who they are, and all their entities for all platforms.

A further kind is a file and a place in `KINDS`: platforms, diagnostics, and what may be removed or renamed follow.
"""

from typing import Final

from homeassistant.helpers import device_registry as dr

from ..const import DOMAIN
from ..coordinator import IQGatewayCoordinator, IQGatewayData
from .ac_battery import AC_BATTERY
from .collar import COLLAR
from .combiner import COMBINER
from .dry_contact import DRY_CONTACT
from .gateway import GATEWAY
from .generator import GENERATOR
from .inverter import INVERTER
from .iq_battery import IQ_BATTERY
from .kind import (
    AnyDescription,
    AnyKind,
    BinarySensorDescription,
    DeviceKind,
    IQGatewayDescription,
    LifetimeEnergyDescription,
    SensorDescription,
    SwitchDescription,
    Value,
)
from .meter import METER
from .q_relay import Q_RELAY
from .registry import async_register, async_register_gateway
from .system_controller import SYSTEM_CONTROLLER
from .totals import TOTALS, attributes_of

__all__ = [
    "KINDS",
    "TOTALS",
    "AnyDescription",
    "AnyKind",
    "BinarySensorDescription",
    "DeviceKind",
    "IQGatewayDescription",
    "LifetimeEnergyDescription",
    "SensorDescription",
    "SwitchDescription",
    "Value",
    "async_register",
    "async_register_gateway",
    "attributes_of",
    "count_devices",
    "is_listed",
    "is_registered",
    "renamed",
]

KINDS: Final[tuple[AnyKind, ...]] = (
    GATEWAY,
    METER,
    INVERTER,
    IQ_BATTERY,
    AC_BATTERY,
    COLLAR,
    COMBINER,
    SYSTEM_CONTROLLER,
    DRY_CONTACT,
    GENERATOR,
    Q_RELAY,
)


def is_listed(coordinator: IQGatewayCoordinator, device: dr.DeviceEntry) -> bool:
    """Tell whether a device is the gateway, or something that it still knows of."""
    listed = {
        (DOMAIN, kind.identifier(coordinator.serial, key)) for kind in KINDS for key in kind.subjects(coordinator.data)
    }
    return not listed.isdisjoint(device.identifiers)


def is_registered(coordinator: IQGatewayCoordinator, kind: AnyKind, key: str) -> bool:
    """Tell whether there is a device of the gateway with this key."""
    identifier = (DOMAIN, kind.identifier(coordinator.serial, key))
    registry = dr.async_get(coordinator.hass)
    return registry.async_get_device_by_identifier(identifier, coordinator.config_entry.entry_id) is not None


def count_devices(data: IQGatewayData) -> dict[str, int]:
    """Return how many devices of each kind there are."""
    return {kind.name: len(kind.subjects(data)) for kind in KINDS}


def renamed(identifier: str, old: str, new: str) -> str:
    """Return an identifier, or a unique id, as it is at the gateway that takes another one's place.

    What is a part of a gateway begins with its serial number; what has one of its own stays what it is.
    """
    serial, separator, rest = identifier.partition("_")
    return f"{new}{separator}{rest}" if serial == old else identifier
