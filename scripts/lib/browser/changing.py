"""What is changed later: options, the gateway's address, and a certificate that is another one."""

import re
from typing import Final

from playwright.async_api import Locator, expect

from scripts.lib.browser.frontend import Frontend
from scripts.lib.browser.stage import INTEGRATION, TITLE, Stage

# The integration's words on 2026.8, the frontend's own on newer versions.
_RECONFIGURED: Final = re.compile("The gateway was reconfigured|Reconfiguration was successful")


async def change_options(_stage: Stage, frontend: Frontend) -> None:
    """Read the gateway more often."""
    await frontend.open(INTEGRATION)
    row = _entry(frontend)
    await row.locator("ha-icon-button[title=Configure], ha-icon-button").nth(1).click()
    await frontend.see_dialog("Options")
    await frontend.picture("options", of=frontend.window)
    await frontend.dialog.locator("ha-selector-number input").first.fill("60")
    await frontend.submit()
    await frontend.see("Options successfully saved")
    await frontend.picture("options-saved")


async def reconfigure(stage: Stage, frontend: Frontend) -> None:
    """Give the address of another gateway, then that of the same one, and keep its token."""
    await frontend.open(INTEGRATION)
    row = _entry(frontend)
    await row.locator("ha-dropdown").first.click()
    await frontend.page.get_by_text("Reconfigure", exact=True).first.click()
    await frontend.see_dialog("Change address or sign-in")
    await frontend.picture("reconfigure", of=frontend.window)
    await frontend.fill("host", stage.garage.host)
    await frontend.submit()
    await frontend.see_dialog("Another gateway answers")
    await frontend.picture("another-gateway", of=frontend.window)
    await frontend.choose("It was not: give another address")
    await frontend.fill("host", stage.home.host)
    await frontend.submit()
    await frontend.choose("Keep the present token")
    await frontend.see(_RECONFIGURED)
    await frontend.picture("reconfigured")


async def repair(stage: Stage, frontend: Frontend) -> None:
    """Have the gateway show another certificate, and confirm that it is the same gateway."""
    stage.home.new_certificate()
    await stage.reload()
    await frontend.open("/config/repairs")
    await frontend.page.get_by_text("shows another certificate").first.click()
    await expect(frontend.dialog).to_contain_text(":".join(_pairs(stage.home.fingerprint)[:4]))
    await frontend.picture("repair", of=frontend.window)
    await frontend.submit()
    await frontend.see("repaired")
    await frontend.picture("repaired")
    await frontend.open(await stage.device_page())
    await frontend.see("Production power")
    await frontend.see_no("Unavailable")


def _entry(frontend: Frontend) -> Locator:
    """The row of the gateway at home on the integration's page."""
    return frontend.page.locator("ha-config-entry-row").filter(has=frontend.page.get_by_text(TITLE, exact=True)).first


def _pairs(fingerprint: str) -> list[str]:
    """A fingerprint as people compare it."""
    return [fingerprint[place : place + 2].upper() for place in range(0, len(fingerprint), 2)]
