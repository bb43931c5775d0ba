"""Whatever a gateway answers, the totals keep their promise: a sample of all, and what once broke it.

`scripts/benchmark --adversary --only CELL` shows one cell poll by poll.
"""

import logging
from pathlib import Path
from typing import Final

import pytest

from tests.proof.adversary import Cell, matrix, paired, sample
from tests.proof.adversary_run import arena
from tests.proof.adversary_verdict import judge

SEEDS: Final = (1, 2)
PAIRS: Final = 5
CELLS: Final = 12

# Seen to break the promise of 1.0, each in a way of its own.
ONCE_BROKEN: Final = (
    "net_three/winter/jumped@all/x2/dawn/3600",
    "net_split/winter/300_kwh@production/x2/dawn/30",
    "net_single/winter/45_kwh@production/x1/night/300",
    "standard/summer/zeros@all/x1/first_start/300",
    "metered_battery/summer/no_meters@meters/x1/first_start/300",
    "metered_battery/summer/401@readings/x1/first_start/300",
    "battery_no_meter/summer/502@live/x2/first_start/300",
    "metered_battery/winter/nothing/x1/midnight/300",
)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Keep Home Assistant's records out of the way: there are many polls."""
    logging.getLogger().setLevel(logging.ERROR)


async def _beyond(directory: Path, cells: list[Cell]) -> list[str]:
    """Live through cells and return what is beyond the promise."""
    async with arena(directory) as place:
        judgements = [judge(await place.live(cell)) for cell in cells]
    return [str(judgement) for judgement in judgements if judgement.beyond]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_sample_of_all_that_a_gateway_may_answer(socket_enabled: None, tmp_path: Path, seed: int) -> None:
    """No total is ahead by more than a few cycles' worth, and all are exact again soon; or a repair says so."""
    beyond = await _beyond(tmp_path, sample(list(matrix()), CELLS, seed))
    assert not beyond, "\n".join(beyond)


async def test_two_attacks_one_after_the_other(socket_enabled: None, tmp_path: Path) -> None:
    """What is held against one lie is no help to the next."""
    beyond = await _beyond(tmp_path, paired(sample(list(matrix()), CELLS, PAIRS), PAIRS))
    assert not beyond, "\n".join(beyond)


async def test_what_once_broke_the_promise(socket_enabled: None, tmp_path: Path) -> None:
    """The cells in which 1.0 counted what never happened, or stood still."""
    beyond = await _beyond(tmp_path, [Cell.named(name) for name in ONCE_BROKEN])
    assert not beyond, "\n".join(beyond)
