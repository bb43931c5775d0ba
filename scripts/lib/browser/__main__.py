"""Plays the whole story in a browser, and judges Home Assistant's log at its end."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
import time
from typing import Final

from scripts.lib.browser.changing import change_options, reconfigure, repair
from scripts.lib.browser.controlling import use_controls
from scripts.lib.browser.frontend import Frontend, LeftOut, browsing
from scripts.lib.browser.looking import (
    look_at_device,
    look_at_energy,
    look_at_energy_settings,
    look_at_entity,
    look_at_history,
    watch_live_power,
)
from scripts.lib.browser.pictures import update_docs
from scripts.lib.browser.setting_up import add_by_hand, add_discovered, sign_in
from scripts.lib.browser.stage import Stage, staged
from scripts.lib.browser.switching import take_over
from scripts.lib.develop.process import ROOT, DemoError
from scripts.lib.develop.report import log_complaints

type Step = Callable[[Stage, Frontend], Awaitable[None]]

STEPS: Final[tuple[Step, ...]] = (
    sign_in,
    add_discovered,
    look_at_device,
    watch_live_power,
    look_at_entity,
    look_at_energy,
    look_at_energy_settings,
    look_at_history,
    change_options,
    reconfigure,
    repair,
    add_by_hand,
    use_controls,
    take_over,
)
# What the story itself brings about.
_EXPECTED: Final = ("shows another certificate",)


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/browser-test",
        description="Set the integration up and use it in a real browser, against simulated gateways and their cloud.",
    )
    parser.add_argument(
        "--pictures", type=Path, default=ROOT / "screenshots", metavar="FOLDER", help="where the pictures go"
    )
    parser.add_argument("--update-docs", action="store_true", help="make the README's pictures of them")
    return parser.parse_args()


async def _play(stage: Stage, frontend: Frontend) -> bool:
    """Go through the steps; whether all went well."""
    for step in STEPS:
        name, began = step.__name__.replace("_", " "), time.monotonic()
        try:
            await step(stage, frontend)
        except LeftOut as why:
            print(f"left out  {name}: {why}", flush=True)
            continue
        except Exception as err:  # noqa: BLE001 # whatever it is, there is a picture of it
            await frontend.picture("failed")
            print(f"FAILED  {name}: {_first_lines(err)}\nSee {frontend.pictures / 'failed.png'}", flush=True)
            return False
        print(f"ok  {name}  ({time.monotonic() - began:.1f} s)", flush=True)
    complaints = [
        complaint
        for complaint in log_complaints(stage.home_assistant.log)
        if not any(words in complaint for words in _EXPECTED)
    ]
    for complaint in complaints:
        print(f"In the log: {complaint}\n")
    return not complaints


def _first_lines(err: Exception) -> str:
    """An error without the whole page that Playwright appends to it."""
    return "\n".join(str(err).splitlines()[:6])


async def _run(options: argparse.Namespace) -> int:
    """Set the stage and play; the exit code."""
    options.pictures.mkdir(parents=True, exist_ok=True)
    for old in options.pictures.glob("*.png"):
        old.unlink()
    with TemporaryDirectory(prefix="browser-test-") as folder:
        async with (
            staged(Path(folder)) as stage,
            browsing(stage.api.url, zone=stage.home_assistant.zone, pictures=options.pictures) as frontend,
        ):
            well = await _play(stage, frontend)
    if well and options.update_docs:
        update_docs(options.pictures)
    return 0 if well else 1


def main() -> int:
    """Run the test; the exit code."""
    try:
        return asyncio.run(_run(_arguments()))
    except DemoError as err:
        print(f"error: {err}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
