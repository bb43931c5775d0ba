"""What the gateway's device tells of how it is read: what the token allows, and what the requests are like."""

from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfTime

from ..coordinator import NEED_REQUESTS, IQGatewayData
from .kind import SensorDescription

_UNKNOWN_ROLE: Final = "unknown"
_ROLES: Final = ("owner", "installer", _UNKNOWN_ROLE)


def _role(data: IQGatewayData) -> str | None:
    """Return what the token says of whom it was made for; what it does not say, or nobody knows, is unknown."""
    if data.token is None:
        return None
    return data.token.role if data.token.role in _ROLES else _UNKNOWN_ROLE


DIAGNOSTIC_SENSORS: Final[tuple[SensorDescription[IQGatewayData], ...]] = (
    SensorDescription(
        key="token_role",
        translation_key="token_role",
        need="token",
        device_class=SensorDeviceClass.ENUM,
        options=list(_ROLES),
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_role,
    ),
    SensorDescription(
        key="response_time",
        translation_key="response_time",
        need=NEED_REQUESTS,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MILLISECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.response_time,
    ),
    SensorDescription(
        key="requests_last_hour",
        translation_key="requests_last_hour",
        need=NEED_REQUESTS,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.requests_last_hour,
    ),
)
