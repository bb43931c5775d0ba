"""What would happen: which entities move, from where their totals go on, what stays behind and why.

Nothing of it changes anything: it is shown before it is confirmed, and done by the same figures.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from homeassistant.components.sensor.const import UNIT_CONVERTERS

from .bases import Base, Known, base
from .mapping import Row, counterpart
from .targets import Target, Targets


class Reason(StrEnum):
    """Why an entity stays with the built-in integration."""

    NO_COUNTERPART = "no_counterpart"
    SECOND = "second"  # another one of the built-in integration shows the same, and moves
    OURS_DISABLED = "ours_disabled"  # the user does not want it here
    NO_READING = "no_reading"  # the gateway does not tell it now, or only once
    OTHER_STATISTICS = "other_statistics"  # those of ours could not go on from them
    NOT_CHOSEN = "not_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """An entity of the built-in integration, as Home Assistant knows it."""

    platform: str
    entity_id: str
    registry_id: str
    unique_id: str
    device_id: str | None = None
    state: str | None = None
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    in_panel: bool = False  # the Energy panel counts it
    known: Known | None = None  # of lifetime energies and those of today


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is registered of ours already."""

    entity_id: str
    disabled_by_user: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is known of the gateway: its serial number, phases, and its counters by the key of their total."""

    serial: str
    phases: int
    counters: Mapping[str, str]
    readings: Mapping[str, float | None]  # Wh; None until two readings agree

    def total(self, target: Target) -> str | None:
        """Return the key of the lifetime total that a target shows."""
        key = target.unique_id.removeprefix(f"{self.serial}_")
        return key if key in self.counters else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An entity that moves."""

    old: Old
    target: Target
    own_entity_id: str | None
    total: str | None
    base: Base | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An entity that does not."""

    old: Old
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would happen."""

    steps: tuple[Step, ...] = ()
    left: tuple[Left, ...] = field(default=())

    @property
    def lacks(self) -> tuple[str, ...]:
        """The entities that only the built-in integration has: what it may be kept running for."""
        return tuple(one.old.entity_id for one in self.left if one.reason is Reason.NO_COUNTERPART)


type Owns = Mapping[tuple[str, str], Own]
"""By platform and unique id."""

# Energies of which sums are kept, whatever the user chooses to leave.
_ENERGY: Final = "energy"


def preview(
    olds: Iterable[Old], targets: Targets, owns: Owns, site: Site, *, now: float, only_energies: bool = False
) -> Preview:
    """Return what would happen to the enabled entities of the built-in integration."""
    steps: list[Step] = []
    left: list[Left] = []
    taken: set[tuple[str, str]] = set()
    for old, row in _ranked(olds, site):
        mine = [key for ours in (row.ours if row else ()) if (key := (old.platform, ours)) in targets]
        free = next((key for key in mine if key not in taken), None)
        if row is None or free is None:
            left.append(Left(old=old, reason=Reason.SECOND if mine else Reason.NO_COUNTERPART))
            continue
        step = _step(old, row, targets[free], owns.get(free), site, now=now)
        if only_energies and old.device_class != _ENERGY:
            left.append(Left(old=old, reason=Reason.NOT_CHOSEN))
        elif isinstance(step, Step):
            steps.append(step)
            taken.add(free)
        else:
            left.append(Left(old=old, reason=step))
    return Preview(steps=tuple(steps), left=tuple(left))


def _ranked(olds: Iterable[Old], site: Site) -> Iterator[tuple[Old, Row | None]]:
    """Return entities with what they may become: those that the Energy panel counts first, whatever their rank."""
    rows = [(old, counterpart(old.platform, old.unique_id, gateway=site.serial, phases=site.phases)) for old in olds]
    yield from sorted(rows, key=lambda pair: (not pair[0].in_panel, pair[1].rank if pair[1] else 0))


def _step(old: Old, row: Row, target: Target, own: Own | None, site: Site, *, now: float) -> Step | Reason:
    """Return how an entity moves, or why it does not."""
    if own and own.disabled_by_user:
        return Reason.OURS_DISABLED
    if not _goes_on(old, target):
        return Reason.OTHER_STATISTICS
    total, begins = site.total(target) or target.ledger_key, None
    if target.ledger_key and old.known:
        # It is read once its entity is there; a meter's and a microinverter's counters are the same ones.
        begins = Base(energy=old.known.energy, same_counter=True)
    elif total:
        reading = site.readings.get(total)
        if reading is None:
            return Reason.NO_READING
        same = row.counter is not None and row.counter == site.counters[total]
        begins = base(old.known, reading, same_counter=same, now=now) if old.known else None
    return Step(old=old, target=target, own_entity_id=own.entity_id if own else None, total=total, base=begins)


def _goes_on(old: Old, target: Target) -> bool:
    """Tell whether statistics can go on: of the same kind, and in a unit that can be converted."""
    if old.state_class is None:
        return True
    converter = UNIT_CONVERTERS.get(old.device_class)
    units = {old.unit, target.unit}
    convertible = len(units) == 1 or (converter is not None and units <= converter.VALID_UNITS)
    return old.state_class == target.state_class and convertible
