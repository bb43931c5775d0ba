"""Changes at a gateway: what there is on its devices' pages, and one that is made there."""

from typing import Final

from playwright.async_api import expect

from scripts.lib.browser.frontend import Frontend
from scripts.lib.browser.stage import Stage
from scripts.lib.develop.process import DemoError
from scripts.lib.develop.set_up import DOMAIN, FLOW

_OPTIONS: Final = "/api/config/config_entries/options/flow"
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
        await frontend.see("Configuration")
        await frontend.picture(picture)
    await frontend.open(await _device_page(stage, "", serial=stage.cabin.serial))
    await frontend.see("Power limit")
    await frontend.picture("controls-gateway")
    await frontend.open(await _device_page(stage, _LOAD))
    row = frontend.page.locator("hui-toggle-entity-row").first
    await expect(row.locator("ha-switch")).to_be_visible()
    await row.locator("ha-switch").click()
    await expect(row.locator("ha-switch input")).not_to_be_checked()
    if stage.cabin.house.settings.contacts.get("NC1") != "open":
        raise AssertionError("the contact was not switched")
    await row.locator("state-badge").click()
    more = frontend.page.locator("ha-more-info-dialog")
    await more.get_by_text("Attributes").click()
    await expect(more.get_by_text("Confirmed", exact=True)).to_be_visible()
    await frontend.picture("controls-changed")


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
    """The path of the page of a device, by its name or serial number."""
    async with stage.api.websocket() as websocket:
        devices = await websocket.command("config/device_registry/list")
    for device in devices:
        ours = any(domain == DOMAIN for domain, _ in device["identifiers"])
        if ours and (device["serial_number"] == serial if serial else name in (device["name"] or "")):
            return f"/config/devices/device/{device['id']}"
    raise AssertionError(f"there is no device {name or serial}")
