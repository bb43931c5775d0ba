"""The adversary: whatever a gateway may answer, at every site, in every season, from every beginning, at every pace.

Each cell lives through one attack in a real Home Assistant beside the simulated gateway, and is held against what
the totals promise. A sample is drawn at random unless there are no more cells than asked for.
"""

import argparse
import asyncio
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
import logging
from multiprocessing import get_context
from pathlib import Path
import random
import sys
from tempfile import TemporaryDirectory
from typing import Final

# First of all: what Home Assistant binds of the time when it is imported could not be stopped any more.
from pytest_homeassistant_custom_component import patch_time  # noqa: F401

from tests.proof.adversary import SITES, Cell, matrix, paired, sample
from tests.proof.adversary_attacks import ATTACKS
from tests.proof.adversary_run import arena
from tests.proof.adversary_verdict import Judgement, judge, summary, table

# A Home Assistant that has seen many gateways come and go is slower than a new one.
_CELLS_EACH: Final = 40
_PROCESSES: Final = 2


def _fought(names: list[str]) -> list[Judgement]:
    """Live through some cells in one Home Assistant."""
    logging.disable(logging.CRITICAL)

    async def fight() -> list[Judgement]:
        with TemporaryDirectory() as folder:
            async with arena(Path(folder)) as place:
                return [judge(await place.live(Cell.named(name))) for name in names]

    return asyncio.run(fight())


def fought(cells: list[Cell], processes: int) -> Iterator[Judgement]:
    """Live through the cells, some processes beside each other, and yield what each comes to."""
    names = [cell.name for cell in cells]
    parts = [names[first : first + _CELLS_EACH] for first in range(0, len(names), _CELLS_EACH)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for part in pool.map(_fought, parts):
            yield from part


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/benchmark --adversary", description=__doc__)
    add = parser.add_argument
    add("--cells", type=int, default=1000, metavar="N", help="how many cells (%(default)s); 0 is all")
    add("--seed", type=int, help="of the sample (default: another one each time)")
    add("--profile", choices=list(SITES), metavar="SITE", help=f"one site of: {', '.join(SITES)}")
    add("--fault", metavar="NAME", help="attacks whose name begins so; --list shows them")
    add("--pairs", action="store_true", help="another attack follows at once in each cell")
    add("--only", metavar="CELL", help="one cell, with all that was shown")
    add("--rows", type=int, default=40, help="rows of the table (%(default)s)")
    add("--processes", type=int, default=_PROCESSES, help="how many at a time (%(default)s)")
    add("--list", action="store_true", help="name the attacks, and how many cells there are")
    return parser


async def _shown(cell: Cell) -> Judgement:
    """Live through one cell and print each poll: how far each total is off, in Wh."""
    with TemporaryDirectory() as folder:
        async with arena(Path(folder)) as place:
            trial = await place.live(cell)
    for phase, samples in (("before", trial.before), ("during", trial.during), ("after", trial.after)):
        for one in samples:
            off = {
                key: "none" if value is None else f"{value - one.truth[key]:.1f}" for key, value in one.shown.items()
            }
            told = "  ".join(f"{key.removesuffix('_energy')} {value:>8}" for key, value in off.items())
            print(f"{one.at:%m-%d %H:%M:%S} {phase:<7}{told}  {' '.join(sorted(one.repairs))}")
    return judge(trial)


def main() -> None:
    """Sample, fight, judge; the exit code tells whether the promise holds."""
    arguments = _parser().parse_args()
    cells = list(matrix(site=arguments.profile, attack=arguments.fault))
    if arguments.list:
        print(*sorted({cell.attack for cell in cells}), sep="\n")
        print(f"{len(ATTACKS)} attacks, {len(cells)} cells")
        return
    logging.disable(logging.CRITICAL)
    if arguments.only:
        judgement = asyncio.run(_shown(Cell.named(arguments.only)))
        print(judgement)
        sys.exit(bool(judgement.beyond))
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed  # noqa: S311
    chosen = sample(cells, arguments.cells or len(cells), seed)
    if arguments.pairs:
        chosen = paired(chosen, seed)
    print(f"{len(chosen)} of {len(cells)} cells, --seed {seed}", flush=True)
    judgements = []
    for judgement in fought(chosen, arguments.processes):
        judgements.append(judgement)
        if judgement.beyond:
            print(judgement, flush=True)
    print(f"\n{table(judgements, rows=arguments.rows)}\n\n{summary(judgements)}")
    sys.exit(any(judgement.beyond for judgement in judgements))


if __name__ == "__main__":
    main()
