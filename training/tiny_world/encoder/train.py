"""Trains the encoder: `python -m tiny_world.encoder.train --seed 0 --out DIR`.

Writes a model folder (export.py) with `training.json` beside it: the settings and the curve of development accuracies.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from common.optimizer import create_optimizers
from common.training import fit, fix_randomness, read_options, write_record

from ..development import accuracies, development_items
from ..reading import MASKED_WORD
from ..sentences import ENCODER_PACKING, Batch, SentenceGenerator
from ..words import MASK, PAD, SPECIAL_TOKENS
from ..world import World
from .export import export_model
from .model import Encoder, EncoderConfig

STEPS = 3600
DOCUMENTS_PER_STEP = 64
UNDETERMINED_WEIGHT = 0.2  # weight in the loss of words that the rest of the sentence does not determine

# How often a word is masked. A sentence that repeats itself has many determined words: enough of them must stay readable.
FEW_DETERMINED = 2
RATE_IF_FEW, RATE_IF_MANY = 0.9, 0.4
RATE_OF_OTHERS = 0.05
HEAVY_DOCUMENTS = 0.15  # share of documents in which up to ...
HEAVY_RATE = 0.5  # ... this share of the other words is masked, so that [MASK] can stand for a deleted word
SHOWN_AS_MASK = 0.95  # of the words to be predicted; the others stay as they are


def weighted_loss(model: Encoder, batch: Batch, world: World) -> tuple[Tensor, Tensor]:
    """Weighted sum of the cross-entropies (nats) of a batch's masked words, and the sum of their weights."""
    ids, determined = torch.tensor(batch.ids), torch.tensor(batch.determined)  # [document, token]
    draw = torch.rand(len(ids), 1)
    heavy = draw < HEAVY_DOCUMENTS
    many = determined.sum(1, keepdim=True) > FEW_DETERMINED
    rate_of_determined = torch.where(many, RATE_IF_MANY, RATE_IF_FEW)
    rate_of_others = torch.where(heavy, draw / HEAVY_DOCUMENTS * HEAVY_RATE, RATE_OF_OTHERS)
    words = ids >= len(SPECIAL_TOKENS)
    asked = words & (torch.rand(ids.shape) < torch.where(determined, rate_of_determined, rate_of_others))
    shown = torch.where(asked & (torch.rand(ids.shape) < SHOWN_AS_MASK), world.ids[MASK], ids)
    weights = torch.where(determined & ~heavy, 1.0, UNDETERMINED_WEIGHT)[asked]
    states = model.states(shown, ids != world.ids[PAD])[asked]  # [asked word, D]
    losses = F.cross_entropy(model.logits(states), ids[asked], reduction="none")
    return (losses * weights).sum(), weights.sum()


def main() -> None:
    options = read_options(__doc__.splitlines()[0], STEPS)
    fix_randomness(options.seed)
    world = World()
    model = Encoder(EncoderConfig(vocab=len(world.vocabulary)))
    generator = SentenceGenerator(world, ENCODER_PACKING, options.seed + 100)
    matrices = {"bert.embeddings.word_embeddings.weight", "cls.predictions.transform.dense.weight"}
    optimizers = create_optimizers(model, model.bert.encoder.layer, decayed=matrices, output_axis=0)
    items = development_items(world)

    def step_loss() -> Tensor:
        batches = generator.batches(DOCUMENTS_PER_STEP, model.config.context)
        parts = [weighted_loss(model, batch, world) for batch in batches]
        return sum(part for part, _ in parts) / sum(weight for _, weight in parts)

    record = fit(
        model,
        optimizers,
        options,
        DOCUMENTS_PER_STEP,
        step_loss,
        lambda: accuracies(model, MASKED_WORD, world, items),
    )
    export_model(model, world, options.out)
    write_record(record, options.out)


if __name__ == "__main__":
    main()
