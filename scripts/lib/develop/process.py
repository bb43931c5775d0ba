"""Child processes that never outlive the demo."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
import socket
from typing import Final

ROOT: Final = Path(__file__).parents[3]
# Home Assistant writes its database and registries before it goes.
STOP_SECONDS: Final = 30


class DemoError(Exception):
    """The demo cannot go on; the text is for the one who started it."""


@asynccontextmanager
async def running(command: Sequence[str], *, output: Path) -> AsyncIterator[Process]:
    """Run a command for as long as the context lasts, its output going to a file.

    It gets a session of its own, so that Ctrl-C reaches the demo alone, which then stops its children one by one.
    """
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=file, stderr=file, start_new_session=True
        )
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    """Ask a process to end, and end it if it does not."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def last_lines(output: Path, count: int = 15) -> str:
    """The end of what a process wrote."""
    return "\n".join(output.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
