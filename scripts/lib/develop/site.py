"""The gateway the demo talks to: a simulated one, or one of a real house."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
import shutil
import socket
import sys
from typing import Final

from scripts.lib.develop.process import DemoError, last_lines, running

START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A gateway's address (`host` or `host:port`); a token, if one is known; where its faults are switched on."""

    host: str
    token: str | None = field(repr=False)
    control: str | None = None


@asynccontextmanager
async def simulated(source: list[str], *, folder: Path) -> AsyncIterator[Site]:
    """Run the simulator for as long as the context lasts; `source` is its option for a profile or a recording.

    It comes back as the same gateway at the same port, so that what Home Assistant keeps in this folder stays true.
    Where the port has been given away meanwhile, the folder is emptied and all begins anew.
    """
    remembered = folder / "simulator" / "port"
    port = int(remembered.read_text(encoding="utf-8")) if remembered.is_file() else 0
    if port and not _is_free(port):
        shutil.rmtree(folder)
        port = 0
    remembered.parent.mkdir(parents=True, exist_ok=True)
    output = remembered.with_name("output.txt")
    command = [sys.executable, "-m", "tests.simulator", *source, "--port", str(port), "--no-cloud", "--json"]
    async with running([*command, "--identity", str(remembered.parent)], output=output) as process:
        ready = await _ready(process, output)
        remembered.write_text(ready["host"].rpartition(":")[2], encoding="utf-8")
        yield Site(host=ready["host"], token=ready["token"], control=ready["control"])


def _is_free(port: int) -> bool:
    """Whether the simulator could listen on this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _announcement(output: Path) -> dict[str, str]:
    """The line of JSON among what the simulator printed; empty as long as there is none."""
    for line in output.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("{") and line.endswith("\n"):
            ready: dict[str, str] = json.loads(line)
            return ready
    return {}


async def _ready(process: Process, output: Path) -> dict[str, str]:
    """Wait for the line in which the simulator tells where it is."""
    try:
        async with asyncio.timeout(START_SECONDS):
            while process.returncode is None:
                if ready := _announcement(output):
                    return ready
                await asyncio.sleep(0.1)
    except TimeoutError:
        pass
    raise DemoError(f"the simulator did not start:\n{last_lines(output)}")
