"""Dry contacts that are configured: each a device that is reached through its System Controller."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.helpers.device_registry import DeviceInfo

from ..controls import (
    ACTIONS,
    CONTACT_ACTIONS,
    CONTACT_HIGH,
    CONTACT_LOW,
    CONTACT_MODE,
    DRY_CONTACT as DRY_CONTACT_CONTROL,
)
from ..site import ContactMode, SiteDryContact
from .controlled import control_level, control_select, control_switch
from .kind import BinarySensorDescription, DeviceKind, IQGatewayDescription, SensorDescription, Value


def _can_be_switched(contact: SiteDryContact) -> bool:
    return contact.can_be_switched


def _action(key: str) -> Callable[[SiteDryContact], Value]:
    return lambda contact: contact.actions.get(key)


_CONTROLS: Final[tuple[IQGatewayDescription[SiteDryContact], ...]] = (
    control_switch(
        DRY_CONTACT_CONTROL,
        key="contact",
        need="dry_contacts",
        exists_fn=_can_be_switched,
        value_fn=lambda contact: contact.closed,
        is_device=True,
    ),
    control_select(
        CONTACT_MODE,
        translation_key="contact_mode",
        need="dry_contact_settings",
        options=list(ContactMode),
        exists_fn=_can_be_switched,
        value_fn=lambda contact: contact.mode,
    ),
    *(
        control_select(
            control,
            need="dry_contact_settings",
            options=list(ACTIONS),
            exists_fn=_can_be_switched,
            value_fn=_action(key),
        )
        for key, control in CONTACT_ACTIONS.items()
    ),
    control_level(
        CONTACT_LOW,
        need="dry_contact_settings",
        exists_fn=_can_be_switched,
        value_fn=lambda contact: contact.low,
    ),
    control_level(
        CONTACT_HIGH,
        need="dry_contact_settings",
        exists_fn=_can_be_switched,
        value_fn=lambda contact: contact.high,
    ),
)

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
    entities=(*_ENTITIES, *_CONTROLS),
    listed_by="dry_contact_settings",
)
