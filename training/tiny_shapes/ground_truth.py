"""ground-truth.json and ground-truth.png: fresh pictures, their classes, and which patches show the coloured shape."""

from pathlib import Path

import torch
from torch import Generator

from common.files import compact_json

from .pictures import CLASSES, PATCH, SIDE, Pictures, coverage, draw_pictures
from .png import sheet, to_bytes, write_png

SEED = 2024  # neither that of the training nor of the evaluation
PER_CLASS = 2
COLUMNS = 6
JSON_FILE, PNG_FILE = "ground-truth.json", "ground-truth.png"


def ground_truth_pictures() -> Pictures:
    """PER_CLASS pictures of every class, in the order of the classes."""
    drawn = draw_pictures(Generator().manual_seed(SEED), 40 * len(CLASSES))
    chosen = torch.cat([(drawn.classes == label).nonzero()[:PER_CLASS, 0] for label in range(len(CLASSES))])
    return Pictures(*(field[chosen] for field in drawn))


def ground_truth() -> dict:
    pictures = ground_truth_pictures()
    return {
        "side": SIDE,
        "patch": PATCH,
        "token_of_first_patch": 1,  # token 0 is [CLS], from which the class is read
        "sheet": {"file": PNG_FILE, "columns": COLUMNS},
        "pictures": [
            {"class": CLASSES[label], **patches(shares)}
            for label, shares in zip(pictures.classes.tolist(), coverage(pictures.masks).tolist())
        ],
    }


def patches(shares: list[float]) -> dict:
    """The patches of the shape, in rows from the top left, and the share of each that the shape covers."""
    covered = [patch for patch, share in enumerate(shares) if share > 0]
    return {"patches": covered, "covered": [shares[patch] for patch in covered]}


def write_ground_truth(out: Path) -> None:
    (out / JSON_FILE).write_text(compact_json(ground_truth()))
    write_png(out / PNG_FILE, sheet([to_bytes(picture) for picture in ground_truth_pictures().pixels], COLUMNS))
