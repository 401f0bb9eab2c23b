"""Trains the decoder: `python -m tiny_world.decoder.train --seed 0 --out DIR`.

Writes a model folder (export.py) with `training.json` beside it: the settings and the curve of development accuracies.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from common.optimizer import create_optimizers
from common.training import fit, fix_randomness, read_options, write_record

from ..development import accuracies, development_items
from ..reading import NEXT_WORD
from ..sentences import DECODER_PACKING, Batch, SentenceGenerator
from ..words import PAD, SPECIAL_TOKENS, UNKNOWN
from ..world import World
from .export import export_model
from .model import Decoder, DecoderConfig

STEPS = 4800
DOCUMENTS_PER_STEP = 64
UNDETERMINED_WEIGHT = 0.2  # weight in the loss of words that do not follow from their prefix
UNKNOWN_DOCUMENTS = 0.2  # share of documents in which some input words become [UNK] ...
UNKNOWN_WORDS = 0.1  # ... and the share of their words: [UNK] can then stand for a deleted word


def weighted_loss(model: Decoder, batch: Batch, world: World) -> tuple[Tensor, int]:
    """Weighted sum of the cross-entropies (nats) of a batch, and its number of predicted words."""
    ids, determined = torch.tensor(batch.ids), torch.tensor(batch.determined)  # [document, token]
    targets, inputs = ids[:, 1:], ids[:, :-1].clone()
    hit = (torch.rand(len(ids), 1) < UNKNOWN_DOCUMENTS) & (torch.rand(inputs.shape) < UNKNOWN_WORDS)
    inputs[hit & (inputs >= len(SPECIAL_TOKENS))] = world.ids[UNKNOWN]
    weights = torch.where(determined[:, 1:], 1.0, UNDETERMINED_WEIGHT)
    present = targets != world.ids[PAD]
    losses = F.cross_entropy(model(inputs)[present], targets[present], reduction="none")
    return (losses * weights[present]).sum(), int(present.sum())


def main() -> None:
    options = read_options(__doc__.splitlines()[0], STEPS)
    fix_randomness(options.seed)
    world = World()
    model = Decoder(DecoderConfig(vocab=len(world.vocabulary)))
    generator = SentenceGenerator(world, DECODER_PACKING, options.seed + 100)
    optimizers = create_optimizers(model, model.transformer.h, decayed={"transformer.wte.weight"}, output_axis=1)
    items = development_items(world)

    def step_loss() -> Tensor:
        batches = generator.batches(DOCUMENTS_PER_STEP, model.config.context + 1)
        parts = [weighted_loss(model, batch, world) for batch in batches]
        return sum(part for part, _ in parts) / sum(count for _, count in parts)

    record = fit(
        model,
        optimizers,
        options,
        DOCUMENTS_PER_STEP,
        step_loss,
        lambda: accuracies(model, NEXT_WORD, world, items),
    )
    export_model(model, world, options.out)
    write_record(record, options.out)


if __name__ == "__main__":
    main()
