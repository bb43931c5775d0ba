"""What can be changed of the whole site, on the gateway's device."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.number import NumberDeviceClass, NumberMode
from homeassistant.const import UnitOfPower

from ..controls import (
    CHARGE_FROM_GRID,
    EXPORT_LIMIT,
    EXPORT_LIMIT_ENABLED,
    LIMIT_MODE,
    LIMIT_MODES,
    PRODUCTION,
    RESERVE,
    STORAGE_MODE,
)
from ..coordinator import IQGatewayData
from ..site import BatteryMode, SitePowerLimit, SiteStorage
from .controlled import control_level, control_number, control_select, control_switch
from .kind import IQGatewayDescription, Value

# More than any home exports: a service of 400 A.
_MOST_WATTS: Final = 96_000


def _has_limit(data: IQGatewayData) -> bool:
    """Tell whether power can be limited: only by what the meters measure."""
    return data.site.settings.power_limit is not None and bool(data.site.meters)


def _of_limit(value: Callable[[SitePowerLimit], Value]) -> Callable[[IQGatewayData], Value]:
    def of_limit(data: IQGatewayData) -> Value:
        limit = data.site.settings.power_limit
        return value(limit) if limit else None

    return of_limit


def _limit_mode(limit: SitePowerLimit) -> str | None:
    return None if limit.of_export is None else LIMIT_MODES[not limit.of_export]


def _obeys(data: IQGatewayData) -> bool:
    """Tell whether the batteries' settings can be changed here: on newer firmware the cloud alone does that."""
    storage = data.site.settings.storage
    return storage is not None and storage.obeys


def _of_storage(value: Callable[[SiteStorage], Value]) -> Callable[[IQGatewayData], Value]:
    def of_storage(data: IQGatewayData) -> Value:
        storage = data.site.settings.storage
        return value(storage) if storage else None

    return of_storage


GATEWAY_CONTROLS: Final[tuple[IQGatewayDescription[IQGatewayData], ...]] = (
    control_switch(
        EXPORT_LIMIT_ENABLED,
        need="power_limit",
        exists_fn=_has_limit,
        value_fn=_of_limit(lambda limit: limit.enabled),
    ),
    control_number(
        EXPORT_LIMIT,
        need="power_limit",
        exists_fn=_has_limit,
        value_fn=_of_limit(lambda limit: limit.limit),
        device_class=NumberDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        native_min_value=0,
        native_max_value=_MOST_WATTS,
        native_step=1,
        mode=NumberMode.BOX,
    ),
    control_select(
        LIMIT_MODE,
        need="power_limit",
        options=list(LIMIT_MODES),
        exists_fn=_has_limit,
        value_fn=_of_limit(_limit_mode),
    ),
    control_switch(
        PRODUCTION,
        need="power_mode",
        exists_fn=lambda data: data.site.settings.production is not None,
        value_fn=lambda data: data.site.settings.production.on if data.site.settings.production else None,
    ),
    control_select(
        STORAGE_MODE,
        need="tariff",
        options=list(BatteryMode),
        exists_fn=_obeys,
        value_fn=_of_storage(lambda storage: storage.mode),
    ),
    control_level(
        RESERVE,
        need="tariff",
        exists_fn=_obeys,
        value_fn=_of_storage(lambda storage: storage.reserve),
    ),
    control_switch(
        CHARGE_FROM_GRID,
        need="tariff",
        exists_fn=_obeys,
        value_fn=_of_storage(lambda storage: storage.charge_from_grid),
    ),
)
