"""What this integration has of a site: each entity that it would make, and what it shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.const import Platform
from homeassistant.helpers.entity import EntityDescription

from ..coordinator import IQGatewayData
from ..devices import (
    KINDS,
    AnyDescription,
    AnyKind,
    BinarySensorDescription,
    LifetimeEnergyDescription,
    NumberDescription,
    SensorDescription,
    SwitchDescription,
    Value,
)

_PLATFORMS: Final[Mapping[type[EntityDescription], Platform]] = {
    BinarySensorDescription: Platform.BINARY_SENSOR,
    NumberDescription: Platform.NUMBER,
    SensorDescription: Platform.SENSOR,
    SwitchDescription: Platform.SWITCH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An entity of ours: who it is, and what it shows now, in its native unit."""

    platform: Platform
    unique_id: str
    kind: AnyKind
    device_key: str  # of its device, among those of the kind
    description: AnyDescription
    value: Value
    ledger_key: str | None = None  # of what a device has counted over its life

    @property
    def state_class(self) -> str | None:
        """Which statistics are made of it."""
        return getattr(self.description, "state_class", None)

    @property
    def unit(self) -> str | None:
        """The unit of its value."""
        return getattr(self.description, "native_unit_of_measurement", None)


type Targets = Mapping[tuple[str, str], Target]
"""By platform and unique id."""


def find_targets(data: IQGatewayData, serial: str) -> Targets:
    """Return all that a site has; `serial` is the gateway's."""
    return {(one.platform, one.unique_id): one for one in _targets(data, serial)}


def _targets(data: IQGatewayData, serial: str) -> Iterator[Target]:
    for kind in KINDS:
        for key, subject in kind.subjects(data).items():
            identifier = kind.identifier(serial, key)
            for description in kind.entities:
                platform = next((name for made, name in _PLATFORMS.items() if isinstance(description, made)), None)
                is_allowed = description.control is None or data.controls
                if not platform or not is_allowed or not description.exists_fn(subject):
                    continue
                value, ledger_key = description.value_fn(subject), None
                if isinstance(description, LifetimeEnergyDescription):
                    counter, ledger_key = description.counter_fn(subject), kind.ledger_key(key, description)
                    value = counter.energy if counter else None
                yield Target(
                    platform=platform,
                    unique_id=description.unique_id(identifier),
                    kind=kind,
                    device_key=key,
                    description=description,
                    value=value,
                    ledger_key=ledger_key,
                )
