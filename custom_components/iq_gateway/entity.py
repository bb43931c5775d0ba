"""What all entities share: the device they hang on, and when they show a value.

The gateway is one device; every enabled meter and every microinverter is one of its own, reached through the gateway.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, override

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .controls import AnyControl, Setting, Stage, agrees
from .coordinator import IQGatewayConfigEntry, IQGatewayCoordinator
from .devices import KINDS, AnyDescription, AnyKind, Value, async_register, is_registered
from .site import Needs

# What a control tells of a change where the token may not even read what it is about.
_ROLE_MISSING: Final = "role_missing"


def _as_state(wanted: Setting) -> Value:
    """Return what is wanted of a control as its state would tell it."""
    return (STATE_ON if wanted else STATE_OFF) if isinstance(wanted, bool) else wanted


class IQGatewayEntity(CoordinatorEntity[IQGatewayCoordinator]):
    """An entity that shows one attribute of one device."""

    _attr_has_entity_name = True
    # It changes with the state; what is added to it is needed where the stored totals are lost.
    _unrecorded_attributes = frozenset({"gateway_reading", "reason"})

    def __init__(
        self,
        *,
        coordinator: IQGatewayCoordinator,
        kind: AnyKind,
        key: str,
        description: AnyDescription,
        device: DeviceInfo,
    ) -> None:
        super().__init__(coordinator, context=description.need)
        self.entity_description = description
        self._subjects, self._key = kind.subjects, key
        self._value_fn, self._need = description.value_fn, description.need
        self._attr_unique_id = description.unique_id(kind.identifier(coordinator.serial, key))
        self._attr_device_info = device
        self._attr_entity_registry_enabled_default = kind.enables(description, coordinator.data, key)
        if description.phase is not None:
            self._attr_translation_placeholders = {"phase": str(description.phase)}
        self._attributes_fn = description.attributes_fn
        self._control = description.control
        self._value: Value = None
        self._attributes: Mapping[str, Value] | None = None
        self._look()

    @abstractmethod
    def _show(self, value: Value) -> None:
        """Take over a new value."""

    def _value_of(self, subject: Any) -> Value:  # noqa: ANN401
        """Return what is to be shown of the device."""
        return self._value_fn(subject)

    def _attributes_of(self, subject: Any) -> Mapping[str, Value] | None:  # noqa: ANN401
        """Return what else is to be told."""
        return self._attributes_fn(subject) if self._attributes_fn else None

    def _look(self) -> bool:
        """Take the value from the picture; tell whether anything changed."""
        data = self.coordinator.data
        subject = self._subjects(data).get(self._key)
        value = None if subject is None else self._value_of(subject)
        needs = data.site.needs.get(self._need, frozenset())
        # Without a value it is unknown while its endpoints answer, and unavailable while they do not.
        available = data.stands and (value is not None or (subject is not None and needs <= data.site.fresh))
        attributes = None if subject is None else self._attributes_of(subject)
        if self._control is not None:
            value, available, attributes = self._of_control(self._control, needs, value, available=available)
        changed = (value, available, attributes) != (self._value, self._attr_available, self._attributes)
        self._value, self._attr_available, self._attributes = value, available, attributes
        self._attr_extra_state_attributes = dict(attributes or {})
        self._show(value)
        return changed

    def _of_control(
        self, control: AnyControl, needs: Needs, value: Value, *, available: bool
    ) -> tuple[Value, bool, Mapping[str, Value]]:
        """Return what a control shows: what the gateway says, and what became of the last change."""
        desk, data = self.coordinator.controls, self.coordinator.data
        if needs & data.refused:
            # It stays, to say so.
            return None, data.stands, {"change": _ROLE_MISSING}
        change = desk.book.last((control, self._key))
        if change is None:
            return value, available, {}
        if desk.is_kept(control, self._key):
            value = change.wanted
        elif change.stage is Stage.PENDING and agrees(value, change.wanted):
            # The gateway says it, and not yet what is measured: a change shows once it is confirmed.
            value = change.before
        told: dict[str, Value] = {"change": change.stage, "wanted": _as_state(change.wanted)}
        if reason := desk.book.async_text(change):
            told["reason"] = reason
        return value, available, told

    @property
    @override
    def available(self) -> bool:
        """Whether the value stands; one failed update takes nothing down."""
        return self._attr_available

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if self._control is not None:
            self.coordinator.controls.book.async_name((self._control, self._key), self.entity_id)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self._look():
            self.async_write_ha_state()


def _forget_removed(of_kind: dict[str, list[AnyDescription]], kind: AnyKind, coordinator: IQGatewayCoordinator) -> None:
    """Forget what is not listed and was removed: should it be listed again, it is as new."""
    for key in of_kind.keys() - kind.subjects(coordinator.data).keys():
        if not is_registered(coordinator, kind, key):
            del of_kind[key]


@callback
def async_add_as_found(
    entry: IQGatewayConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    described: type[AnyDescription],
    make: Callable[..., IQGatewayEntity],
) -> None:
    """Add a platform's entities that the site has now, and later what it did not have before, without a reload.

    `described` is the class of the platform's descriptions, `make` what makes its entities.
    """
    coordinator, gateway_id = entry.runtime_data, entry.runtime_data.device_id
    # By kind and key of a device: what it has not shown yet. Almost always nothing, so that a cycle costs a look.
    missing: dict[str, dict[str, list[AnyDescription]]] = {kind.name: {} for kind in KINDS}

    def find() -> Iterator[IQGatewayEntity]:
        for kind in KINDS:
            of_kind = missing[kind.name]
            _forget_removed(of_kind, kind, coordinator)
            for key, subject in kind.subjects(coordinator.data).items():
                if key not in of_kind:
                    of_kind[key] = [
                        one
                        for one in kind.entities
                        if isinstance(one, described) and (one.control is None or coordinator.controls.enabled)
                    ]
                found = [one for one in of_kind[key] if one.exists_fn(subject)]
                if not found:
                    continue
                device = kind.device_info(coordinator, gateway_id, key, subject)
                identifier = kind.identifier(coordinator.serial, key)
                is_other = coordinator.shown_as.setdefault(identifier, kind.name) != kind.name
                if is_other or not async_register(coordinator, device):
                    continue
                of_kind[key] = [one for one in of_kind[key] if one not in found]
                for one in found:
                    yield make(coordinator=coordinator, kind=kind, key=key, description=one, device=device)

    @callback
    def async_add_new() -> None:
        if new := list(find()):
            async_add_entities(new)

    async_add_new()
    entry.async_on_unload(coordinator.async_add_listener(async_add_new))
