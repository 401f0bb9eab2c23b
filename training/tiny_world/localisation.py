"""Whether attribution methods find the tokens that are known to be responsible, and whether deleting those tokens matters.

Items: answered rightly, at least two eligible tokens, a ground-truth token among them. Eligible: all but [BOS] and the last
token. Perturbation replaces growing shares of the eligible tokens by [UNK], most relevant first (MoRF) or least
relevant first (LeRF), and integrates the probability of the model's own first answer over the share: 0 ... 0.9.
"""

import math
import random
from collections import defaultdict

import numpy as np
import torch
from torch import Tensor

from .attribution import attributions
from .behaviour import Prediction, group_by_length
from .frozen import ExportedDecoder
from .intervals import mean
from .items import Item
from .words import UNKNOWN
from .world import World

SHARES = [step / 10 for step in range(10)]
ITEMS_PER_FAMILY = 100
FAMILIES = ("fact", "fact-derived", "indirect-object", "induction", "agreement")


def choose_items(answered: list[Prediction], family: str) -> list[Item]:
    usable = [
        prediction.item
        for prediction in answered
        if prediction.item.family == family
        and prediction.right
        and len(prediction.item.tokens) > 2
        and any(0 < position < len(prediction.item.tokens) for position in prediction.item.copy)
    ]
    return random.Random(family).sample(usable, min(ITEMS_PER_FAMILY, len(usable)))


def localise(decoder: ExportedDecoder, world: World, answered: list[Prediction]) -> dict:
    """Tables {family: {method: {measure: mean with interval}}}, and the largest completeness error."""
    rng = np.random.default_rng(0)
    tables, worst = {}, 0.0
    for family in FAMILIES:
        rows = defaultdict(lambda: defaultdict(list))  # method -> measure -> one value an item
        for items in group_by_length(choose_items(answered, family)):
            scores, error = attributions(decoder, world, items, rng)
            worst = max(worst, error)
            for method, score in scores.items():
                for measure, values in {
                    **ground_truth_measures(items, score),
                    **perturbation_measures(decoder, world, items, score),
                }.items():
                    rows[method][measure] += values
        tables[family] = {
            method: {measure: mean(values) for measure, values in measures.items()} for method, measures in rows.items()
        }
    return {"completeness_max_relative_error": worst, "families": tables}


def ground_truth_measures(items: list[Item], scores: Tensor) -> dict[str, list[float]]:  # scores [item, source]
    """top1_*: the highest-scored eligible token is a ground-truth token. share_copy: the copy tokens' part of positive scores."""
    measures = defaultdict(list)
    for item, score in zip(items, scores.tolist()):
        eligible = range(1, len(score) - 1)
        top = max(eligible, key=lambda position: score[position])
        positive = sum(max(0.0, score[position]) for position in eligible)
        on_copy = sum(max(0.0, score[position]) for position in item.copy if position in eligible)
        measures["top1_copy"].append(float(top in item.copy))
        measures["top1_copy_or_cue"].append(float(top in item.copy or top in item.cue))
        measures["share_copy"].append(on_copy / positive if positive > 0 else 0.0)
    return measures


@torch.no_grad()
def perturbation_measures(
    decoder: ExportedDecoder, world: World, items: list[Item], scores: Tensor
) -> dict[str, list[float]]:
    ids = torch.tensor([world.encode(item.tokens) for item in items])  # [item, L]
    answers = decoder.predict(ids).argmax(-1, keepdim=True)
    eligible = ids.shape[1] - 2
    areas = {}
    for name, descending in (("morf", True), ("lerf", False)):
        order = scores[:, 1:-1].argsort(1, descending=descending) + 1  # [item, rank]
        curve = [
            decoder.predict(ids.scatter(1, order[:, : math.ceil(share * eligible - 1e-9)], world.ids[UNKNOWN])).gather(
                1, answers
            )
            for share in SHARES
        ]
        areas[name] = torch.trapezoid(torch.cat(curve, 1), dx=SHARES[1], dim=1) / SHARES[-1]
    areas["gap"] = areas["lerf"] - areas["morf"]
    return {name: values.tolist() for name, values in areas.items()}
