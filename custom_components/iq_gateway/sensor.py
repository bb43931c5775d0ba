"""Sensors of the site, its meters and its inverters."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import cast, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.token import AccessToken
from .coordinator import IQGatewayConfigEntry, IQGatewayData
from .entity import (
    Found,
    GatewayEntity,
    InverterEntity,
    IQGatewayEntity,
    MeterEntity,
    SiteEntity,
    Value,
    async_add_as_found,
)
from .sensor_descriptions import (
    INVERTER_SENSORS,
    POWER_SENSORS,
    SITE_SENSORS,
    TOKEN_SENSOR,
    TOTAL_SENSORS,
    SensorDescription,
    SiteSensorDescription,
    meter_sensors,
    power_phases,
)
from .site import Site, SiteInverter, SiteMeter

# One coordinator reads for all of them; there is nothing to wait for.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a gateway."""
    async_add_entities([TokenSensor(entry=entry, description=TOKEN_SENSOR)])
    async_add_as_found(entry, async_add_entities, _find)


def _find(entry: IQGatewayConfigEntry, site: Site) -> Iterable[Found]:
    """Return what the site shows; several small finds, so that each can come late on its own."""
    phases = (phase for power in POWER_SENSORS if power.exists_fn(site) for phase in power_phases(power, site))
    for description in (*POWER_SENSORS, *SITE_SENSORS, *phases):
        if description.exists_fn(site):
            yield description.key, partial(_site_sensor, entry, description)
    for total in TOTAL_SENSORS:
        if total.key in site.totals:
            yield total.key, partial(_total_sensor, entry, total)
    for measurement_type, meter in site.meters.items():
        yield f"meter {measurement_type}", partial(_meter_sensors, entry, measurement_type, meter.phase_count)
    for serial in site.inverters:
        yield f"inverter {serial}", partial(_inverter_sensors, entry, serial)


def _site_sensor(entry: IQGatewayConfigEntry, description: SiteSensorDescription) -> list[Entity]:
    return [SiteSensor(entry=entry, description=description)]


def _total_sensor(entry: IQGatewayConfigEntry, description: SensorDescription[IQGatewayData]) -> list[Entity]:
    return [TotalSensor(entry=entry, description=description)]


def _meter_sensors(entry: IQGatewayConfigEntry, measurement_type: str, phase_count: int) -> list[Entity]:
    return [
        MeterSensor(entry=entry, description=description, measurement_type=measurement_type)
        for description in meter_sensors(phase_count)
    ]


def _inverter_sensors(entry: IQGatewayConfigEntry, serial: str) -> list[Entity]:
    return [InverterSensor(entry=entry, description=description, serial=serial) for description in INVERTER_SENSORS]


class _Sensor[SubjectT](IQGatewayEntity[SubjectT], SensorEntity):
    """Shows a value as a sensor's state."""

    @override
    def _show(self, value: Value) -> None:
        self._attr_native_value = cast("float | str | datetime | None", value)


class SiteSensor(_Sensor[Site], SiteEntity):
    """A sensor of the site."""


class TotalSensor(_Sensor[IQGatewayData], GatewayEntity[IQGatewayData]):
    """A lifetime total of the site."""

    @override
    def _subject(self, picture: IQGatewayData) -> IQGatewayData | None:
        return picture


class TokenSensor(_Sensor[AccessToken], GatewayEntity[AccessToken]):
    """When the token ends."""

    @override
    def _subject(self, picture: IQGatewayData) -> AccessToken | None:
        return picture.token


class MeterSensor(_Sensor[SiteMeter], MeterEntity):
    """A sensor of one meter."""


class InverterSensor(_Sensor[SiteInverter], InverterEntity):
    """A sensor of one inverter."""
