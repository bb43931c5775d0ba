"""Thirty simulated days in the Energy panel, held against the truth: this integration and the built-in one.

Sun, load and battery; each night the gateway is away for ten minutes; two reboots, a firmware update, fifty random
faults a day. The sums are those of Home Assistant's recorder, from its hourly statistics in SQLite.
"""

import argparse
import asyncio
import logging
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Final

# First of all: what Home Assistant binds of the time when it is imported could not be stopped any more.
from pytest_homeassistant_custom_component import patch_time  # noqa: F401

from tests.proof.contenders import BUILT_IN, IQ_GATEWAY
from tests.proof.days import SEED, Outcome, live
from tests.proof.verdict import table

CONTENDERS: Final = (IQ_GATEWAY, BUILT_IN)


def told(name: str, outcome: Outcome, seconds: float) -> str:
    """Return what came of the days, for people."""
    return (
        f"{name}: {outcome.days} days, {outcome.faults} faults, {outcome.cycles} polls, {outcome.requests} requests, "
        f"{seconds:.0f} s\n"
        f"{table(outcome.verdicts)}\n"
    )


def main() -> None:
    """Live through the days and print what the Energy panel made of them."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark --thirty-days", description=__doc__)
    parser.add_argument("--days", type=int, default=30, help="how many days (30)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the random faults")
    parser.add_argument("--only", choices=[contender.domain for contender in CONTENDERS], help="one of the two")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    for contender in CONTENDERS:
        if arguments.only in (None, contender.domain):
            with TemporaryDirectory() as folder:
                began = time.perf_counter()
                outcome = asyncio.run(live(arguments.days, Path(folder), contender=contender, seed=arguments.seed))
            print(told(contender.name, outcome, time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main()
