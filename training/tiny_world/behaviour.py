"""What the model answers: accuracies on fresh items, and its answers to questions that have none."""

import random
from collections import defaultdict
from typing import NamedTuple

import torch

from common.intervals import share

from .exported import ExportedModel
from .items import Item, fact_item, fact_items, pattern_items
from .templates import RELATIONS
from .words import KINDS
from .world import FactSentence, World

EVALUATION_SEED = 12345  # training never sees it: its development items use another seed
ITEMS_PER_VARIANT = 300
CONFIRMATION_SEED = 54321  # further items, which take no part in choosing a model
CONFIRMATION_ITEMS_PER_VARIANT = 1500
MISMATCH_SUBJECTS = 6  # subjects of each wrong kind asked for each relation
CONFIDENT = 0.5


class Prediction(NamedTuple):
    item: Item
    word: str  # the most likely answer
    probability: float

    @property
    def right(self) -> bool:
        return self.word in self.item.ok

    @property
    def right_kind(self) -> bool:
        """Whether the answer is of the kind that the relation asks for."""
        return self.word in KINDS[RELATIONS[self.item.sub].object]

    @property
    def confident_answer(self) -> bool:
        return self.right_kind and self.probability > CONFIDENT


@torch.no_grad()
def predictions(model: ExportedModel, world: World, items: list[Item]) -> list[Prediction]:
    result = []
    for group in model.reading.groups(items):
        ids = torch.tensor([world.encode(model.reading.tokens(item)) for item in group])
        best = model.predict(ids, model.reading.answer(group[0])).max(-1)
        result += [
            Prediction(item, world.vocabulary[index], p)
            for item, index, p in zip(group, best.indices.tolist(), best.values.tolist())
        ]
    return result


def evaluation_items(world: World) -> list[Item]:
    return fact_items(world) + mismatched_items(world) + pattern_items(EVALUATION_SEED, ITEMS_PER_VARIANT)


def confirmation_items() -> list[Item]:
    return pattern_items(CONFIRMATION_SEED, CONFIRMATION_ITEMS_PER_VARIANT)


def mismatched_items(world: World) -> list[Item]:
    """Relations asked of subjects of a kind that cannot have them. Language is left out: all kinds have one."""
    rng = random.Random(EVALUATION_SEED)
    return [
        fact_item(world, "mismatched", FactSentence(name, subject, template=0))
        for name, relation in RELATIONS.items()
        if relation.object != "language"
        for kind in ("city", "country", "person")
        if kind != relation.subject
        for subject in rng.sample(KINDS[kind], MISMATCH_SUBJECTS)
    ]


def accuracies(answered: list[Prediction]) -> dict[str, dict]:
    """Share of right answers with interval and mean top probability, for families and `family/variant`."""
    groups = defaultdict(list)
    for prediction in answered:
        if prediction.item.target is not None:
            groups[prediction.item.family].append(prediction)
            groups[f"{prediction.item.family}/{prediction.item.sub}"].append(prediction)
    return {
        key: {
            **share([prediction.right for prediction in group]),
            "mean_top_probability": round(sum(prediction.probability for prediction in group) / len(group), 4),
        }
        for key, group in sorted(groups.items())
    }


def artifacts(answered: list[Prediction]) -> dict[str, dict]:
    """Completion artifacts: confident answers (probability > 0.5) of the asked kind that the world does not support."""

    def of(*families: str) -> list[Prediction]:
        return [prediction for prediction in answered if prediction.item.family in families]

    unanswerable = {
        family: {
            "confident_answer": share([prediction.confident_answer for prediction in of(family)]),
            "right_kind": share([prediction.right_kind for prediction in of(family)]),
        }
        for family in ("missing-fact", "mismatched")
    }
    wrong = {
        name: {"confident_wrong_answer": share([p.confident_answer and not p.right for p in of(*families)])}
        for name, families in {
            "two-hop-held-out": ["two-hop-held-out"],
            "trained-facts": ["fact", "fact-derived"],
        }.items()
    }
    return unanswerable | wrong


def missed_bars(accuracy: dict[str, dict], bars: dict[str, float]) -> list[str]:
    """The families that are below their bar, in words."""
    return [f"{key}: {accuracy[key]['share']:.4f} < {bar}" for key, bar in bars.items() if accuracy[key]["share"] < bar]
