"""Evaluates a trained classifier from its exported files: `python -m tiny_shapes.evaluate DIR [--hf]` writes DIR/evaluation.json.

All pictures are rounded to 8 bits a channel first, as a picture in a file is.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Generator, Tensor

from common.files import compact_json
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
            "largest_logit": float(_logits(model, checked).abs().max()),
            "training_code_max_difference": training_code_difference(folder, model, checked),
            "completeness_max_relative_error_float64": completeness_error(
                ExportedClassifier(folder, torch.float64), checked
            ),
            "transformers": transformers_difference(folder, model, checked) if with_transformers else None,
        },
    }


@torch.no_grad()
def _logits(model: ExportedClassifier, pixels: Tensor) -> Tensor:  # [B, C]
    return model.logits(model.run(model.embed(pixels)).y[:, 0])


@torch.no_grad()
def training_code_difference(folder: Path, model: ExportedClassifier, pixels: Tensor) -> float:
    """Largest difference of logits between the training code with the exported weights and the independent forward pass."""
    trained = Classifier(ClassifierConfig())
    trained.load_state_dict({name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()})
    return float((trained(pixels) - _logits(model, pixels)).abs().max())


@torch.no_grad()
def completeness_error(model: ExportedClassifier, pixels: Tensor) -> float:
    """Largest error of sum_j T_ij x_j + B_i = y_i over all tokens, relative to the largest |y|."""
    worst = 0.0
    for part in pixels.split(16):
        trace = model.run(model.embed(part))
        error = (model.contributions(trace).sum(2) - trace.y).abs().max() / trace.y.abs().max()
        worst = max(worst, float(error))
    return worst


@torch.no_grad()
def transformers_difference(folder: Path, model: ExportedClassifier, pixels: Tensor) -> dict:
    """Missing or unexpected parameters, and the largest difference of logits, against Hugging Face transformers."""
    import transformers

    original, loading = transformers.ViTForImageClassification.from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32
    )
    return {
        "version": transformers.__version__,
        "loading_problems": {key: sorted(map(str, value)) for key, value in loading.items() if value},
        "max_difference": float((original.eval()(pixels).logits - _logits(model, pixels)).abs().max()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hf", action="store_true", help="also compare with Hugging Face transformers")
    options = parser.parse_args()
    torch.set_num_threads(1)
    result = evaluate(options.folder, options.hf)
    (options.folder / "evaluation.json").write_text(compact_json(result))
    for key, entry in result["accuracy"].items():
        print(f"{key:20s} {entry['share']:.4f}  n {entry['n']}")
    summary = {key: result[key] for key in ("artifacts", "export", "missed_bars")}
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
