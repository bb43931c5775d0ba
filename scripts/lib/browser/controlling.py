"""Changes at a gateway: what there is on its devices' pages, and one that is made there."""

import asyncio
import re
from typing import Final

from playwright.async_api import Locator, expect

from scripts.lib.browser.frontend import Frontend
from scripts.lib.browser.stage import Stage
from scripts.lib.develop.process import DemoError
from scripts.lib.develop.set_up import DOMAIN, FLOW

_OPTIONS: Final = "/api/config/config_entries/options/flow"
_TRIES, _PAUSE = 40, 3.0
"""How often a device is looked for, and after how many seconds again: some are found in the second cycle."""
# By the version of the frontend.
_ATTRIBUTES: Final = re.compile("Attributes|Details")
_LOAD: Final = "Water heater"
# By name, as a user finds them; of the gateway by what its device says beside that.
_PICTURES: Final = {
    "controls-system-controller": "IQ System Controller",
    "controls-contact": _LOAD,
    "controls-generator": "Generator",
}


async def use_controls(stage: Stage, frontend: Frontend) -> None:
    """Allow changes at a cabin with everything, look at its devices, and switch a contact."""
    await _set_up(stage)
    for picture, name in _PICTURES.items():
        await frontend.open(await _device_page(stage, name))
        await frontend.picture(picture, of=_configuration(frontend))
    await frontend.open(await _device_page(stage, "", serial=stage.cabin.serial))
    await frontend.see("Power limit value")
    await frontend.picture("controls-gateway", of=_configuration(frontend))
    await frontend.open(await _device_page(stage, _LOAD))
    row = frontend.page.locator("hui-toggle-entity-row").first
    await expect(row.locator("ha-switch")).to_be_visible()
    await row.locator("ha-switch").click()
    for _ in range(_TRIES):
        if stage.cabin.house.settings.contacts.get("NC1") == "open":
            break
        await asyncio.sleep(1)
    else:
        raise AssertionError("the contact was not switched")
    await expect(row.locator("ha-switch input")).not_to_be_checked()
    await row.locator("state-badge").click()
    more = frontend.page.locator("ha-more-info-dialog")
    await more.locator("ha-dropdown ha-icon-button").first.click()
    await more.get_by_text(_ATTRIBUTES).first.click()
    await expect(more.get_by_text("Last change", exact=True)).to_be_visible()
    await frontend.picture("controls-changed")
    shown = await stage.api.request("GET", "/api/states/switch.water_heater_contact")
    if (shown["state"], shown["attributes"]["change"]) != ("off", "confirmed"):
        raise AssertionError(f"the switch shows {shown}")


def _configuration(frontend: Frontend) -> Locator:
    """The part of a device's page on which something can be changed."""
    return frontend.page.locator("ha-device-entities-card").filter(has_text="Configuration").first


async def _set_up(stage: Stage) -> None:
    """Add the cabin with an installer's token, and allow changes there."""
    answers: dict[str, dict[str, object]] = {
        "user": {"host": stage.cabin.host},
        "sign_in": {"next_step_id": "token"},
        "token": {"token": stage.cabin.mint("installer")},
        "finish": {"energy_panel": False},
    }
    step = await stage.api.request("POST", FLOW, {"handler": DOMAIN, "show_advanced_options": False})
    while step["type"] != "create_entry":
        if step["step_id"] not in answers or step.get("errors"):
            raise DemoError(f"the set-up stopped at {step}")
        step = await stage.api.request("POST", f"{FLOW}/{step['flow_id']}", answers[step["step_id"]])
    entry = step["result"]["entry_id"]
    step = await stage.api.request("POST", _OPTIONS, {"handler": entry})
    given = {field["name"]: field["default"] for field in step["data_schema"] if "default" in field}
    await stage.api.request("POST", f"{_OPTIONS}/{step['flow_id']}", {**given, "controls": True})


async def _device_page(stage: Stage, name: str, *, serial: str = "") -> str:
    """The path of the page of a device, by its name or serial number, once it is found."""
    for _ in range(_TRIES):
        async with stage.api.websocket() as websocket:
            devices = await websocket.command("config/device_registry/list")
        for device in devices:
            ours = any(domain == DOMAIN for domain, _ in device["identifiers"])
            if ours and (device["serial_number"] == serial if serial else name in (device["name"] or "")):
                return f"/config/devices/device/{device['id']}"
        await asyncio.sleep(_PAUSE)
    raise AssertionError(f"there is no device {name or serial}")
