"""Dry contacts that are configured (gateway-api.md 14.7); a gateway tells of four whether there are any or not."""

from typing import Final

from ..client.endpoints import DRY_CONTACT_SETTINGS, DRY_CONTACTS
from .contact_words import is_closed
from .models import ContactMode, SiteDryContact
from .snapshot import Snapshot
from .system_controllers import first_controller

_NOT_CONFIGURED: Final = frozenset({None, "NONE"})
_LOAD: Final = "LOAD"
_MODES: Final = {"manual": ContactMode.MANUAL, "soc": ContactMode.BATTERY_LEVEL}


def build_dry_contacts(snapshot: Snapshot) -> dict[str, SiteDryContact]:
    """Return every configured contact of the System Controller, by its serial number and theirs: "48..._nc1".

    Without figures while their answers are too old; none where no System Controller is known.
    """
    if (controller := first_controller(snapshot)) is None:
        return {}
    status = {contact.id: contact.status for contact in snapshot.fresh(DRY_CONTACTS) or ()}
    settings = {contact.id: contact for contact in snapshot.fresh(DRY_CONTACT_SETTINGS) or ()}
    return {
        f"{controller}_{contact.id.lower()}": SiteDryContact(
            controller=controller,
            contact=contact.id,
            load_name=contact.load_name,
            can_be_switched=contact.type == _LOAD,
            closed=is_closed(status.get(contact.id)),
            mode=_MODES.get(now.mode or "") if (now := settings.get(contact.id)) else None,
            actions=now.actions if now else {},
            low=now.low if now else None,
            high=now.high if now else None,
        )
        for contact in snapshot.known(DRY_CONTACT_SETTINGS) or ()
        if contact.type not in _NOT_CONFIGURED
    }
