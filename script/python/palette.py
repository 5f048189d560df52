"""Writes the PNGs of a folder anew with 64 colours."""

import pathlib
import sys

from PIL import Image

for file in sorted(pathlib.Path(sys.argv[1]).glob("*.png")):
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(colors=64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
