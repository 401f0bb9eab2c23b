"""Whether attribution methods find the tokens that are known to be responsible, and whether deleting those tokens matters.

Items: answered rightly, at least two eligible tokens, a ground-truth token among them. Eligible: all but special tokens and the
answering token (reading.py). Perturbation replaces growing shares of the eligible tokens by [UNK] or [MASK], most relevant
first (MoRF) or least relevant first (LeRF), and integrates the probability of the model's own first answer over the
share: 0 ... 0.9.
"""

import math
import random
from collections import defaultdict

import numpy as np
import torch
from torch import Tensor

from common.intervals import mean

from .attribution import attributions
from .behaviour import Prediction
from .exported import ExportedModel
from .items import Item
from .reading import Reading
from .world import World

SHARES = [step / 10 for step in range(10)]
ITEMS_PER_FAMILY = 100
FAMILIES = ("fact", "fact-derived", "indirect-object", "induction", "agreement")


def choose_items(answered: list[Prediction], family: str, reading: Reading) -> list[Item]:
    usable = [
        prediction.item
        for prediction in answered
        if prediction.item.family == family
        and prediction.right
        and len(prediction.item.tokens) > 2
        and any(position in reading.eligible(prediction.item) for position in prediction.item.copy)
    ]
    return random.Random(family).sample(usable, min(ITEMS_PER_FAMILY, len(usable)))


def localise(model: ExportedModel, world: World, answered: list[Prediction]) -> dict:
    """Tables {family: {method: {measure: mean with interval}}}, and the largest completeness error."""
    rng = np.random.default_rng(0)
    tables, worst = {}, 0.0
    for family in FAMILIES:
        rows = defaultdict(lambda: defaultdict(list))  # method -> measure -> one value an item
        for items in model.reading.groups(choose_items(answered, family, model.reading)):
            scores, error = attributions(model, world, items, rng)
            worst = max(worst, error)
            for method, score in scores.items():
                for measure, values in {
                    **ground_truth_measures(items, score, model.reading),
                    **perturbation_measures(model, world, items, score),
                }.items():
                    rows[method][measure] += values
        tables[family] = {
            method: {measure: mean(values) for measure, values in measures.items()} for method, measures in rows.items()
        }
    return {"completeness_max_relative_error": worst, "families": tables}


def ground_truth_measures(
    items: list[Item], scores: Tensor, reading: Reading
) -> dict[str, list[float]]:  # scores [item, source]
    """top1_*: the highest-scored eligible token is a ground-truth token. share_copy: the copy tokens' part of positive scores."""
    measures = defaultdict(list)
    for item, score in zip(items, scores.tolist()):
        eligible = reading.eligible(item)
        top = max(eligible, key=lambda position: score[position])
        positive = sum(max(0.0, score[position]) for position in eligible)
        on_copy = sum(max(0.0, score[position]) for position in item.copy if position in eligible)
        measures["top1_copy"].append(float(top in item.copy))
        measures["top1_copy_or_cue"].append(float(top in item.copy or top in item.cue))
        measures["share_copy"].append(on_copy / positive if positive > 0 else 0.0)
    return measures


@torch.no_grad()
def perturbation_measures(
    model: ExportedModel, world: World, items: list[Item], scores: Tensor
) -> dict[str, list[float]]:
    reading = model.reading
    ids = torch.tensor([world.encode(reading.tokens(item)) for item in items])  # [item, L]
    answer = reading.answer(items[0])
    answers = model.predict(ids, answer).argmax(-1, keepdim=True)
    eligible = torch.tensor(reading.eligible(items[0]))

    def still_likely(order: Tensor, share: float) -> Tensor:
        """Probability of the first answer once that share of the tokens is deleted, in the given order: [item, 1]."""
        deleted = order[:, : math.ceil(share * len(eligible) - 1e-9)]
        return model.predict(ids.scatter(1, deleted, world.ids[reading.deleted]), answer).gather(1, answers)

    areas = {}
    for name, descending in (("morf", True), ("lerf", False)):
        order = eligible[scores[:, eligible].argsort(1, descending=descending)]  # [item, rank]
        curve = torch.cat([still_likely(order, share) for share in SHARES], 1)
        areas[name] = torch.trapezoid(curve, dx=SHARES[1], dim=1) / SHARES[-1]
    areas["gap"] = areas["lerf"] - areas["morf"]
    return {name: values.tolist() for name, values in areas.items()}
