"""Small faults put into the code, one at a time: which of them does no test notice?

  scripts/mutants custom_components/iq_gateway/counters --count 150 --seed 1 -- tests/test_counters.py

What comes after -- goes to pytest. Each fault is tried in a copy of the tree and has a number of its own.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
import os
from pathlib import Path
from queue import SimpleQueue
import random
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
import time
from typing import Final

from .mutants_made import Mutant, mutants_of

ROOT: Final = Path(__file__).parents[2]
_COPIED: Final = ("custom_components", "tests", "scripts", "blueprints", "pyproject.toml", "README.md", "hacs.json")
_COPIES: Final = 2
# A fault may make an endless loop: a run that takes so many times as long as without one has noticed it.
_PATIENCE: Final = 4
_PATIENCE_AT_LEAST: Final = 20.0
_PASSED, _NO_TESTS = 0, 5


def _noticed(copy: Path, tests: list[str], patience: float | None = None) -> bool:
    """Run the tests in a copy and tell whether one of them fails, or none comes to an end."""
    command = [sys.executable, "-W", "ignore", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=patience, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return True
    if done.returncode == _NO_TESTS:
        sys.exit("pytest finds no tests")
    return done.returncode != _PASSED


def _copied(folder: Path) -> Path:
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / name)
    return folder


def survivors(mutants: list[Mutant], tests: list[str]) -> Iterator[Mutant]:
    """Yield the faults that no test notices."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other, ThreadPoolExecutor(_COPIES) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for folder in (one, other):
            copies.put(_copied(Path(folder)))
        began = time.monotonic()
        if _noticed(Path(one), tests):
            sys.exit("the tests fail without any fault")
        patience = max(_PATIENCE * (time.monotonic() - began), _PATIENCE_AT_LEAST)

        def survives(mutant: Mutant) -> bool:
            copy = copies.get()
            whole = (copy / mutant.path).read_text()
            (copy / mutant.path).write_text(mutant.source)
            try:
                return not _noticed(copy, tests, patience)
            finally:
                (copy / mutant.path).write_text(whole)
                copies.put(copy)

        for mutant, alive in zip(mutants, pool.map(survives, mutants), strict=True):
            if alive:
                yield mutant


def main() -> None:
    """Make faults, try them, and tell of those that nobody noticed."""
    arguments, tests = sys.argv[1:], []
    if "--" in arguments:
        place = arguments.index("--")
        arguments, tests = arguments[:place], arguments[place + 1 :]
    parser = argparse.ArgumentParser(
        prog="scripts/mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path, help="files, or folders of them")
    parser.add_argument("--count", type=int, default=150, help="how many faults (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the choice (%(default)s)")
    parser.add_argument("--only", type=int, nargs="*", metavar="NUMBER", help="the faults of these numbers")
    parser.add_argument("--list", action="store_true", help="tell the faults, try none")
    options = parser.parse_args(arguments)
    files = sorted({file for path in options.paths for file in ([path] if path.is_file() else path.rglob("*.py"))})
    known: list[Mutant] = []
    for file in files:
        known += mutants_of(ROOT, file.resolve().relative_to(ROOT), len(known) + 1)
    chance = random.Random(options.seed)  # noqa: S311
    chosen = sorted(chance.sample(known, min(options.count, len(known))), key=lambda mutant: mutant.number)
    if options.only:
        chosen = [mutant for mutant in known if mutant.number in options.only]
    if options.list:
        print(*chosen, sep="\n")
        return
    print(f"{len(chosen)} of {len(known)} faults, --seed {options.seed}", flush=True)
    alive = 0
    for mutant in survivors(chosen, tests):
        alive += 1
        print(mutant, flush=True)
    print(f"{alive} of {len(chosen)} were not noticed")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
