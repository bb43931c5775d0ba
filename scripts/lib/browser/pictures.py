"""The guides' pictures: some of the test's, made small."""

from pathlib import Path
from typing import Final

from PIL import Image

from scripts.lib.develop.process import ROOT

_FOLDER: Final = ROOT / "docs" / "images"
_PICTURES: Final = ("energy", "energy-days", "device", "sign-in-menu", "repair")
_OF_A_STEP: Final = ("menu", "repair", "preview", "entity", "energy", "options", "back")
"""Of changing over, which is left out with some versions of Home Assistant."""
_COLOURS: Final = 256
_MOST_BYTES: Final = 200_000


def update_docs(pictures: Path) -> None:
    """Take the pictures of the guides over."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    there = [name for name in (f"switch-{name}" for name in _OF_A_STEP) if (pictures / f"{name}.png").exists()]
    for name in (*_PICTURES, *there):
        target = _FOLDER / f"{name}.png"
        with Image.open(pictures / f"{name}.png") as picture:
            picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
        if (size := target.stat().st_size) > _MOST_BYTES:
            raise ValueError(f"{target} has {size} bytes")
        print(f"{target.relative_to(ROOT)}  {target.stat().st_size} bytes")
