"""Where it plays: four simulated gateways, their cloud, and a Home Assistant that knows nothing of them yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import os
from pathlib import Path
from typing import Final

from aiohttp import ClientSession

from scripts.lib.develop.api import Api
from scripts.lib.develop.home_assistant import HomeAssistant
from scripts.lib.develop.process import ROOT, free_port
from scripts.lib.develop.set_up import DOMAIN
from tests.simulator import PROFILES, Account, Clock, CloudSimulator, GatewaySimulator

TITLE: Final = "IQ Gateway"
INTEGRATION: Final = f"/config/integrations/integration/{DOMAIN}"
EMAIL: Final = "owner@example.com"
PASSWORD: Final = "sunshine"
_CABIN: Final = replace(
    PROFILES["system_controller"],
    serial="122333444526",
    has_generator=True,
    contacts={"NC1": "Water heater", "NC2": "Heat pump"},
)
_FARM: Final = replace(PROFILES["metered_battery"], serial="122333444527", inverters=4, panel_watts=1_750.0)
"""Few microinverters, so that lists of entities can be read."""
_COMPONENT: Final = Path(__file__).with_name("component")
_HOUR_OF_DAY: Final = 15
"""What the clock shows, whenever this is run: there is no sun and no day to look back on at midnight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The home of most of the story, a second gateway, one with all that can be changed, and Home Assistant.

    The farm is the one that the built-in integration reads.
    """

    home: GatewaySimulator
    garage: GatewaySimulator
    cabin: GatewaySimulator
    farm: GatewaySimulator
    home_assistant: HomeAssistant
    api: Api

    async def device_page(self, gateway: GatewaySimulator | None = None) -> str:
        """The path of the page of a gateway, as a rule of that at home."""
        serial = (gateway or self.home).serial
        async with self.api.websocket() as websocket:
            devices = await websocket.command("config/device_registry/list")
        device = next(device for device in devices if [DOMAIN, serial] in device["identifiers"])
        return f"/config/devices/device/{device['id']}"

    async def reload(self) -> None:
        """Have Home Assistant set the gateway at home up anew."""
        async with self.api.websocket() as websocket:
            entries = await websocket.command("config_entries/get", domain=DOMAIN)
        entry = next(entry["entry_id"] for entry in entries if entry["title"] == TITLE)
        await self.api.request("POST", f"/api/config/config_entries/entry/{entry}/reload")

    async def announce(self, gateway: GatewaySimulator) -> None:
        """Let a gateway be discovered."""
        address, _, port = gateway.host.rpartition(":")
        announcement = {
            "address": address,
            "port": int(port),
            "serial": gateway.serial,
            "firmware": gateway.firmware.lstrip("D"),
        }
        await self.api.request("POST", "/api/events/browser_test_announce", announcement)


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Run all of it for as long as the context lasts, Home Assistant's configuration in this empty folder."""
    clock, zone = Clock(), _zone()
    home_assistant = HomeAssistant(folder=folder, port=free_port(), zone=zone)
    async with (
        GatewaySimulator("metered_battery", clock=clock, zone=zone) as home,
        GatewaySimulator("net_single", clock=clock, zone=zone) as garage,
        GatewaySimulator(_CABIN, clock=clock, zone=zone) as cabin,
        GatewaySimulator(_FARM, clock=clock, zone=zone) as farm,
        CloudSimulator(clock=clock, gateways=[home, garage, farm]) as cloud,
        ClientSession() as session,
    ):
        cloud.accounts[EMAIL] = Account(password=PASSWORD)
        _prepare(home_assistant, cloud)
        async with home_assistant.started(session):
            api = Api(session=session, url=home_assistant.url)
            await api.sign_in()
            yield Stage(home=home, garage=garage, cabin=cabin, farm=farm, home_assistant=home_assistant, api=api)


def _prepare(home_assistant: HomeAssistant, cloud: CloudSimulator) -> None:
    """Write the configuration, with the test's own component in it."""
    home_assistant.prepare()
    components = home_assistant.folder / "custom_components"
    components.unlink()
    components.mkdir()
    (components / "iq_gateway").symlink_to(ROOT / "custom_components" / "iq_gateway")
    (components / "browser_test").symlink_to(_COMPONENT)
    with (home_assistant.folder / "configuration.yaml").open("a", encoding="utf-8") as file:
        file.write(f"browser_test:\n  ENLIGHTEN_URL: {cloud.enlighten_url}\n  ENTREZ_URL: {cloud.entrez_url}\n")
    # Home Assistant, a child of this process, verifies clouds with it.
    os.environ["REQUESTS_CA_BUNDLE"] = str(cloud.ca_file)


def _zone() -> str:
    """A time zone in which it is afternoon now."""
    ahead = (_HOUR_OF_DAY - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
