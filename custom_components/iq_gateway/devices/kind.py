"""What a kind of device is: who it is, and what its entities show, for all platforms."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.number import NumberEntityDescription
from homeassistant.components.select import SelectEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntityDescription, SensorStateClass
from homeassistant.components.switch import SwitchEntityDescription
from homeassistant.components.time import TimeEntityDescription
from homeassistant.const import UnitOfEnergy
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ..const import DOMAIN, MANUFACTURER
from ..controls import AnyControl
from ..coordinator import IQGatewayCoordinator, IQGatewayData
from ..site import Part, Total

type Value = float | int | str | bool | datetime | None


def always(_: object) -> bool:
    """Say yes, whatever is asked about."""
    return True


def is_read(key: str, part: Part) -> Callable[[IQGatewayData], bool]:
    """Return what tells whether a site has a part, and live data where the power of this need takes that."""

    def is_read(data: IQGatewayData) -> bool:
        parts, needs = data.site.parts, data.site.needs
        return part in parts and (Part.LIVE in parts or not needs["live"] <= needs[key])

    return is_read


@dataclass(frozen=True, kw_only=True)
class IQGatewayDescription[SubjectT](EntityDescription):
    """Describes an entity: what it shows of its device, and the need in `Site.needs` that it has for that."""

    need: str
    value_fn: Callable[[SubjectT], Value]
    exists_fn: Callable[[SubjectT], bool] = always
    """Whether the device has it; asked in each cycle until it does."""
    enabled_fn: Callable[[SubjectT], bool] = always
    """Whether it is on when it is added first; one that is off by default stays off either way."""
    attributes_fn: Callable[[SubjectT], Mapping[str, Value]] | None = None
    """What else the entity tells, beside its value. What has such is restored: a total goes on from there."""
    phase: int | None = None  # counted from 1
    control: AnyControl | None = None
    """What it changes at the gateway; it is there only where the user wants to change anything."""
    is_device: bool = False
    """Whether its unique id is that of its device, of which it is the only or the main one."""

    def unique_id(self, identifier: str) -> str:
        """Return its unique id on the device that is known by this."""
        return identifier if self.is_device else f"{identifier}_{self.key}"


@dataclass(frozen=True, kw_only=True)
class SensorDescription[SubjectT](IQGatewayDescription[SubjectT], SensorEntityDescription):
    """Describes a sensor."""


@dataclass(frozen=True, kw_only=True)
class EnergySensorDescription[SubjectT](SensorDescription[SubjectT]):
    """Describes a sensor of energy in Wh, shown in kWh."""

    device_class: SensorDeviceClass = SensorDeviceClass.ENERGY
    native_unit_of_measurement: str = UnitOfEnergy.WATT_HOUR
    suggested_unit_of_measurement: str = UnitOfEnergy.KILO_WATT_HOUR
    suggested_display_precision: int = 2
    state_class: SensorStateClass | None = SensorStateClass.TOTAL_INCREASING


def _from_the_ledger(_: object) -> Value:
    return None


@dataclass(frozen=True, kw_only=True)
class LifetimeEnergyDescription[SubjectT](EnergySensorDescription[SubjectT]):
    """Describes a sensor of what a device has counted over its life: it shows what the ledger makes of that."""

    counter_fn: Callable[[SubjectT], Total | None]
    value_fn: Callable[[SubjectT], Value] = _from_the_ledger


@dataclass(frozen=True, kw_only=True)
class BinarySensorDescription[SubjectT](IQGatewayDescription[SubjectT], BinarySensorEntityDescription):
    """Describes a binary sensor."""


@dataclass(frozen=True, kw_only=True)
class SwitchDescription[SubjectT](IQGatewayDescription[SubjectT], SwitchEntityDescription):
    """Describes a switch: `value_fn` tells whether it is on."""

    turn_fn: Callable[[IQGatewayCoordinator, str, bool], Awaitable[None]]
    """Turns it: is given the coordinator, the key of its device, and whether it is to be on. What comes of it is in the
    coordinator's data then; what does not work is a `HomeAssistantError` with a text of its own."""
    restored: bool = False
    """Whether it is a state of ours, not of the gateway's: turned again after a restart as it was left."""


