"""What all entities share: the devices they hang on, and when they show a value.

The gateway is one device; every enabled meter and every microinverter is one of its own, reached through the gateway.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, MANUFACTURER
from .coordinator import IQGatewayConfigEntry, IQGatewayCoordinator, IQGatewayData
from .site import Part, Site, SiteInverter, SiteMeter

type Value = float | int | str | bool | datetime | None
# Something that may be found on a site, by what it is known as, and how to make its entities.
type Found = tuple[str, Callable[[], Iterable[Entity]]]

# Enough of a serial number to find the inverter on the roof plan, and short enough for a name.
_SHORT_SERIAL: Final = 6


@dataclass(frozen=True, kw_only=True)
class IQGatewayDescription[SubjectT](EntityDescription):
    """Describes an entity: what it shows of its subject, and the need in `Site.needs` that it has for that."""

    need: str
    value_fn: Callable[[SubjectT], Value]
    phase: int | None = None  # counted from 1


def has_parts(*parts: Part) -> Callable[[Site], bool]:
    """Return what tells whether a site has all these parts."""
    return lambda site: site.parts.issuperset(parts)


def meter_key(measurement_type: str) -> str:
    """Return a meter's part of keys and identifiers: "net_consumption_meter"."""
    return f"{measurement_type.replace('-', '_')}_meter"


class IQGatewayEntity[SubjectT](CoordinatorEntity[IQGatewayCoordinator]):
    """An entity that shows one attribute of one subject: the site, a meter, an inverter."""

    _attr_has_entity_name = True

    def __init__(
        self, *, entry: IQGatewayConfigEntry, description: IQGatewayDescription[SubjectT], unique_id: str
    ) -> None:
        super().__init__(entry.runtime_data, context=description.need)
        self.entity_description = description
        self._value_fn, self._need = description.value_fn, description.need
        self._attr_unique_id = unique_id
        if description.phase is not None:
            self._attr_translation_placeholders = {"phase": str(description.phase)}
        self._value: Value = None
        self._look()

    @abstractmethod
    def _subject(self, picture: IQGatewayData) -> SubjectT | None:
        """Return what is shown; None when it is gone."""

    @abstractmethod
    def _show(self, value: Value) -> None:
        """Take over a new value."""

    def _look(self) -> bool:
        """Take the value from the picture; tell whether anything changed."""
        picture = self.coordinator.data
        subject = self._subject(picture)
        value = None if subject is None else self._value_fn(subject)
        needs = picture.site.needs.get(self._need, frozenset())
        # Without a value it is unknown while its endpoints answer, and unavailable while they do not.
        available = picture.stands and (value is not None or (subject is not None and needs <= picture.site.fresh))
        changed = (value, available) != (self._value, self._attr_available)
        self._value, self._attr_available = value, available
        self._show(value)
        return changed

    @property
    @override
    def available(self) -> bool:
        """Whether the value stands; one failed update takes nothing down."""
        return self._attr_available

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self._look():
            self.async_write_ha_state()


class GatewayEntity[SubjectT](IQGatewayEntity[SubjectT]):
    """An entity on the gateway itself."""

    def __init__(self, *, entry: IQGatewayConfigEntry, description: IQGatewayDescription[SubjectT]) -> None:
        serial = entry.runtime_data.serial
        super().__init__(entry=entry, description=description, unique_id=f"{serial}_{description.key}")
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, serial)})


class SiteEntity(GatewayEntity[Site]):
    """An entity on the gateway that shows something of the site."""

    @override
    def _subject(self, picture: IQGatewayData) -> Site | None:
        return picture.site


class MeterEntity(IQGatewayEntity[SiteMeter]):
    """An entity on one of the meters."""

    def __init__(
        self, *, entry: IQGatewayConfigEntry, description: IQGatewayDescription[SiteMeter], measurement_type: str
    ) -> None:
        serial, key = entry.runtime_data.serial, meter_key(measurement_type)
        self._measurement_type = measurement_type
        super().__init__(entry=entry, description=description, unique_id=f"{serial}_{key}_{description.key}")
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"{serial}_{key}")},
            manufacturer=MANUFACTURER,
            model="Meter",
            translation_key=key if measurement_type in _NAMED_METERS else "other_meter",
            translation_placeholders={"type": measurement_type},
            via_device_id=entry.runtime_data.device_id,
        )

    @override
    def _subject(self, picture: IQGatewayData) -> SiteMeter | None:
        return picture.site.meters.get(self._measurement_type)


_NAMED_METERS: Final = frozenset(
    {"production", "net-consumption", "total-consumption", "storage", "backfeed", "load", "evse", "pv3p"}
)


class InverterEntity(IQGatewayEntity[SiteInverter]):
    """An entity on one of the microinverters."""

    def __init__(
        self, *, entry: IQGatewayConfigEntry, description: IQGatewayDescription[SiteInverter], serial: str
    ) -> None:
        self._serial = serial
        super().__init__(entry=entry, description=description, unique_id=f"{serial}_{description.key}")
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, serial)},
            manufacturer=MANUFACTURER,
            model="Microinverter",
            translation_key="inverter",
            translation_placeholders={"number": serial[-_SHORT_SERIAL:]},
            serial_number=serial,
            via_device_id=entry.runtime_data.device_id,
        )

    @override
    def _subject(self, picture: IQGatewayData) -> SiteInverter | None:
        return picture.site.inverters.get(self._serial)


@callback
def async_add_as_found(
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    find: Callable[[IQGatewayConfigEntry, Site], Iterable[Found]],
) -> None:
    """Add what the site shows now, and later what it did not show before: no reload is needed for a new inverter."""
    coordinator = entry.runtime_data
    known: set[str] = set()

    @callback
    def async_add_new() -> None:
        new = [(name, make) for name, make in find(entry, coordinator.data.site) if name not in known]
        known.update(name for name, _ in new)
        if new:
            async_add_entities(entity for _, make in new for entity in make())

    async_add_new()
    entry.async_on_unload(coordinator.async_add_listener(async_add_new))
