"""Quick self-check, seconds: `python -m tiny_shapes.check [--model DIR]`. Fails with a sentence and exit code 1.

The pictures are those the weights were trained on; the masks say where the colour is; a PNG gives back the bytes it was written from; a
published model folder, if given, belongs to this code.
"""

import argparse
import hashlib
import json
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import torch
from torch import Generator, Tensor

from common.check import check_report, require, run_checks
from common.files import compact_json

from .examples import EXAMPLES
from .export import MODEL_FILES
from .ground_truth import JSON_FILE, PNG_FILE, ground_truth, write_ground_truth
from .pictures import CLASSES, HUES, SHAPES, draw_pictures
from .png import from_bytes, to_bytes, write_png
from .report import report

PICTURES_HASH = "38949cf46af88d05"
COUNT = 500
LEAST_SATURATION = 0.3  # largest minus smallest channel, 0 ... 1; noise alone stays below


def check_pictures() -> None:
    pictures = draw_pictures(Generator().manual_seed(0), COUNT)
    coarse = torch.stack([to_bytes(picture) for picture in pictures.pixels]).numpy().tobytes()
    found = hashlib.sha256(coarse).hexdigest()[:16]
    require(found == PICTURES_HASH, f"the pictures are {found}, the weights belong to {PICTURES_HASH}")
    require(set(pictures.classes.tolist()) == set(range(len(CLASSES))), "a class is never drawn")
    require(bool(pictures.masks.any((1, 2)).all()), "a picture has no coloured shape")
    colours = (pictures.pixels + 1) / 2  # [B, 3, S, S]
    inside = pictures.masks[:, None]
    mean_inside = (colours * inside).sum((2, 3)) / inside.sum((2, 3))  # [B, 3]
    spread = mean_inside.amax(1) - mean_inside.amin(1)
    require(bool((spread > LEAST_SATURATION).all()), "a coloured shape is grey")
    strongest = torch.tensor([max(range(3), key=lambda channel: rgb[channel]) for rgb in HUES.values()])
    require(
        bool((mean_inside.argmax(1) == strongest[pictures.classes // len(SHAPES)]).all()),
        "a coloured shape has another hue than its class",
    )
    outside = torch.where(inside, torch.tensor(0.0), colours).sum((2, 3)) / (~inside).sum((2, 3))
    grey = outside.amax(1) - outside.amin(1)
    require(bool((grey < 0.05).all()), "there is colour outside the coloured shape")


def check_png() -> None:
    picture = to_bytes(draw_pictures(Generator().manual_seed(1), 1).pixels[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        write_png(path, picture)
        require(torch.equal(read_png(path), picture), "a PNG does not give back its bytes")
    require(torch.equal(to_bytes(from_bytes(picture)), picture), "pixels do not give back their bytes")


def read_png(path: Path) -> Tensor:
    """What png.py writes: one IDAT chunk, no filters."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    at = data.index(b"IDAT")
    length = struct.unpack(">I", data[at - 4 : at])[0]
    lines = torch.tensor(list(zlib.decompress(data[at + 4 : at + 4 + length])), dtype=torch.uint8)
    return lines.view(height, 1 + 3 * width)[:, 1:].reshape(height, width, 3)


def check_folder(folder: Path) -> None:
    """The published files are those that this code writes."""
    examples = [example.to_json() for example in EXAMPLES]
    require(json.loads((folder / "examples.json").read_text()) == examples, "examples.json is not of this code")
    for example in EXAMPLES:
        require(
            torch.equal(read_png(folder / example.image), example.picture()[0]), f"{example.image} is another picture"
        )
    require((folder / JSON_FILE).read_text() == compact_json(ground_truth()), f"{JSON_FILE} is not of this code")
    with tempfile.TemporaryDirectory() as scratch:
        write_ground_truth(Path(scratch))
        require(
            torch.equal(read_png(folder / PNG_FILE), read_png(Path(scratch) / PNG_FILE)),
            f"{PNG_FILE} is not of this code",
        )
    check_report(folder, MODEL_FILES, lambda evaluation: report(evaluation, EXAMPLES))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="a published model folder to check as well")
    options = parser.parse_args()

    def checks() -> None:
        check_pictures()
        check_png()
        if options.model:
            check_folder(options.model)

    return run_checks(checks)


if __name__ == "__main__":
    sys.exit(main())
