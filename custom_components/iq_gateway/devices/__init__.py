"""The devices of a site, one file a kind: who they are, and all their entities for all platforms.

A further kind is a file and a place in `KINDS`: platforms, diagnostics, and what may be removed or renamed follow.
"""

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

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
    NumberDescription,
    SelectDescription,
    SensorDescription,
    SwitchDescription,
    TimeDescription,
    Value,
)
from .meter import METER
from .q_relay import Q_RELAY
from .registry import async_register, async_register_gateway
from .system_controller import SYSTEM_CONTROLLER
from .totals import ESTIMATED, TOTALS, attributes_of

__all__ = [
    "ESTIMATED",
    "KINDS",
    "TOTALS",
    "AnyDescription",
    "AnyKind",
    "BinarySensorDescription",
    "DeviceKind",
    "IQGatewayDescription",
    "LifetimeEnergyDescription",
    "NumberDescription",
    "SelectDescription",
    "SensorDescription",
    "SwitchDescription",
    "TimeDescription",
    "Value",
    "async_register",
    "async_register_gateway",
    "async_remove_controls",
    "attributes_of",
    "count_devices",
    "is_listed",
    "is_registered",
    "renamed",
]

# Whatever else they hold, numbers, choices and times are all of the gateway's.
_CHANGING: Final = frozenset({Platform.NUMBER, Platform.SELECT, Platform.SWITCH, Platform.TIME})

# What two of them list under one serial number is of the first of these: the list of inverters, which holds other
# devices too, comes last.
KINDS: Final[tuple[AnyKind, ...]] = (
    GATEWAY,
    METER,
    IQ_BATTERY,
    AC_BATTERY,
    COLLAR,
    COMBINER,
    SYSTEM_CONTROLLER,
    DRY_CONTACT,
    GENERATOR,
    Q_RELAY,
    INVERTER,
)


def is_listed(coordinator: IQGatewayCoordinator, device: dr.DeviceEntry) -> bool:
    """Tell whether a device is the gateway, or something that it still knows of."""
    listed = {
        (DOMAIN, kind.identifier(coordinator.serial, key)) for kind in KINDS for key in kind.subjects(coordinator.data)
    }
    return not listed.isdisjoint(device.identifiers)


@callback
def async_remove_controls(coordinator: IQGatewayCoordinator) -> None:
    """Remove what changes something at the gateway, where the user does not want that, or no more."""
    if coordinator.controls.enabled:
        return
    harmless = tuple(
        f"_{one.key}"
        for kind in KINDS
        for one in kind.entities
        if isinstance(one, SwitchDescription) and one.control is None
    )
    registry = er.async_get(coordinator.hass)
    for registered in er.async_entries_for_config_entry(registry, coordinator.config_entry.entry_id):
        if registered.domain in _CHANGING and not registered.unique_id.endswith(harmless):
            registry.async_remove(registered.entity_id)


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
