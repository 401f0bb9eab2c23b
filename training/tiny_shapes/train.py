"""Trains the image classifier: `python -m tiny_shapes.train --seed 0 --out DIR`. Every step sees fresh pictures.

Writes a model folder (export.py) with `training.json` beside it: the settings and the curve of development accuracies.
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from common.optimizer import create_optimizers
from common.training import fit, fix_randomness, read_options, write_record

from .export import export_model
from .model import Classifier, ClassifierConfig
from .pictures import draw_pictures

STEPS = 4200
PICTURES_PER_STEP = 48
ADAMW_RATE = 2e-3
DEVELOPMENT_SEED = 9  # never the seed of the evaluation
DEVELOPMENT_PICTURES = 500


def main() -> None:
    options = read_options(__doc__.splitlines()[0], STEPS)
    fix_randomness(options.seed)
    model = Classifier(ClassifierConfig())
    generator = Generator().manual_seed(options.seed + 100)
    matrices = {"vit.embeddings.patch_embeddings.projection.weight", "classifier.weight"}
    optimizers = create_optimizers(
        model, model.vit.encoder.layer, decayed=matrices, output_axis=0, adamw_rate=ADAMW_RATE
    )
    development = draw_pictures(Generator().manual_seed(DEVELOPMENT_SEED), DEVELOPMENT_PICTURES)

    def step_loss() -> Tensor:
        pictures = draw_pictures(generator, PICTURES_PER_STEP)
        return F.cross_entropy(model(pictures.pixels), pictures.classes)

    @torch.no_grad()
    def accuracies() -> dict[str, float]:
        right = model(development.pixels).argmax(-1) == development.classes
        return {"class": round(float(right.float().mean()), 4)}

    record = fit(model, optimizers, options, PICTURES_PER_STEP, step_loss, accuracies)
    export_model(model, options.out)
    write_record(record, options.out)


if __name__ == "__main__":
    main()
