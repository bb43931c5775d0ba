"""Signing in, and adding a gateway: one that was discovered, with a token; another by hand, with an account."""

from playwright.async_api import expect

from scripts.lib.browser.frontend import Frontend
from scripts.lib.browser.stage import EMAIL, PASSWORD as CLOUD_PASSWORD, Stage
from scripts.lib.develop.api import PASSWORD, USERNAME

INTEGRATIONS = "/config/integrations/dashboard"


async def sign_in(_stage: Stage, frontend: Frontend) -> None:
    """Sign in to Home Assistant."""
    await frontend.open("/")
    await frontend.page.locator("input[name=username]").fill(USERNAME)
    await frontend.page.locator("input[name=password]").fill(PASSWORD)
    await frontend.picture("sign-in")
    await frontend.click("Log in")
    await expect(frontend.page.locator("home-assistant-main")).to_be_visible()


async def add_discovered(stage: Stage, frontend: Frontend) -> None:
    """Take up a discovered gateway; a wrong token first."""
    await frontend.open(INTEGRATIONS)
    await stage.announce(stage.home)
    card = frontend.page.locator("ha-config-flow-card").filter(has_text=stage.home.serial[-4:])
    await expect(card).to_contain_text("Enphase IQ Gateway")
    await frontend.picture("discovered")
    await frontend.click("Add", within=card)
    await frontend.see_dialog("Add this IQ Gateway?")
    await expect(frontend.dialog).to_contain_text(stage.home.host)
    await frontend.picture("discovered-confirm", of=frontend.window)
    await frontend.submit()
    await frontend.see_dialog("Sign in")
    await frontend.picture("sign-in-menu", of=frontend.window)
    await frontend.choose("Paste a token")
    await frontend.see_dialog("Paste a token")
    await frontend.fill("token", stage.garage.mint())
    await frontend.submit()
    await frontend.see_error("token", "This token was made for another gateway.")
    await frontend.picture("wrong-token", of=frontend.window)
    await frontend.fill("token", stage.home.mint())
    await frontend.submit()
    await _finish(frontend, "finish")


async def add_by_hand(stage: Stage, frontend: Frontend) -> None:
    """Search for the integration and add a second gateway; a wrong address and a wrong password first."""
    await frontend.open(INTEGRATIONS)
    await frontend.click("Add integration")
    search = frontend.page.locator("dialog-add-integration")
    await search.locator("input").first.fill("Enphase IQ")
    await frontend.picture("search")
    await search.get_by_text("Enphase IQ Gateway", exact=True).click()
    await frontend.see_dialog("Find your IQ Gateway")
    await expect(frontend.dialog.locator("input[name=host]")).to_have_value("envoy.local")
    await frontend.fill("host", "127.0.0.1:1")
    await frontend.submit()
    await frontend.see_error("host", "Nothing answers there over https.")
    await frontend.picture("wrong-address", of=frontend.window)
    await frontend.fill("host", stage.garage.host)
    await frontend.submit()
    await frontend.see_dialog("Sign in")
    await frontend.choose("Use my Enphase account")
    await frontend.see_dialog("Use your Enphase account")
    await frontend.fill("username", EMAIL)
    await frontend.fill("password", f"not {CLOUD_PASSWORD}")
    await frontend.submit()
    await frontend.see_error("password", "Enphase does not accept this e-mail address with this password.")
    await frontend.picture("wrong-password", of=frontend.window)
    await expect(frontend.dialog.locator("input[name=username]")).to_have_value(EMAIL)
    await frontend.fill("password", CLOUD_PASSWORD)
    await frontend.submit()
    await frontend.see_dialog("Energy panel")
    # The input itself is hidden behind its picture.
    await frontend.dialog.get_by_role("switch").dispatch_event("click")
    await _finish(frontend, "finish-second")
    await frontend.see(f"IQ Gateway {stage.garage.serial[-4:]}")
    await frontend.picture("two-gateways")


async def _finish(frontend: Frontend, picture: str) -> None:
    """Go through the last step, and past Home Assistant's own about areas."""
    await frontend.see_dialog("Energy panel")
    await frontend.picture(picture, of=frontend.window)
    await frontend.submit()
    await frontend.see_dialog("Name and assign")
    await frontend.picture(f"{picture}-devices")
    await frontend.click("Skip and finish", within=frontend.dialog)
    await expect(frontend.window).to_be_hidden()
