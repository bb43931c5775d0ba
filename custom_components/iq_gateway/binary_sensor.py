"""Binary sensors: relays, the gateway's connection to the cloud, and meters with a problem."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final, cast, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IQGatewayConfigEntry
from .entity import (
    Found,
    IQGatewayDescription,
    IQGatewayEntity,
    MeterEntity,
    SiteEntity,
    Value,
    async_add_as_found,
    has_parts,
)
from .site import Part, Site, SiteMeter

# One coordinator reads for all of them; there is nothing to wait for.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class BinarySensorDescription[SubjectT](IQGatewayDescription[SubjectT], BinarySensorEntityDescription):
    """Describes a binary sensor."""


@dataclass(frozen=True, kw_only=True)
class SiteBinarySensorDescription(BinarySensorDescription[Site]):
    """Describes a binary sensor of the site, on the gateway's device."""

    exists_fn: Callable[[Site], bool] = lambda _: True
    enabled_fn: Callable[[Site], bool] = lambda _: True


SITE_BINARY_SENSORS: Final = (
    SiteBinarySensorDescription(
        key="grid_relay",
        translation_key="grid_relay",
        need="live",
        exists_fn=has_parts(Part.RELAYS),
        value_fn=lambda site: site.relays.grid_closed,
    ),
    SiteBinarySensorDescription(
        key="generator_relay",
        translation_key="generator_relay",
        need="live",
        exists_fn=has_parts(Part.RELAYS),
        enabled_fn=has_parts(Part.GENERATOR),
        value_fn=lambda site: site.relays.generator_closed,
    ),
    SiteBinarySensorDescription(
        key="cloud_connection",
        translation_key="cloud_connection",
        need="live",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=has_parts(Part.LIVE),
        value_fn=lambda site: site.cloud_connected,
    ),
)

METER_PROBLEM: Final = BinarySensorDescription[SiteMeter](
    key="problem",
    need="meter_status",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda meter: meter.problem,
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a gateway."""
    async_add_as_found(entry, async_add_entities, _find)


def _find(entry: IQGatewayConfigEntry, site: Site) -> Iterable[Found]:
    for description in SITE_BINARY_SENSORS:
        if description.exists_fn(site):
            yield description.key, partial(_site_sensor, entry, description, enabled=description.enabled_fn(site))
    for measurement_type in site.meters:
        yield f"meter {measurement_type}", partial(_meter_sensor, entry, measurement_type)


def _site_sensor(
    entry: IQGatewayConfigEntry, description: SiteBinarySensorDescription, *, enabled: bool
) -> list[Entity]:
    return [SiteBinarySensor(entry=entry, description=description, enabled=enabled)]


def _meter_sensor(entry: IQGatewayConfigEntry, measurement_type: str) -> list[Entity]:
    return [MeterBinarySensor(entry=entry, description=METER_PROBLEM, measurement_type=measurement_type)]


class _BinarySensor[SubjectT](IQGatewayEntity[SubjectT], BinarySensorEntity):
    """Shows a value as on or off."""

    @override
    def _show(self, value: Value) -> None:
        self._attr_is_on = cast("bool | None", value)


class SiteBinarySensor(_BinarySensor[Site], SiteEntity):
    """A binary sensor of the site."""

    def __init__(self, *, entry: IQGatewayConfigEntry, description: SiteBinarySensorDescription, enabled: bool) -> None:
        super().__init__(entry=entry, description=description)
        self._attr_entity_registry_enabled_default = enabled


class MeterBinarySensor(_BinarySensor[SiteMeter], MeterEntity):
    """A binary sensor of one meter."""
