"""The demo: a gateway, a real Home Assistant, this integration between them, and a look at what comes out."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import re
import signal
import sys
from typing import Final

from aiohttp import ClientSession

from scripts.lib.develop.api import PASSWORD, USERNAME, Api
from scripts.lib.develop.history import backfill
from scripts.lib.develop.home_assistant import HomeAssistant
from scripts.lib.develop.process import ROOT, DemoError
from scripts.lib.develop.report import entry_trouble, log_complaints, settled_rows, table
from scripts.lib.develop.set_up import is_set_up, set_up
from scripts.lib.develop.site import Site, simulated
from tests.simulator import PROFILES

DEMO: Final = ROOT / "demo"
# Why entities of a recorded gateway may have no value.
RECORDED: Final = "the recording holds no answer for it"


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/develop",
        description="Start a simulated gateway and a real Home Assistant with this integration set up on it.",
        epilog="What Home Assistant keeps between two starts is in the folder demo; remove it to begin anew.",
    )
    site = parser.add_mutually_exclusive_group()
    site.add_argument("--profile", default="metered_battery", choices=sorted(PROFILES), help="the simulated site")
    site.add_argument("--replay", type=Path, metavar="PATH", help="a recorded gateway: a folder, or diagnostics")
    site.add_argument("--gateway", metavar="HOST", help="a real gateway instead of a simulated one")
    parser.add_argument("--token", help="an access token for the real gateway (asked for when it is needed)")
    parser.add_argument("--port", type=int, default=8123, help="Home Assistant's port (default: %(default)s)")
    parser.add_argument(
        "--once", action="store_true", help="stop after the table; exit code 1 if anything is wrong with it or the log"
    )
    return parser.parse_args()


def _folder(options: argparse.Namespace) -> Path:
    """Each site has a folder of its own, so that its history is that of one house.

    Another version of Home Assistant gets its own, too: none reads what a newer one has written.
    """
    if options.gateway:
        name = f"gateway-{options.gateway}"
    elif options.replay:
        name = f"replay-{options.replay.resolve().name}"
    else:
        name = options.profile
    if version := os.environ.get("HOME_ASSISTANT"):
        name = f"{name}-{version}"
    return DEMO / re.sub(r"[^\w.-]", "_", name)


@asynccontextmanager
async def _site(options: argparse.Namespace, folder: Path) -> AsyncIterator[Site]:
    """The gateway that the command line names."""
    if options.gateway:
        yield Site(host=options.gateway, token=options.token)
        return
    source = ["--replay", str(options.replay.resolve())] if options.replay else ["--profile", options.profile]
    async with simulated(source, folder=folder) as site:
        yield site


async def _look(api: Api, home_assistant: HomeAssistant, *, reason: str | None) -> bool:
    """Print the entities and what the log has against the integration; whether all is well."""
    async with api.websocket() as websocket:
        rows = await settled_rows(websocket, reason=reason)
        trouble = await entry_trouble(websocket)
    print(f"\n{table(rows)}\n")
    if trouble:
        print(f"The integration is not running: {trouble}\n")
    complaints = log_complaints(home_assistant.log)
    for complaint in complaints:
        print(f"In the log: {complaint}\n")
    missing = sum(row.is_wrong for row in rows)
    print(
        f"{len(rows)} entities, {missing} without a value for no known reason; {len(complaints)} complaints in the log"
    )
    return bool(rows) and not (missing or complaints or trouble)


def _print_directions(home_assistant: HomeAssistant, site: Site) -> None:
    """Say where everything is."""
    print(f"Home Assistant   {home_assistant.url}   user {USERNAME}, password {PASSWORD}")
    print(f"Energy panel     {home_assistant.url}/energy")
    print(f"Log              {home_assistant.log}")
    print(f"Gateway          https://{site.host}")
    if site.control:
        print(f"Faults           {site.control} (see python -m tests.simulator --help)")


async def _run(options: argparse.Namespace) -> int:
    """Start everything, look at it, keep it running; the exit code."""
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    folder = _folder(options)
    home_assistant = HomeAssistant(folder=folder, port=options.port)
    home_assistant.check_port()
    async with ClientSession() as session, _site(options, folder) as site:
        home_assistant.prepare()
        print("Starting Home Assistant ...", flush=True)
        async with home_assistant.started(session):
            api = Api(session=session, url=home_assistant.url)
            await api.sign_in()
            is_new = not await is_set_up(api)
            if is_new:
                await set_up(api, site)
            well = await _look(api, home_assistant, reason=RECORDED if options.replay else None)
            if is_new and not options.gateway and not options.replay:
                await backfill(api, PROFILES[options.profile])
            _print_directions(home_assistant, site)
            if options.once:
                return 0 if well else 1
            print("Ctrl+C ends it.", flush=True)
            await asyncio.Event().wait()
    return 0


def main() -> int:
    """Run the demo; the exit code."""
    options = _arguments()
    if options.replay and not options.replay.exists():
        print(f"error: there is no {options.replay}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_run(options))
    except DemoError as err:
        print(f"error: {err}", file=sys.stderr)
        return 1
    except asyncio.CancelledError, KeyboardInterrupt:
        print("Stopped.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
