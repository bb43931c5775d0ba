"""Home Assistant's frontend in a headless Chromium, as a user works with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from re import Pattern
import shutil
from typing import Final

from playwright.async_api import Locator, Page, ViewportSize, async_playwright, expect

from scripts.lib.develop.process import DemoError

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SIZE: Final = ViewportSize(width=1280, height=1000)
# The first page on a slow machine; milliseconds.
_PATIENCE: Final = 60_000
# What the frontend itself does for a link.
_GO: Final = """path => {
  history.pushState(null, "", path);
  window.dispatchEvent(new CustomEvent("location-changed"));
}"""
# What is drawn after all is there: ripples, graphs, icons; milliseconds.
_CALM: Final = 1_200


class LeftOut(Exception):
    """A step cannot be played with this Home Assistant, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontend:
    """One tab, and the folder for its pictures."""

    page: Page
    url: str
    pictures: Path

    @property
    def dialog(self) -> Locator:
        """The dialog of a config, options or repair flow."""
        return self.page.locator("dialog-data-entry-flow")

    @property
    def window(self) -> Locator:
        """What is seen of that dialog."""
        return self.dialog.locator("dialog[part=dialog]")

    async def open(self, path: str) -> None:
        """Open a page of the frontend."""
        await self.page.goto(self.url + path)

    async def go(self, path: str) -> None:
        """Go to another page the way a link does, without loading the frontend anew.

        The frontend of 2026.8 at times shows a device's page that is loaded by itself without its texts, for good.
        """
        await self.page.evaluate(_GO, path)

    async def picture(self, name: str, *, of: Locator | None = None) -> None:
        """Take a picture of the page, or of a part of it, once it has calmed down."""
        await self.page.wait_for_timeout(_CALM)
        path = self.pictures / f"{name}.png"
        await (of.screenshot(path=path) if of else self.page.screenshot(path=path))

    async def see(self, text: str | Pattern[str]) -> None:
        """Wait until a text is there."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def see_no(self, *texts: str) -> None:
        """Wait until none of these is the whole text of anything, such as a state."""
        for text in texts:
            await expect(self.page.get_by_text(text, exact=True)).to_have_count(0)

    async def see_dialog(self, title: str) -> None:
        """Wait until a flow shows a step."""
        await expect(self.dialog.get_by_text(title, exact=True).first).to_be_visible()

    async def fill(self, field: str, text: str) -> None:
        """Type into a field of a flow's form, in place of what is there."""
        await self.dialog.locator(f"input[name={field}]").fill(text)

    async def click(self, name: str, *, within: Locator | None = None) -> None:
        """Press a button."""
        await (within or self.page).get_by_role("button", name=name, exact=True).first.click()

    async def submit(self) -> None:
        """Send a flow's form."""
        await self.click("Submit", within=self.dialog)

    async def choose(self, option: str) -> None:
        """Choose an option of a flow's menu."""
        await self.dialog.get_by_text(option, exact=True).click()

    async def see_error(self, field: str, text: str) -> None:
        """Wait until a message stands at a field of the form, and at that field only."""
        await expect(self.dialog.locator(f"ha-alert:has(+ ha-selector input[name={field}])")).to_contain_text(text)
        await expect(self.dialog.locator("ha-alert")).to_have_count(1)


def _browser() -> str:
    """Where the machine has its Chromium."""
    for name in _BROWSERS:
        if path := shutil.which(name):
            return path
    raise DemoError("there is no Chromium on this machine")


@asynccontextmanager
async def browsing(url: str, *, zone: str, pictures: Path) -> AsyncIterator[Frontend]:
    """A browser for as long as the context lasts."""
    expect.set_options(timeout=_PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_browser(), args=_ARGUMENTS)
        context = await browser.new_context(
            viewport=_SIZE, locale="en-GB", timezone_id=zone, reduced_motion="reduce", service_workers="block"
        )
        context.set_default_timeout(_PATIENCE)
        try:
            yield Frontend(page=await context.new_page(), url=url, pictures=pictures)
        finally:
            await browser.close()
