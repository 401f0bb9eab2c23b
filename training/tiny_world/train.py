"""Trains the decoder: `python -m tiny_world.train --seed 0 --out DIR`.

Writes a model folder (export.py) with `training.json` beside it: the settings and the curve of development accuracies.
One thread and fixed seeds: on the same machine and library versions a run repeats exactly.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .export import export_model
from .items import Item, fact_items, pattern_items
from .model import Decoder, DecoderConfig
from .optimizer import create_optimizers, rate_factor, set_rates
from .sentences import Batch, SentenceGenerator
from .words import PAD, SPECIAL_TOKENS, UNKNOWN
from .world import World

DOCUMENTS_PER_STEP = 64
UNDETERMINED_WEIGHT = 0.2  # weight in the loss of words that do not follow from their prefix
UNKNOWN_DOCUMENTS = 0.2  # share of documents in which some input words become [UNK] ...
UNKNOWN_WORDS = 0.1  # ... and the share of their words: [UNK] can then stand for a deleted word
GRADIENT_NORM_LIMIT = 1.0
DEVELOPMENT_SEED = 1  # never the seed of the evaluation
DEVELOPMENT_COUNT = 100


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


@torch.no_grad()
def accuracies(model: Decoder, world: World, items: list[Item]) -> dict[str, float]:
    """Share of items whose most likely next word is right, for each family and variant."""
    hits: dict[str, list[bool]] = {}
    by_length: dict[int, list[Item]] = {}
    for item in items:
        by_length.setdefault(len(item.tokens), []).append(item)
    for group in by_length.values():
        logits = model(torch.tensor([world.encode(item.tokens) for item in group]))[:, -1]  # [item, V]
        for item, best in zip(group, logits.argmax(-1).tolist()):
            for key in (item.family, f"{item.family}/{item.sub}"):
                hits.setdefault(key, []).append(world.vocabulary[best] in item.ok)
    return {key: round(sum(values) / len(values), 4) for key, values in sorted(hits.items())}


def development_items(world: World) -> list[Item]:
    """A third of the trained facts, all held-out facts, and fresh patterns."""
    rng = random.Random(DEVELOPMENT_SEED)
    facts = [item for item in fact_items(world) if item.target is not None]
    kept = [
        item
        for item in facts
        if not item.family.startswith("fact") or item.family == "fact-paraphrase" or rng.random() < 1 / 3
    ]
    return kept + pattern_items(DEVELOPMENT_SEED, DEVELOPMENT_COUNT)


def train(seed: int, steps: int, report_every: int, out: Path) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    world = World()
    model = Decoder(DecoderConfig(vocab=len(world.vocabulary)))
    generator = SentenceGenerator(world, seed + 100)
    optimizers = create_optimizers(model)
    items = development_items(world)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    record = {
        "seed": seed,
        "steps": steps,
        "documents_per_step": DOCUMENTS_PER_STEP,
        "parameters": parameters,
        "curve": [],
    }
    print(f"{parameters} parameters", flush=True)
    wall_start, cpu_start, smoothed = time.time(), time.process_time(), None
    for step in range(1, steps + 1):
        set_rates(optimizers, rate_factor(step, steps))
        parts = [
            weighted_loss(model, batch, world)
            for batch in generator.batches(DOCUMENTS_PER_STEP, model.config.context + 1)
        ]
        loss = sum(part for part, _ in parts) / sum(count for _, count in parts)
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_NORM_LIMIT)
        for optimizer in optimizers:
            optimizer.step()
        smoothed = loss.item() if smoothed is None else 0.98 * smoothed + 0.02 * loss.item()
        if step % report_every == 0 or step == steps:
            point = {
                "step": step,
                "wall_seconds": round(time.time() - wall_start, 1),
                "cpu_seconds": round(time.process_time() - cpu_start, 1),
                "loss": round(smoothed, 4),
                "accuracy": accuracies(model, world, items),
            }
            record["curve"].append(point)
            families = {key: value for key, value in point["accuracy"].items() if "/" not in key or "induction" in key}
            print(
                step,
                f"{point['wall_seconds']} s, cpu {point['cpu_seconds']} s, loss {smoothed:.3f}",
                families,
                flush=True,
            )
    export_model(model, world, out)
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=4800)
    parser.add_argument("--report-every", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True, help="folder for the trained model")
    options = parser.parse_args()
    train(options.seed, options.steps, options.report_every, options.out)


if __name__ == "__main__":
    main()
