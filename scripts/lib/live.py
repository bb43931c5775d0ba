"""What live power costs the gateway, the recorder and the machine, and how fresh it is, held against its bounds.

A day of a house whose load trembles each second, lived through as fast as the machine can: each night the gateway is
away for ten minutes, some fault befalls it every half hour, and it closes each connection after 100 requests. The same
hours with the switch off tell what of it is live power's. Freshness is measured in real seconds. That totals
are the same with and without it is for tests/live/test_cycles.py.
"""

import argparse
import asyncio
from collections.abc import Iterable
import logging
from pathlib import Path
from statistics import quantiles
import sys
from tempfile import TemporaryDirectory
from typing import Final

from tests.simulator import PROFILES, Fault

from .live_days import HOUR, POWERS, Day, live_through
from .live_looks import busy, freshness, healing, requests_of_an_hour

SITES: Final = ("metered_battery", "battery_no_meter")
# A gateway that takes so many seconds for an answer.
TAKES: Final = (0.05, 0.3, 1.0, 3.0)
HEALS: Final = (
    ("*", Fault.HANG),
    ("*", Fault.REFUSED),
    ("*", Fault.RESET),
    ("*", Fault.BAD_GATEWAY),
    ("*", Fault.TRUNCATED),
    ("readings", Fault.STUCK),
    ("readings", Fault.FORBIDDEN),
)
# Of the trembling of a load, in W.
QUIET: Final = 4.0
NOISY: Final = 800.0

# What a user is promised.
_REQUESTS_A_MINUTE: Final = 66.0
_BUSY: Final = 100 / 3 + 0.5  # %, of a window that may begin with an answer and end before its pause does
_ROWS_AN_HOUR: Final = {QUIET: 4 * 360 + 4 * 60, NOISY: 4 * 720 + 48}
_ROWS_AN_HOUR_ON_AVERAGE: Final = 4 * 720
_SAVED_UP: Final = 4 * 12
_CPU: Final = 0.2  # % of a core
_STEP: Final = 5.0  # ms
_FRESH: Final = (1.2, 2.5, 4.0)  # s
_GONE, _BACK = 35.0, 65.0  # s

HEAD: Final = (
    f"{'site':<34}{'requests/min':>14}{'at a time':>12}{'handshakes/min':>16}{'rows/day':>12}{'most/hour':>12}"
    f"{'other rows':>12}{'MB/day':>10}{'CPU %':>11}{'step ms':>10}"
)


class Bounds:
    """Prints what was measured beside its bound, and remembers whether all of it was kept."""

    def __init__(self) -> None:
        self.kept = True

    def hold(self, what: str, measured: float, bound: float, unit: str = "") -> None:
        """Print one of them."""
        is_kept = measured <= bound
        self.kept = self.kept and is_kept
        print(f"  {what:<66}{measured:>10.3g} <= {bound:<8.5g}{unit:<6}{'' if is_kept else 'NOT KEPT'}", flush=True)


def told(name: str, day: Day) -> str:
    """Return a row of the table."""
    rows, minutes = sum(day.rows[key] for key in POWERS), day.hours * 60
    return (
        f"{name:<34}{day.requests / minutes:>14.2f}{day.at_a_time:>12}{day.handshakes / minutes:>16.3f}"
        f"{rows * 24 / day.hours:>12.0f}{day.worst_hour:>12}{day.rows['others'] * 24 / day.hours:>12.0f}"
        f"{day.file / 1e6 * 24 / day.hours:>10.2f}{_percent(day):>11.3f}{1000 * day.longest_step:>10.1f}"
    )


def _percent(day: Day) -> float:
    return 100 * day.cpu / (day.hours * HOUR)


async def days(site: str, hours: int, bounds: Bounds) -> None:
    """Live through the hours of a site, off and on, and hold them against each other."""
    off = 0.0
    for name, on, noise in (("off", False, QUIET), ("on, quiet", True, QUIET), ("on, noisy", True, NOISY)):
        with TemporaryDirectory() as folder:
            day = await live_through(site, hours, on=on, noise=noise, folder=Path(folder))
        print(told(f"{site}, {name}", day), flush=True)
        if not on:
            off = _percent(day)
            continue
        bounds.hold("requests a minute", day.requests / hours / 60, _REQUESTS_A_MINUTE)
        bounds.hold("requests at a time", day.at_a_time, 1)
        bounds.hold("rows in an hour", day.worst_hour, _ROWS_AN_HOUR[noise])
        bounds.hold("rows in all", sum(day.rows[key] for key in POWERS), hours * _ROWS_AN_HOUR_ON_AVERAGE + _SAVED_UP)
        bounds.hold("processor, on less off", _percent(day) - off, _CPU, "%")
        bounds.hold("longest step of the event loop in a tick", 1000 * day.longest_step, _STEP, "ms")


async def looks(bounds: Bounds) -> None:
    """Look at what takes no day: gentleness, healing, and that off is off."""
    for site in SITES:
        for takes in TAKES:
            share = 100 * await busy(site, takes)
            bounds.hold(f"{site}: busy where an answer takes {takes} s", share, _BUSY, "%")
    for path, fault in HEALS:
        gone, back = await healing(path, fault)
        bounds.hold(f"{path} {fault.value}: nothing old is shown after", gone, _GONE, "s")
        bounds.hold(f"{path} {fault.value}: all is back after", back, _BACK, "s")
    never, again = await requests_of_an_hour(ever_on=False), await requests_of_an_hour(ever_on=True)
    bounds.hold("requests of an hour that differ, never on and off again", float(never != again), 0)


async def fresh(steps: int, bounds: Bounds) -> None:
    """Measure in real seconds how soon a step of the load shows."""
    for name, latency in (("a fast gateway", 1.0), ("a slow one", 4.0)):
        waited = await freshness(latency, steps=steps)
        share = quantiles(waited, n=20)
        for what, seconds, most in zip(
            ("median", "95 of 100", "longest"), (share[9], share[18], max(waited)), _FRESH, strict=True
        ):
            bounds.hold(f"{name}: a step of the load shows after, {what}", seconds, most, "s")


async def run(sites: Iterable[str], hours: int, steps: int, *, all_looks: bool) -> bool:
    """Measure and print; tell whether all bounds were kept."""
    bounds = Bounds()
    if all_looks:
        await looks(bounds)
    if hours:
        print(HEAD, flush=True)
        for site in sites:
            await days(site, hours, bounds)
    if steps:
        await fresh(steps, bounds)
    return bounds.kept


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark --live", description=__doc__)
    parser.add_argument("--hours", type=int, default=24, help="simulated hours at each site (24)")
    parser.add_argument("--site", action="append", choices=list(PROFILES), help=f"instead of {', '.join(SITES)}")
    parser.add_argument("--steps", type=int, default=200, help="steps of the load, of some six real seconds each (200)")
    parser.add_argument("--no-looks", action="store_true", help="neither gentleness nor healing")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    kept = asyncio.run(run(arguments.site or SITES, arguments.hours, arguments.steps, all_looks=not arguments.no_looks))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
