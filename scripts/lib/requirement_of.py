"""Print what one of Home Assistant's own integrations requires."""

import json
from pathlib import Path
import sys

import homeassistant

if __name__ == "__main__":
    manifest = Path(homeassistant.__file__).parent / "components" / sys.argv[1] / "manifest.json"
    print(*json.loads(manifest.read_text())["requirements"])
