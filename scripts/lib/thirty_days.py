"""Thirty simulated days in the Energy panel, held against the truth: this integration and the built-in one.

Three kinds of site; each night the gateway is away for ten minutes; two reboots, a firmware update, fifty random
faults a day, which last for one to ten answers. The sums are those of Home Assistant's recorder, from its hourly
statistics in SQLite. A total that a site, or an integration, does not have is left out.
"""

import argparse
import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
import logging
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Final

# First of all: what Home Assistant binds of the time when it is imported could not be stopped any more.
from pytest_homeassistant_custom_component import patch_time  # noqa: F401

from custom_components.iq_gateway.const import DOMAIN
from tests.proof.contenders import BUILT_IN, IQ_GATEWAY
from tests.proof.days import BEGINS, SEED, Outcome, live
from tests.proof.faults import Mishaps
from tests.proof.verdict import table
from tests.simulator import PROFILES

CONTENDERS: Final = (IQ_GATEWAY, BUILT_IN)
SITES: Final = ("three_phase_battery", "standard", "battery_no_meter")
LONGEST: Final = 10
ESTIMATED: Final = "battery_no_meter"


def told(site: str, name: str, outcome: Outcome, seconds: float) -> str:
    """Return what came of the days, for people."""
    return (
        f"{site}, {name}: {outcome.days} days, {outcome.faults} faults, {outcome.cycles} polls, "
        f"{outcome.requests} requests, {seconds:.0f} s ({seconds / outcome.days:.1f} s a day)\n"
        f"{table(outcome.verdicts)}\n"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One site read by one integration for some days."""

    site: str
    domain: str
    days: int
    season: str
    seed: int
    estimated: bool = False


def lived(job: Job, longest: int) -> str:
    """Live through the days of one job and return what came of them, for people."""
    logging.disable(logging.CRITICAL)
    contender = next(one for one in CONTENDERS if one.domain == job.domain)
    mishaps = Mishaps(job.seed, longest=longest)
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        outcome = asyncio.run(
            live(
                job.days,
                Path(folder),
                contender=contender,
                site=job.site,
                begin=BEGINS[job.season],
                mishaps=mishaps,
                estimated=job.estimated,
            )
        )
    site = f"{job.site}, estimated" if job.estimated else job.site
    return told(site, contender.name, outcome, time.perf_counter() - began)


def main() -> None:
    """Live through the days and print what the Energy panel made of them."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark --thirty-days", description=__doc__)
    parser.add_argument("--days", type=int, default=30, help="how many days (30)")
    parser.add_argument("--site", action="append", choices=list(PROFILES), help=f"instead of {', '.join(SITES)}")
    parser.add_argument("--season", choices=list(BEGINS), default="april", help="when they begin (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the random faults")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (%(default)s)")
    parser.add_argument("--longest", type=int, default=LONGEST, help="answers that a fault lasts at most (%(default)s)")
    parser.add_argument(
        "--estimated",
        action="store_true",
        help=f"of {ESTIMATED} alone, the energies of its battery from live data: 8,640 readings a day",
    )
    parser.add_argument("--only", choices=[contender.domain for contender in CONTENDERS], help="one of the two")
    arguments = parser.parse_args()
    chosen = [one.domain for one in CONTENDERS if arguments.only in (None, one.domain)]
    jobs = [
        Job(site=site, domain=domain, days=arguments.days, season=arguments.season, seed=arguments.seed)
        for site, domain in product(arguments.site or SITES, chosen)
    ]
    if arguments.estimated:
        jobs = [replace(job, estimated=True) for job in jobs if job.domain == DOMAIN and job.site == ESTIMATED]
    with ProcessPoolExecutor(arguments.processes, mp_context=get_context("spawn")) as pool:
        for text in pool.map(partial(lived, longest=arguments.longest), jobs):
            print(text, flush=True)


if __name__ == "__main__":
    main()