@dataclass(frozen=True, kw_only=True)
class NumberDescription[SubjectT](IQGatewayDescription[SubjectT], NumberEntityDescription):
    """Describes a number that is set at the gateway."""

    control: AnyControl


@dataclass(frozen=True, kw_only=True)
class SelectDescription[SubjectT](IQGatewayDescription[SubjectT], SelectEntityDescription):
    """Describes a choice that is made at the gateway."""

    control: AnyControl


@dataclass(frozen=True, kw_only=True)
class TimeDescription[SubjectT](IQGatewayDescription[SubjectT], TimeEntityDescription):
    """Describes a time of the day that is set at the gateway: `value_fn` tells it as "15:45:00"."""

    control: AnyControl


@dataclass(frozen=True, kw_only=True)
class DeviceKind[SubjectT]:
    """A kind of device: where its devices are found in the picture, who they are, and what they have."""

    name: str
    subjects: Callable[[IQGatewayData], Mapping[str, SubjectT]]
    """Every device of the kind that is known, by its key: a serial number, or the type of a meter."""
    describe: Callable[[str, SubjectT], DeviceInfo]
    """Model, name and the like of the device with this key."""
    entities: tuple[IQGatewayDescription[SubjectT], ...]
    listed_by: str | None = None
    """The endpoint that lists them: a device that this leaves out for a month is removed. None for what never goes."""
    suffix: Callable[[str], str] | None = None
    """For devices that are a part of one gateway: what their key adds to its serial number, "_storage_meter"; None for
    those that have a serial number of their own, which is their key."""

    via: Callable[[SubjectT], str] | None = None
    """The serial number of what devices of the kind are reached through; None where that is the gateway."""

    enabled_up_to: int | None = None
    """Beyond so many devices of the kind, what is added is off until somebody wants it."""

    def identifier(self, gateway: str, key: str) -> str:
        """Return what a device and the unique ids of its entities are known by; `gateway` is a serial number."""
        return key if self.suffix is None else f"{gateway}{self.suffix(key)}"

    def ledger_key(self, key: str, description: IQGatewayDescription[SubjectT]) -> str:
        """Return what the ledger knows a device's counter by.

        Without the serial number of a gateway, so that what is a part of it goes on at the one that takes its place.
        """
        return f"{key}/{description.key}" if self.suffix is None else f"{self.suffix(key)[1:]}_{description.key}"

    def enables(self, description: IQGatewayDescription[SubjectT], data: IQGatewayData, key: str) -> bool:
        """Tell whether an entity is on when it is added first; the registry remembers that, and what the user did."""
        subjects = self.subjects(data)
        few = self.enabled_up_to is None or len(subjects) <= self.enabled_up_to
        return few and description.entity_registry_enabled_default and description.enabled_fn(subjects[key])

    def device_info(
        self, coordinator: IQGatewayCoordinator, gateway_id: str, key: str, subject: SubjectT
    ) -> DeviceInfo:
        """Return what a device is registered with; `gateway_id` is the id of the gateway's own device."""
        entry, registry = coordinator.config_entry, dr.async_get(coordinator.hass)
        identifier = self.identifier(coordinator.serial, key)
        info = self.describe(key, subject)
        info["identifiers"] = {(DOMAIN, identifier)}
        if identifier != coordinator.serial:
            info["manufacturer"] = info.get("manufacturer") or MANUFACTURER
            via = self.via and registry.async_get_device_by_identifier((DOMAIN, self.via(subject)), entry.entry_id)
            info["via_device_id"] = via.id if via else gateway_id
            # A house may have several gateways, each with a production meter: names tell whose it is.
            placeholders = info.get("translation_placeholders") or {}
            info["translation_placeholders"] = {"gateway": entry.title, **placeholders}
        return info


type AnyKind = DeviceKind[Any]
type AnyDescription = IQGatewayDescription[Any]
