"""The gateway's own sums, `/ivp/pdm/energy` and `/api/v1/production`: which of them are true (gateway-api.md 9)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..client.endpoints import ENERGY, INFO, INVERTERS, PRODUCTION, EnergyTotals, ProductionTotals
from .meters import LOAD_METER, NET_METER, PRODUCTION_METER, Meters
from .models import Needs
from .snapshot import Snapshot

# The sums follow the meter within a quarter of an hour; what can come in twice that time tells sums that stand still.
_LAG: Final = 0.5  # h
_LEAST_LAG: Final = 5_000.0  # Wh
# Wh; a system that has counted less may be less than a week old.
_FIRST_WEEK: Final = 100_000.0
_ROUNDED: Final = 1.0  # Wh


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Figures that the gateway keeps together: whose they are, where they are read, what is known of them and fresh."""

    counter: str
    endpoint: str
    known: ProductionTotals | None
    fresh: ProductionTotals | None

    @property
    def count(self) -> bool:
        """Whether they are kept at all: those that are not are all zero, as v1 of firmware 8.3.5422 without meters."""
        figures = self.known
        return figures is None or any((figures.today, figures.seven_days, figures.lifetime, figures.power))


def unmetered_sums(snapshot: Snapshot) -> Sums | None:
    """Return the sums of production where no meter counts it."""
    return next((sums for sums in _unmetered(snapshot) if sums.count), None)


def unmetered_needs(snapshot: Snapshot) -> Needs:
    """Return where these are read; where none are kept, what may come to be and the inverters one by one."""
    if sums := unmetered_sums(snapshot):
        return frozenset({sums.endpoint})
    return frozenset({INVERTERS.name, *(sums.endpoint for sums in _unmetered(snapshot))})


def _unmetered(snapshot: Snapshot) -> Iterator[Sums]:
    yield from _of_energy(snapshot, "microinverters", lambda energy: energy.microinverters)
    if _not_metered(snapshot):
        yield _v1(snapshot)


def _metered(snapshot: Snapshot) -> Iterator[Sums]:
    yield from _of_energy(snapshot, "production meter", lambda energy: energy.production_meter)
    yield _v1(snapshot)


def _of_energy(
    snapshot: Snapshot, counter: str, group: Callable[[EnergyTotals], ProductionTotals | None]
) -> Iterator[Sums]:
    known, fresh = snapshot.known(ENERGY), snapshot.fresh(ENERGY)
    if known and (figures := group(known)):
        yield Sums(counter=counter, endpoint=ENERGY.name, known=figures, fresh=group(fresh) if fresh else None)


def _v1(snapshot: Snapshot) -> Sums:
    return Sums(
        counter="production api",
        endpoint=PRODUCTION.name,
        known=snapshot.known(PRODUCTION),
        fresh=snapshot.fresh(PRODUCTION),
    )


def _not_metered(snapshot: Snapshot) -> bool:
    """Tell whether the gateway cannot have meters; one that can gives garbage in `/api/v1/production` without them."""
    info = snapshot.known(INFO)
    return info is not None and info.metered is not True


def production_sums(snapshot: Snapshot, meters: Meters, *, highest: float) -> Sums | None:
    """Return the sums from which production's seven days are read; None where none are true.

    `highest` are the W that all inverters make at most.
    """
    if not meters.has(PRODUCTION_METER):
        sums = unmetered_sums(snapshot)
        return None if sums and sums.known and _is_lifetime(sums.known) else sums
    return next((sums for sums in _metered(snapshot) if _is_of_now(sums.known, meters, highest)), None)


def production_period_needs(snapshot: Snapshot, meters: Meters, sums: Sums | None) -> Needs:
    """Return where those sums are read, or might come to be; no second place before the first is held against."""
    if sums:
        return frozenset({sums.endpoint})
    candidates = list(_metered(snapshot) if meters.has(PRODUCTION_METER) else _unmetered(snapshot))
    if meters.has(PRODUCTION_METER) and meters.delivered(PRODUCTION_METER) is None:
        candidates = candidates[:1]
    return frozenset({ENERGY.name, *(candidate.endpoint for candidate in candidates)})


def _is_of_now(figures: ProductionTotals | None, meters: Meters, highest: float) -> bool:
    """Tell whether figures of the production meter are where that is: some firmware leaves them where they once were.

    Those of 8.3.1598 are zero, those of 8.3.5433 days old, while the meter counts on. While there is nothing to hold
    them against, nobody knows; what is not there yet may turn out to be.
    """
    if figures is None:
        return True
    if _is_lifetime(figures):
        return False
    counted = meters.delivered(PRODUCTION_METER)
    if figures.lifetime is None or counted is None:
        return False
    return abs(counted - figures.lifetime) <= max(_LAG * highest, _LEAST_LAG)


def consumption_period(snapshot: Snapshot, meters: Meters, *, highest: float) -> ProductionTotals | None:
    """Return the figures from which consumption's seven days are read."""
    return _consumption_sums(snapshot.fresh(ENERGY), meters, highest)


def has_consumption_period(snapshot: Snapshot, meters: Meters, *, highest: float) -> bool:
    """Tell whether the site has those figures."""
    return _consumption_sums(snapshot.known(ENERGY), meters, highest) is not None


def _consumption_sums(energy: EnergyTotals | None, meters: Meters, highest: float) -> ProductionTotals | None:
    """Return the consumption meter's sums, if they are kept and of now: as old as those of the meter beside it.

    No house takes nothing for seven days, as that of 8.3.5169 with AC batteries seems to.
    """
    if energy is None or not _has_consumption_meter(meters):
        return None
    of_now = not meters.has(PRODUCTION_METER) or _is_of_now(energy.production_meter, meters, highest)
    figures = energy.consumption_meter
    return figures if of_now and figures and figures.seven_days and not _is_lifetime(figures) else None


def _is_lifetime(figures: ProductionTotals) -> bool:
    """Tell whether the sum of seven days is that of all days before this one, as on 8.2.4286."""
    if figures.seven_days is None or figures.lifetime is None:
        return False
    before = figures.lifetime - (figures.today or 0.0)
    return before > _FIRST_WEEK and abs(figures.seven_days - before) <= _ROUNDED


def _has_consumption_meter(meters: Meters) -> bool:
    return meters.has(NET_METER) or meters.has(LOAD_METER)
