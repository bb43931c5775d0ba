"""Print what one of Home Assistant's own integrations requires."""

import json
from pathlib import Path
import sys

import homeassistant


def requirements_of(domain: str) -> list[str]:
    """Return what it wants to be installed, such as "pyenphase==4.0.6"."""
    manifest = Path(homeassistant.__file__).parent / "components" / domain / "manifest.json"
    return list(json.loads(manifest.read_text(encoding="utf-8"))["requirements"])


if __name__ == "__main__":
    print(*requirements_of(sys.argv[1]))
