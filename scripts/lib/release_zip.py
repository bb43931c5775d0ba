"""The release: what HACS unpacks into custom_components/iq_gateway, in one zip, the same for the same content."""

import json
from pathlib import Path
import subprocess
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from scripts.lib.develop.process import ROOT

INTEGRATION: Final = ROOT / "custom_components" / "iq_gateway"
_ZIP: Final = ROOT / "dist" / "iq_gateway.zip"
# Zips know no time before it; a fixed one lets two builds be compared.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16


def version() -> str:
    """The version that the manifest tells."""
    manifest: dict[str, object] = json.loads((INTEGRATION / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["version"])


def build() -> Path:
    """Build the zip of everything that git keeps of the integration."""
    _ZIP.parent.mkdir(exist_ok=True)
    with ZipFile(_ZIP, "w") as archive:
        for path in _files():
            entry = ZipInfo(path.relative_to(INTEGRATION).as_posix(), _MOMENT)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, _READABLE
            archive.writestr(entry, path.read_bytes())
    return _ZIP


def _files() -> list[Path]:
    """The integration's files: committed or about to be, without what Python leaves behind."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", str(INTEGRATION)]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())
