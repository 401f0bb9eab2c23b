"""Accuracy during training, on items that the evaluation does not use."""

import random
from collections.abc import Callable

import torch
from torch import Tensor

from .items import Item, fact_items, pattern_items
from .reading import Reading
from .world import World

DEVELOPMENT_SEED = 1  # never the seed of the evaluation
DEVELOPMENT_COUNT = 100


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


@torch.no_grad()
def accuracies(
    logits: Callable[[Tensor], Tensor], reading: Reading, world: World, items: list[Item]
) -> dict[str, float]:
    """Share of items whose most likely word is right, for each family and variant. `logits`: ids [B, L] -> [B, L, V]."""
    hits: dict[str, list[bool]] = {}
    for group in reading.groups(items):
        ids = torch.tensor([world.encode(reading.tokens(item)) for item in group])
        best = logits(ids)[:, reading.answer(group[0])].argmax(-1).tolist()
        for item, word in zip(group, best):
            for key in (item.family, f"{item.family}/{item.sub}"):
                hits.setdefault(key, []).append(world.vocabulary[word] in item.ok)
    return {key: round(sum(values) / len(values), 4) for key, values in sorted(hits.items())}
