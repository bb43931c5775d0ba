"""The README's pictures: some of the test's, made small."""

from pathlib import Path
from typing import Final

from PIL import Image

from scripts.lib.develop.process import ROOT

_FOLDER: Final = ROOT / "docs" / "images"
_PICTURES: Final = ("energy", "energy-days", "device", "sign-in-menu", "repair")
_COLOURS: Final = 256
_MOST_BYTES: Final = 200_000


def update_docs(pictures: Path) -> None:
    """Take the README's pictures over."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for name in _PICTURES:
        target = _FOLDER / f"{name}.png"
        with Image.open(pictures / f"{name}.png") as picture:
            picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
        if (size := target.stat().st_size) > _MOST_BYTES:
            raise ValueError(f"{target} has {size} bytes")
        print(f"{target.relative_to(ROOT)}  {target.stat().st_size} bytes")
