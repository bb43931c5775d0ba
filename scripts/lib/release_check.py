"""Tries the release: an empty Home Assistant gets the zip as HACS would install it, and is set up with it."""

import argparse
import asyncio
from pathlib import Path
import re
import sys
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile

from aiohttp import ClientSession

from scripts.lib.develop.api import Api
from scripts.lib.develop.home_assistant import HomeAssistant
from scripts.lib.develop.process import ROOT, DemoError, free_port
from scripts.lib.develop.report import log_complaints, settled_rows, table
from scripts.lib.develop.set_up import DOMAIN, set_up
from scripts.lib.develop.site import simulated
from scripts.lib.release_zip import build, version

_CHANGELOG: Final = ROOT / "CHANGELOG.md"


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/release-check",
        description="Build the release's zip and install it into an empty Home Assistant, beside a simulated gateway.",
    )
    parser.add_argument("--tag", help="the tag of the release, which has to be the manifest's version with a v")
    parser.add_argument("--profile", default="metered_battery", help="the simulated site")
    return parser.parse_args()


def _check_version(tag: str | None) -> None:
    """Manifest, changelog and tag have to speak of the same version."""
    if tag is not None and tag != f"v{version()}":
        raise DemoError(f"the tag is {tag}, the manifest's version {version()}")
    if not re.search(rf"^## \[{re.escape(version())}\]", _CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE):
        raise DemoError(f"CHANGELOG.md says nothing of {version()}")


def _install(archive: Path, home_assistant: HomeAssistant) -> None:
    """Unpack the zip where HACS unpacks it."""
    home_assistant.prepare()
    components = home_assistant.folder / "custom_components"
    components.unlink()
    with ZipFile(archive) as files:
        files.extractall(components / DOMAIN)


async def _try(archive: Path, folder: Path, profile: str) -> bool:
    """Set the installed zip up; whether every entity has a value, and the log has nothing against it."""
    home_assistant = HomeAssistant(folder=folder / "homeassistant", port=free_port())
    _install(archive, home_assistant)
    async with (
        ClientSession() as session,
        simulated(["--profile", profile], folder=folder) as site,
        home_assistant.started(session),
    ):
        api = Api(session=session, url=home_assistant.url)
        await api.sign_in()
        async with api.websocket() as websocket:
            manifest = await websocket.query("manifest/get", integration=DOMAIN)
        await set_up(api, site)
        async with api.websocket() as websocket:
            rows = await settled_rows(websocket, reason=None)
    complaints = log_complaints(home_assistant.log)
    print(f"{table(rows)}\n")
    for complaint in complaints:
        print(f"In the log: {complaint}\n")
    missing = sum(row.is_wrong for row in rows)
    print(
        f"Version {manifest['version']}: {len(rows)} entities, {missing} without a value; {len(complaints)} complaints"
    )
    return manifest["version"] == version() and bool(rows) and not missing and not complaints


def main() -> int:
    """Build, install, look; the exit code."""
    options = _arguments()
    try:
        _check_version(options.tag)
        archive = build()
        with TemporaryDirectory(prefix="release-check-") as folder:
            well = asyncio.run(_try(archive, Path(folder), options.profile))
    except DemoError as err:
        print(f"error: {err}", file=sys.stderr)
        return 1
    print(f"{archive.relative_to(ROOT)}  {archive.stat().st_size} bytes")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
