"""Statistics held against the truth."""

from dataclasses import dataclass
from typing import Final

from tests.simulator import Profile
from tests.simulator.house import House, Totals
from tests.simulator.weather import highest_load

from .faults import LONGEST

# Wh; what the Energy panel's statistics are of, by the key of the entity, and the house's own counter for it.
TRUTHS: Final = {
    "production_energy": "production",
    "consumption_energy": "consumption",
    "grid_import_energy": "grid_import",
    "grid_export_energy": "grid_export",
    "battery_charged_energy": "battery_charged",
    "battery_discharged_energy": "battery_discharged",
}
# Of a battery without a meter, where somebody wants them.
ESTIMATES: Final = {
    f"{key}_estimated": TRUTHS[key]
    for key in ("battery_charged_energy", "battery_discharged_energy", "consumption_energy")
}
# What was counted while nothing could be read comes with the next reading, once a quarter of an hour has proved it: an
# hour can hold the minutes of a fault of so many answers, and that quarter, beside its own.
_ANSWER, _PROVED_IN, _HOUR = 5, 15, 60


def totals_of(profile: Profile) -> list[str]:
    """Return the keys of the lifetime totals that a site must have, and whose truth can be told.

    What a generator feeds is in no counter, so that consumption beside one is not what the meters add up to.
    """
    meters = set(profile.meters)
    found = ["production_energy"]
    counts = "total-consumption" in meters or (
        "net-consumption" in meters and not profile.generator and (not profile.battery or "storage" in meters)
    )
    if counts:
        found.append("consumption_energy")
    if "net-consumption" in meters:
        found += ["grid_import_energy", "grid_export_energy"]
    if "storage" in meters:
        found += ["battery_charged_energy", "battery_discharged_energy"]
    return found


def truths(house: House, totals: Totals | None = None) -> dict[str, float]:
    """Return the house's counters in Wh by the keys of its site's totals; now, or as they were."""
    return {key: getattr(totals or house.totals, TRUTHS[key]) for key in totals_of(house.profile)}


def estimates(house: House) -> dict[str, float]:
    """Return the house's counters in Wh by the keys of what is added up from live data."""
    return {key: getattr(house.totals, counter) for key, counter in ESTIMATES.items()}


def highest_powers(profile: Profile) -> dict[str, float]:
    """Return the most that the model of a house can do of each flow, in W."""
    battery = profile.battery.power if profile.battery else 0.0
    peak, load = profile.inverters * profile.panel_watts, highest_load(profile.load)
    highest = {
        "production_energy": peak,
        "consumption_energy": load,
        "grid_import_energy": load + battery,
        "grid_export_energy": peak + battery,
        "battery_charged_energy": battery,
        "battery_discharged_energy": battery,
    }
    return highest | {key: highest[key.removesuffix("_estimated")] for key in ESTIMATES}


def limits(house: House, longest: int = LONGEST) -> dict[str, float]:
    """Return the Wh that an hour can hold at most, where faults last for so many answers."""
    hours = (_HOUR + longest * _ANSWER + _PROVED_IN) / _HOUR
    return {key: hours * power for key, power in highest_powers(house.profile).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One total over some days: the truth, what the statistics add up to, and the worst hours; all in Wh."""

    key: str
    truth: float
    hours: tuple[float, ...]
    limit: float

    @property
    def recorded(self) -> float:
        """The sum of all hours."""
        return sum(self.hours)

    @property
    def error(self) -> float:
        """By what part of the truth the sum is off."""
        return abs(self.recorded - self.truth) / self.truth if self.truth else abs(self.recorded)

    @property
    def negative(self) -> int:
        """Hours in which the statistics fell."""
        return sum(hour < 0 for hour in self.hours)

    @property
    def impossible(self) -> int:
        """Hours that hold more than the site can do."""
        return sum(hour > self.limit for hour in self.hours)


def table(verdicts: list[Verdict]) -> str:
    """Return the verdicts as a table for people."""
    head = f"{'statistic':<28}{'truth kWh':>12}{'sum kWh':>14}{'off by %':>16}{'negative h':>12}{'impossible h':>14}"
    rows = [
        f"{verdict.key:<28}{verdict.truth / 1000:>12.3f}{verdict.recorded / 1000:>14.3f}{100 * verdict.error:>16.4f}"
        f"{verdict.negative:>12}{verdict.impossible:>14}"
        for verdict in verdicts
    ]
    return "\n".join((head, *rows))
