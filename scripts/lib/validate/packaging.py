"""Manifest, HACS, brand images, licence."""

import re
import struct
from typing import Final
from urllib.parse import urlsplit

from .tree import Problems, Tree

_REQUIRED: Final = {
    "domain": str,
    "name": str,
    "codeowners": list,
    "config_flow": bool,
    "documentation": str,
    "integration_type": str,
    "iot_class": str,
    "issue_tracker": str,
    "requirements": list,
    "version": str,
}
# Neither "loggers", which are those of libraries, nor "quality_scale": nobody reviews the tier of a custom integration.
_OPTIONAL: Final = frozenset({"after_dependencies", "dependencies", "dhcp", "zeroconf"})
_IOT_CLASSES: Final = frozenset(
    {"local_polling", "local_push", "cloud_polling", "cloud_push", "calculated", "assumed_state"}
)
_INTEGRATION_TYPES: Final = frozenset({"device", "entity", "hardware", "helper", "hub", "service", "system", "virtual"})
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+(b\d+)?")
_HACS_KEYS: Final = frozenset(
    {"name", "content_in_root", "zip_release", "filename", "hide_default_branch", "homeassistant", "hacs", "country"}
)
_IMAGES: Final = {"icon.png": 256, "icon@2x.png": 512}


def check_manifest(tree: Tree) -> Problems:
    """Check which keys the manifest has, and their order, as hassfest does for a custom integration."""
    manifest = tree.json("manifest.json")
    for key, kind in _REQUIRED.items():
        if not isinstance(manifest.get(key), kind):
            yield f"manifest.json: {key} is missing or not a {kind.__name__}"
    for key in manifest.keys() - _REQUIRED.keys() - _OPTIONAL:
        yield f"manifest.json: {key} is not known"
    keys = list(manifest)
    if keys != ["domain", "name", *sorted(keys[2:])]:
        yield "manifest.json: the order is domain, name, then the alphabet's"


def check_manifest_values(tree: Tree) -> Problems:
    """Check what the manifest's keys say."""
    manifest = tree.json("manifest.json")
    owners = manifest.get("codeowners")
    rules = {
        "documentation": _is_https(manifest.get("documentation")),
        "issue_tracker": _is_https(manifest.get("issue_tracker")),
        "iot_class": manifest.get("iot_class") in _IOT_CLASSES,
        "integration_type": manifest.get("integration_type") in _INTEGRATION_TYPES,
        "version": bool(_VERSION.fullmatch(str(manifest.get("version")))),
        "codeowners": isinstance(owners, list) and bool(owners) and all(str(owner)[:1] == "@" for owner in owners),
        "domain": manifest.get("domain") == tree.integration.name,
        # What Home Assistant brings is enough.
        "requirements": manifest.get("requirements") == [],
    }
    for key, holds in rules.items():
        if not holds:
            yield f"manifest.json: {key} cannot be {manifest.get(key)!r}"


def _is_https(address: object) -> bool:
    return urlsplit(str(address)).scheme == "https"


def check_version(tree: Tree) -> Problems:
    """Check that manifest, project and changelog speak of the same version."""
    version = str(tree.json("manifest.json").get("version"))
    if f'version = "{version}"' not in (tree.root / "pyproject.toml").read_text(encoding="utf-8"):
        yield f"pyproject.toml: version is not the manifest's {version}"
    if f"## [{version}]" not in (tree.root / "CHANGELOG.md").read_text(encoding="utf-8"):
        yield f"CHANGELOG.md: nothing on {version}"


def check_hacs(tree: Tree) -> Problems:
    """Check hacs.json and what else the HACS action looks for."""
    hacs = tree.json("../../hacs.json")
    if not isinstance(hacs.get("name"), str):
        yield "hacs.json: name is missing"
    for key in hacs.keys() - _HACS_KEYS:
        yield f"hacs.json: {key} is not known"
    if [path.name for path in tree.integration.parent.iterdir() if path.is_dir() and path.name != "__pycache__"] != [
        tree.integration.name
    ]:
        yield "custom_components: HACS takes exactly one integration from a repository"
    if "MIT License" not in (tree.root / "LICENSE").read_text(encoding="utf-8"):
        yield "LICENSE: not the MIT licence"


def check_brand(tree: Tree) -> Problems:
    """Check that the images are PNG files of the sizes that Home Assistant shows."""
    for name, size in _IMAGES.items():
        path = tree.integration / "brand" / name
        head = path.read_bytes()[:24] if path.exists() else b""
        if head[:8] != b"\x89PNG\r\n\x1a\n" or struct.unpack(">II", head[16:24]) != (size, size):
            yield f"brand/{name}: not a PNG image of {size} x {size}"
