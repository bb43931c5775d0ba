"""A real Home Assistant: its configuration folder and its process."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
import json
from pathlib import Path
import socket
import sys
from typing import Final

from aiohttp import ClientError, ClientSession

from scripts.lib.develop.process import ROOT, DemoError, last_lines, running
from tests.simulator.gateway import DEFAULT_ZONE

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 180
# The silenced ones complain of programs and libraries that no part of the demo uses.
CONFIGURATION: Final = """\
homeassistant:
  name: Demo home
  time_zone: {zone}
  country: NL
  currency: EUR
  unit_system: metric
energy:
history:
logger:
  logs:
    aiohttp_fast_zlib: critical
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""
# Onboarding's step about the place would also set up integrations that want the internet: weather, radio, speech.
# The configuration above says all that it asks.
ONBOARDING: Final = {"version": 4, "key": "onboarding", "data": {"done": ["core_config"]}}


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeAssistant:
    """Where a Home Assistant lives: its configuration folder, its port on this machine, its time zone."""

    folder: Path
    port: int
    zone: str = DEFAULT_ZONE

    @property
    def url(self) -> str:
        """Address of the frontend and of the REST API."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """The log of the running start; Home Assistant moves that of the start before aside."""
        return self.folder / "home-assistant.log"

    @property
    def output(self) -> Path:
        """What the process prints, which is all there is if it does not come as far as its log."""
        return self.folder / "output.txt"

    def check_port(self) -> None:
        """Fail at once, instead of after a start, where something else answers on the port."""
        with closing(socket.socket()) as probe:
            if probe.connect_ex((HOST, self.port)) == 0:
                raise DemoError(f"port {self.port} is taken: choose another with --port")

    def prepare(self) -> None:
        """Write the configuration; what an earlier start left in the folder stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "configuration.yaml").write_text(CONFIGURATION.format(zone=self.zone), encoding="utf-8")
        link = self.folder / "custom_components"
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT / "custom_components")
        storage = self.folder / ".storage"
        storage.mkdir(exist_ok=True)
        # In the YAML file Home Assistant takes these for a trial, and goes back after five minutes unless confirmed.
        server = {"version": 1, "key": "http", "data": {"server_host": [HOST], "server_port": self.port}}
        (storage / "http").write_text(json.dumps(server), encoding="utf-8")
        onboarding = storage / "onboarding"
        if not onboarding.exists():
            onboarding.write_text(json.dumps(ONBOARDING), encoding="utf-8")

    @asynccontextmanager
    async def started(self, session: ClientSession) -> AsyncIterator[None]:
        """Run it for as long as the context lasts; entered once it answers."""
        hass = Path(sys.executable).with_name("hass")
        async with running([str(hass), "--config", str(self.folder)], output=self.output) as process:
            await self._answering(session, process)
            yield

    async def _answering(self, session: ClientSession, process: Process) -> None:
        """Wait until the frontend is served."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._serves(session):
                    if process.returncode is not None:
                        raise DemoError(f"Home Assistant ended while starting:\n{last_lines(self.output)}")
                    await asyncio.sleep(0.2)
        except TimeoutError as err:
            raise DemoError(f"Home Assistant does not answer; see {self.log}") from err

    async def _serves(self, session: ClientSession) -> bool:
        """Whether Home Assistant's own page is there."""
        try:
            async with session.get(f"{self.url}/manifest.json") as response:
                return response.ok
        except ClientError:
            return False
