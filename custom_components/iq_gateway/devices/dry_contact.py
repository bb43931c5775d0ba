"""Dry contacts that are configured: each a device that is reached through its System Controller."""

from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.helpers.device_registry import DeviceInfo

from ..site import ContactMode, SiteDryContact
from .kind import BinarySensorDescription, DeviceKind, IQGatewayDescription, SensorDescription

_ENTITIES: Final[tuple[IQGatewayDescription[SiteDryContact], ...]] = (
    BinarySensorDescription(
        key="contact",
        translation_key="contact",
        need="dry_contacts",
        value_fn=lambda contact: contact.closed,
    ),
    SensorDescription(
        key="mode",
        translation_key="contact_mode",
        need="dry_contact_settings",
        device_class=SensorDeviceClass.ENUM,
        options=list(ContactMode),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda contact: contact.mode,
    ),
)


def _describe(_: str, contact: SiteDryContact) -> DeviceInfo:
    if contact.load_name:
        return DeviceInfo(model=contact.contact, name=contact.load_name)
    return DeviceInfo(
        model=contact.contact,
        translation_key="dry_contact",
        translation_placeholders={"contact": contact.contact},
    )


DRY_CONTACT: Final = DeviceKind[SiteDryContact](
    name="dry_contacts",
    subjects=lambda data: data.site.dry_contacts,
    via=lambda contact: contact.controller,
    describe=_describe,
    entities=_ENTITIES,
)
