"""Prints what Home Assistant would install at its first start with the demo's configuration, one requirement a line.

Home Assistant installs the requirements of an integration when it loads it. Installed beforehand, the first start is
quick, works offline, and its log is clean.
"""

from collections.abc import Iterable
import json
from pathlib import Path

from homeassistant import bootstrap, components, requirements

INTEGRATIONS = Path(components.__file__).parent
CUSTOM_INTEGRATIONS = Path(__file__).parents[2] / "custom_components"
# What the demo's configuration names, and what Home Assistant starts by itself.
DOMAINS = {"energy", "history", "iq_gateway", *bootstrap.CORE_INTEGRATIONS, *bootstrap.DEFAULT_INTEGRATIONS}


def _manifest(domain: str) -> dict[str, list[str]]:
    """The manifest of an integration; empty for one that does not exist (yet)."""
    for root in (CUSTOM_INTEGRATIONS, INTEGRATIONS):
        path = root / domain / "manifest.json"
        if path.is_file():
            manifest: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
            return manifest
    return {}


def _loaded_with(manifest: dict[str, list[str]]) -> set[str]:
    """The integrations whose requirements Home Assistant installs along with those of this manifest's integration."""
    discovery = {
        domain for domain, keys in requirements.DISCOVERY_INTEGRATIONS.items() if any(key in manifest for key in keys)
    }
    return discovery.union(manifest.get("dependencies", []), manifest.get("after_dependencies", []))


def first_start_requirements(domains: Iterable[str]) -> list[str]:
    """Requirements of the integrations and of all that is loaded with them, sorted."""
    waiting, seen, found = set(domains), set[str](), set[str]()
    while waiting:
        domain = waiting.pop()
        seen.add(domain)
        manifest = _manifest(domain)
        found.update(manifest.get("requirements", []))
        waiting |= _loaded_with(manifest) - seen
    return sorted(found)


if __name__ == "__main__":
    print("\n".join(first_start_requirements(DOMAINS)))
