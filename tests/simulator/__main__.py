"""python -m tests.simulator: a gateway and its cloud to try things on."""

import argparse
import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
import json
from pathlib import Path
import signal
import sys
from typing import Final

from .accounts import Account, CloudBehaviour
from .clock import Clock
from .cloud import CloudSimulator
from .control import HELP, Control
from .faults import Fault
from .gateway import DEFAULT_ZONE, GatewaySimulator
from .identity import keep_memory, kept_certificate, kept_memory
from .profiles import PROFILES
from .replay import is_recording
from .reply import Json

USERNAME: Final = "owner@example.com"
PASSWORD: Final = "sunshine"
_WIDTH: Final = 100


def _wrapped(words: list[str], indent: str = "  ") -> str:
    lines, line = [], indent
    for word in words:
        if len(line) + len(word) > _WIDTH:
            lines.append(line.rstrip())
            line = indent
        line += f"{word}, "
    return "\n".join([*lines, line.rstrip(", ")])


def _parser() -> argparse.ArgumentParser:
    epilog = (
        f"profiles:\n{_wrapped(list(PROFILES))}\n\n"
        f"control (POST to the control port, with a JSON object; GET / tells the state, GET /requests the record):\n"
        + "".join(f"  /{line}\n" for line in HELP.splitlines())
        + f"\nfaults:\n{_wrapped([fault.value for fault in Fault])}\n\n"
        f"cloud behaviours:\n{_wrapped([behaviour.value for behaviour in CloudBehaviour])}\n\n"
        f"the cloud's account: {USERNAME}, password {PASSWORD}\n"
    )
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator",
        description="Serve a simulated IQ Gateway over HTTPS, and the cloud that mints its tokens, on 127.0.0.1.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--profile", default="metered_battery", choices=list(PROFILES), metavar="NAME", help="the site (see below)")
    add("--replay", type=Path, metavar="PATH", help="serve recorded answers: a folder or diagnostics")
    add("--port", type=int, default=0, help="the gateway's port (default: a free one)")
    add("--cloud-port", type=int, default=0, help="the cloud's port (default: a free one)")
    add("--control-port", type=int, default=0, help="the control's port (default: a free one)")
    add("--no-cloud", action="store_true", help="serve no cloud")
    add("--serial", help="the gateway's serial number (default: the profile's)")
    add("--role", default="owner", help="the role of the token shown and of the cloud's account")
    add("--speed", type=float, metavar="N", help="N simulated seconds a second (default: the machine's time)")
    add("--start", type=datetime.fromisoformat, metavar="TIME", help="begin at this ISO 8601 time with its offset")
    add("--zone", default=DEFAULT_ZONE, help="the gateway's time zone (default: %(default)s)")
    add("--latency", type=float, default=1.0, help="1 answers as slowly as a real gateway, 0 at once")
    add(
        "--identity",
        type=Path,
        metavar="FOLDER",
        help="keep certificate, token key, counters over restarts",
    )
    add("--json", action="store_true", help="print one line of JSON once ready")
    return parser


def _report(state: dict[str, Json], *, as_json: bool) -> None:
    if as_json:
        text = json.dumps(state)
    else:
        text = "\n".join(
            f"{name:12} {state[name]}" for name in ("host", "serial", "token", "cloud", "ca_file", "control")
        )
        text += "\nReady; Ctrl+C ends it."
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _gateway(options: argparse.Namespace, clock: Clock) -> GatewaySimulator:
    """Return the gateway asked for; with an identity it is the one of the last time."""
    folder = options.identity
    gateway = GatewaySimulator(
        options.profile,
        clock=clock,
        replay=options.replay,
        serial=options.serial,
        port=options.port,
        latency=options.latency,
        zone=options.zone,
    )
    if folder:
        gateway.new_certificate(kept_certificate(folder))
    if folder and not options.replay and (memory := kept_memory(folder, options.profile, now=clock.now())):
        gateway.resume(memory)
    return gateway


async def _serve(options: argparse.Namespace) -> None:
    clock = Clock(speed=options.speed, start=options.start)
    gateway = _gateway(options, clock)
    cloud = None if options.no_cloud else CloudSimulator(clock=clock, gateways=[gateway], port=options.cloud_port)
    control = Control(gateway=gateway, cloud=cloud, port=options.control_port)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(gateway)
        if cloud:
            cloud.accounts[USERNAME] = Account(password=PASSWORD, role=options.role)
            await stack.enter_async_context(cloud)
        await stack.enter_async_context(control)
        _report(control.state() | {"token": gateway.mint(options.role)}, as_json=options.json)
        await stopped.wait()
    if options.identity and not options.replay:
        keep_memory(options.identity, options.profile, gateway.house.memory())


def main() -> None:
    """Serve until told to stop."""
    options = _parser().parse_args()
    if options.replay and not is_recording(options.replay):
        _parser().error(f"{options.replay} holds no recorded gateway")
    asyncio.run(_serve(options))


if __name__ == "__main__":
    main()
