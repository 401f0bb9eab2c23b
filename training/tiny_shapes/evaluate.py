"""Evaluates a trained classifier from its exported files: `python -m tiny_shapes.evaluate DIR [--hf]` writes DIR/evaluation.json.

All pictures are rounded to 8 bits a channel first, as a picture in a file is.
"""

from pathlib import Path

import torch
from torch import Generator, Tensor

from common.evaluation import command, completeness_error, training_code_difference, transformers_difference
from common.intervals import share

from .frozen import ExportedClassifier
from .localisation import PICTURES, localise
from .model import Classifier, ClassifierConfig
from .pictures import HUES, SHAPES, Pictures, draw_pictures
from .png import from_bytes, to_bytes

EVALUATION_SEED = 12345  # training never sees it
CONFIRMATION_SEED = 54321  # further pictures, which take no part in choosing a model
WITHOUT_CLASS_SEED = 777
EVALUATED = 2000
WITHOUT_CLASS = 500
BARS = {"class": 0.97}  # smallest share of right answers of a model that may be published
CONFIDENT = 0.5
CHECKED_PICTURES = 64  # pictures in each comparison of logits
BATCH = 250
FULL_BATCH = 16  # pictures whose contributions are held at once


def fresh_pictures(seed: int, count: int, coloured: bool = True) -> Pictures:
    drawn = draw_pictures(Generator().manual_seed(seed), count, coloured)
    return drawn._replace(pixels=torch.stack([from_bytes(to_bytes(picture)) for picture in drawn.pixels]))


@torch.no_grad()
def probabilities(model: ExportedClassifier, pixels: Tensor) -> Tensor:  # [B, C]
    return torch.cat([model.predict(part) for part in pixels.split(BATCH)])


def accuracies(predicted: Tensor, classes: Tensor) -> dict[str, dict]:
    """Share of right answers with interval: class, hue, shape; and the class for every hue and shape of the picture."""
    right = predicted == classes
    hue, shape = classes // len(SHAPES), classes % len(SHAPES)
    groups = {
        "class": right,
        "hue": predicted // len(SHAPES) == hue,
        "shape": predicted % len(SHAPES) == shape,
        **{f"class/{name}": right[hue == index] for index, name in enumerate(HUES)},
        **{f"class/{name}": right[shape == index] for index, name in enumerate(SHAPES)},
    }
    return {name: share(values.tolist()) for name, values in groups.items()}


def evaluate(folder: Path, with_transformers: bool) -> dict:
    model = ExportedClassifier(folder)
    pictures = fresh_pictures(EVALUATION_SEED, EVALUATED)
    predicted = probabilities(model, pictures.pixels).argmax(-1)
    accuracy = accuracies(predicted, pictures.classes)
    confirmation = fresh_pictures(CONFIRMATION_SEED, EVALUATED)
    colourless = fresh_pictures(WITHOUT_CLASS_SEED, WITHOUT_CLASS, coloured=False)
    right = (predicted == pictures.classes).nonzero()[:PICTURES, 0]
    checked = pictures.pixels[:CHECKED_PICTURES]
    logits, exact = _logits(model, checked), ExportedClassifier(folder, torch.float64)
    return {
        "accuracy": accuracy,
        "missed_bars": [
            f"{key}: {accuracy[key]['share']:.4f} < {bar}" for key, bar in BARS.items() if accuracy[key]["share"] < bar
        ],
        "confirmation": accuracies(probabilities(model, confirmation.pixels).argmax(-1), confirmation.classes),
        "artifacts": {
            "confident_answer": share((probabilities(model, colourless.pixels).amax(-1) > CONFIDENT).tolist())
        },
        "localisation": localise(model, Pictures(*(field[right] for field in pictures))),
        "export": {
            "pictures": len(checked),
            "largest_logit": float(logits.abs().max()),
            "training_code_max_difference": training_code_difference(
                folder, Classifier(ClassifierConfig()), checked, logits
            ),
            "completeness_max_relative_error_float64": max(
                completeness_error(exact, exact.embed(part)) for part in checked.split(FULL_BATCH)
            ),
            "transformers": transformers_difference(folder, "ViTForImageClassification", checked, logits)
            if with_transformers
            else None,
        },
    }


@torch.no_grad()
def _logits(model: ExportedClassifier, pixels: Tensor) -> Tensor:  # [B, C]
    return model.logits(model.run(model.embed(pixels)).y[:, 0])


def main() -> None:
    command(__doc__.splitlines()[0], evaluate, width=20)


if __name__ == "__main__":
    main()
