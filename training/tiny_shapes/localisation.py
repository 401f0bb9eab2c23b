"""Whether attribution methods find the coloured shape, and whether covering the patches that they name matters.

A patch belongs to the shape if the shape covers at least one of its pixels. Perturbation sets growing shares of the patches to the mid grey,
most relevant first (MoRF) or least relevant first (LeRF), and integrates the probability of the model's own first answer over
the share: 0 ... 0.9.
"""

import math
from collections import defaultdict

import numpy as np
import torch
from torch import Tensor

from common.intervals import mean

from .attribution import attributions
from .frozen import ExportedClassifier
from .pictures import PATCH, SIDE, Pictures, coverage

SHARES = [step / 10 for step in range(10)]
PICTURES = 200
BATCH = 20
GREY = 0.0  # of pixels in [-1, 1]
SQUARE = SIDE // PATCH  # patches in a row


def localise(model: ExportedClassifier, pictures: Pictures) -> dict:
    """Table {method: {measure: mean with interval}} over pictures that the model answers rightly, and the completeness error."""
    rng = np.random.default_rng(0)
    rows, worst, patches = defaultdict(lambda: defaultdict(list)), 0.0, []
    for first in range(0, len(pictures.classes), BATCH):
        pixels, classes, masks = (field[first : first + BATCH] for field in pictures)
        of_shape = coverage(masks) > 0  # [B, patch]
        patches += of_shape.sum(1).tolist()
        scores, error = attributions(model, pixels, classes.tolist(), rng)
        worst = max(worst, error)
        for method, score in scores.items():
            measures = {**ground_truth_measures(of_shape, score), **perturbation_measures(model, pixels, score)}
            for measure, values in measures.items():
                rows[method][measure] += values
    return {
        "completeness_max_relative_error": worst,
        "patches": SQUARE**2,
        "patches_of_the_shape": mean(patches),
        "methods": {
            method: {measure: mean(values) for measure, values in measures.items()} for method, measures in rows.items()
        },
    }


def ground_truth_measures(of_shape: Tensor, scores: Tensor) -> dict[str, list[float]]:  # both [B, patch]
    """top1: the highest-scored patch is one of the shape. share: the shape's part of the positive scores. auc: how often a
    patch of the shape scores higher than one outside."""
    positive = scores.clamp(min=0)
    top = scores.argmax(1, keepdim=True)
    pairs = scores[:, :, None] > scores[:, None, :]  # [B, patch, other patch]
    inside = of_shape[:, :, None] & ~of_shape[:, None, :]
    return {
        "top1": of_shape.gather(1, top)[:, 0].float().tolist(),
        "share": ((positive * of_shape).sum(1) / positive.sum(1).clamp(min=1e-12)).tolist(),
        "auc": ((pairs & inside).sum((1, 2)) / inside.sum((1, 2))).tolist(),
    }


@torch.no_grad()
def perturbation_measures(model: ExportedClassifier, pixels: Tensor, scores: Tensor) -> dict[str, list[float]]:
    answers = model.predict(pixels).argmax(-1, keepdim=True)
    areas = {}
    for name, descending in (("morf", True), ("lerf", False)):
        order = scores.argsort(1, descending=descending)
        curve = torch.cat([model.predict(covered(pixels, order, share)).gather(1, answers) for share in SHARES], 1)
        areas[name] = torch.trapezoid(curve, dx=SHARES[1], dim=1) / SHARES[-1]
    areas["gap"] = areas["lerf"] - areas["morf"]
    return {name: values.tolist() for name, values in areas.items()}


def covered(pixels: Tensor, order: Tensor, share: float) -> Tensor:
    """The pictures with that share of the patches grey, in the given order."""
    count = math.ceil(share * order.shape[1] - 1e-9)
    hidden = torch.zeros(order.shape, dtype=torch.bool).scatter(1, order[:, :count], True)
    by_pixel = hidden.view(-1, SQUARE, SQUARE).repeat_interleave(PATCH, 1).repeat_interleave(PATCH, 2)
    return torch.where(by_pixel[:, None], GREY, pixels)
