"""A home that changes from the built-in integration to this one and back, on whichever Home Assistant there is.

The built-in integration with its own code, the real recorder, timers and files; only the clock is told to go on. The
hours of the Energy panel are then held against the house's own counters.
"""

import argparse
import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import logging
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.iq_gateway.const import DOMAIN
from tests.simulator import GatewaySimulator
from tests.takeover.plain import BUILT_IN, Told, add_built_in, give_back, home_assistant, live, simulated, take_over

_BEGIN: Final = datetime(2027, 4, 10, 6, 0, 30, tzinfo=UTC)
_HOUR: Final = 3_600
_CLOSE: Final = 2.0
"""Wh: the built-in integration shows whole ones, and reads its endpoints some seconds apart."""

# The built-in integration's keys of what the Energy panel counts, and the house's counter for each.
_COUNTERS: Final = {
    "lifetime_production": "production",
    "lifetime_net_consumption": "grid_import",
    "lifetime_net_production": "grid_export",
    "lifetime_battery_charged": "battery_charged",
    "lifetime_battery_discharged": "battery_discharged",
    "lifetime_consumption": "consumption",
}


class _Home:
    """The house, and what its counters showed whenever they were read last within an hour."""

    def __init__(self, hass: HomeAssistant, gateway: GatewaySimulator, told: Told, step: float) -> None:
        self._hass, self._gateway, self._told, self._step = hass, gateway, told, step
        registry = er.async_get(hass)
        self.ids = {
            key: str(registry.async_get_entity_id("sensor", BUILT_IN, f"{gateway.serial}_{key}")) for key in _COUNTERS
        }
        self._begin = self._counters()
        self._read: dict[datetime, dict[str, float]] = {}

    def _counters(self) -> dict[str, float]:
        return {key: getattr(self._gateway.house.totals, counter) for key, counter in _COUNTERS.items()}

    def platforms(self) -> set[str]:
        """Tell whose entities the ids are."""
        return {self._entity(one).platform for one in self.ids.values()}

    def _entity(self, entity_id: str) -> er.RegistryEntry:
        entity = er.async_get(self._hass).async_get(entity_id)
        if entity is None:
            raise RuntimeError(f"{entity_id} is gone")
        return entity

    async def live(self, hours: int) -> None:
        """Let hours pass."""
        async for _ in live(self._hass, self._told, hours * _HOUR, step=self._step):
            if self._gateway.requests:
                self._read[datetime.now(UTC).replace(minute=0, second=0)] = self._counters()
                self._gateway.requests.clear()

    def truth(self, key: str) -> list[float]:
        """Return the Wh by which the house's own counter rose in each hour that is over."""
        counters = [self._begin, *self._read.values()][:-1]
        return [after[key] - before[key] for before, after in pairwise(counters)]

    async def hours(self) -> dict[str, list[float]]:
        """Return the Wh by which each hour's statistics rose, from the first full hour on."""
        rows = await get_instance(self._hass).async_add_executor_job(
            statistics_during_period,
            self._hass,
            _BEGIN - timedelta(hours=1),
            None,
            set(self.ids.values()),
            "hour",
            {"energy": "Wh"},
            {"change"},
        )
        return {key: [row.get("change") or 0.0 for row in rows[one]] for key, one in self.ids.items()}


def _judge(home: _Home, hours: dict[str, list[float]], ours: slice) -> bool:
    """Print what hours differ by from the house's own; tell whether all is well."""
    well = True
    for key, counter in _COUNTERS.items():
        true = home.truth(key)
        got = hours[key][: len(true)]
        # The built-in integration takes a charging battery for consumption.
        which = ours if counter == "consumption" else slice(None)
        apart = [abs(one - other) for one, other in zip(got[which], true[which], strict=True)]
        good = len(got) == len(true) and min(got[which]) >= -_CLOSE and max(apart) <= _CLOSE
        print(
            f"{'ok    ' if good else 'FAILED'}  {counter:<20} {len(apart)} hours, {sum(got[which]) / 1000:.3f} kWh, "
            f"the house {sum(true[which]) / 1000:.3f} kWh; "
            f"at most {max(apart):.2f} Wh apart; lowest {min(got[which]):.2f} Wh"
        )
        well &= good
    return well


async def _run(hours: int, step: float) -> bool:
    with TemporaryDirectory(prefix="takeover-") as folder:
        async with simulated("metered_battery", _BEGIN) as (gateway, told), home_assistant(Path(folder)) as hass:
            await add_built_in(hass, gateway)
            home = _Home(hass, gateway, told, step)
            await home.live(hours)
            entry = await take_over(hass, gateway)
            well = home.platforms() == {DOMAIN}
            await home.live(hours)
            await give_back(hass, entry)
            well &= home.platforms() == {BUILT_IN}
            await home.live(24)
            # In the hour of the move, the built-in integration counted as well.
            return _judge(home, await home.hours(), slice(hours + 1, 2 * hours)) and well


def main() -> int:
    """Play it; the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/take-over", description=__doc__)
    parser.add_argument("--hours", type=int, default=7 * 24, help="with each of the two (default: %(default)s)")
    parser.add_argument("--step", type=float, default=300, metavar="SECONDS", help="how time passes (%(default)s)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
    print(f"Home Assistant {__version__}: {options.hours} hours with each", flush=True)
    return 0 if asyncio.run(_run(options.hours, options.step)) else 1


if __name__ == "__main__":
    sys.exit(main())
