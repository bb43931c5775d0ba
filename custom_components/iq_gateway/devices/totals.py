"""The lifetime totals of a site, and what each has grown by today: sensors of the gateway."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from homeassistant.components.sensor import SensorStateClass
from homeassistant.const import PERCENTAGE

from ..coordinator import IQGatewayData
from ..totals import PublishedTotal
from ..totals.shares import self_consumption, self_sufficiency
from ..totals.statistics import ATTR_CORRECTION
from .kind import EnergySensorDescription, SensorDescription, Value

TOTALS: Final = (
    "production_energy",
    "consumption_energy",
    "grid_import_energy",
    "grid_export_energy",
    "battery_charged_energy",
    "battery_discharged_energy",
)
"""The keys of the lifetime totals; a site has those that are in `Site.totals`."""
ESTIMATED: Final = (
    "battery_charged_energy_estimated",
    "battery_discharged_energy_estimated",
    "consumption_energy_estimated",
)
"""The keys of those that are added up from live power, which costs requests: off until somebody wants them."""

_NOTHING: Final = PublishedTotal()
_WH_PER_KWH: Final = 1000


def _sensors(key: str) -> Iterator[EnergySensorDescription[IQGatewayData]]:
    """Return the sensors of a total: of its lifetime, and of today."""

    def total(data: IQGatewayData) -> PublishedTotal:
        return data.totals.get(key, _NOTHING)

    yield EnergySensorDescription(
        key=key,
        translation_key=key,
        need=key,
        exists_fn=lambda data: key in data.totals,
        entity_registry_enabled_default=key not in ESTIMATED,
        value_fn=lambda data: total(data).energy,
        attributes_fn=lambda data: attributes_of(total(data)),
    )
    yield EnergySensorDescription(
        key=f"{key}_today",
        translation_key=f"{key}_today",
        need=key,
        exists_fn=lambda data: key in data.totals,
        entity_registry_enabled_default=key not in ESTIMATED,
        value_fn=lambda data: total(data).today,
    )


def attributes_of(total: PublishedTotal) -> Mapping[str, Value]:
    """Return how a total comes about, in kWh as the total is shown."""
    if total.gateway_reading is None or total.correction is None:
        return {}
    since = total.corrected_since
    return {
        "gateway_reading": round(total.gateway_reading / _WH_PER_KWH, 3),
        ATTR_CORRECTION: round(total.correction / _WH_PER_KWH, 6),
        "corrected_since": None if since is None else datetime.fromtimestamp(since, UTC).isoformat(),
    }


TOTAL_SENSORS: Final = tuple(sensor for key in (*TOTALS, *ESTIMATED) for sensor in _sensors(key))


def _share(
    key: str, need: str, parts: tuple[str, str], value: Callable[[Mapping[str, PublishedTotal]], float | None]
) -> SensorDescription[IQGatewayData]:
    """Return the sensor of a figure that comes of what two totals have grown by today."""
    return SensorDescription(
        key=key,
        translation_key=key,
        need=need,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        exists_fn=lambda data: data.totals.keys() >= {*parts},
        value_fn=lambda data: value(data.totals),
    )


SHARE_SENSORS: Final = (
    _share(
        "self_sufficiency_today",
        "self_sufficiency",
        ("consumption_energy", "grid_import_energy"),
        self_sufficiency,
    ),
    _share(
        "self_consumption_today",
        "self_consumption",
        ("production_energy", "grid_export_energy"),
        self_consumption,
    ),
)
