"""How much each patch had to do with the class: the tensor's scores and the usual baselines.

All scores are [picture, patch]; [CLS] itself is left out. With contributions c_j = T_0j x_j to the final state y_0 of [CLS]:
  in_class:D        D . c_j for a direction D of the class head: the class against the mean of all others (`contrast`), of the other
                    shapes of its hue (`shape`), of its shape in the other hues (`hue`), or alone (`logit`)
  in, in_out        |c_j| and y_0 . c_j
  gradient_x_input  x_j . dF/dx_j with nothing frozen, F = the contrast of the logits
  rollout           attention rollout; last_attention: the last block's attention row of [CLS], mean over heads
  random            uniform numbers
Attention flow is left out: 64 maximum flows a picture take longer than everything else together.
"""

import numpy as np
import torch
from torch import Tensor

from common.attention import rollout

from .frozen import ExportedClassifier
from .pictures import CLASSES, SHAPES

METHODS = (
    "in_class:contrast",
    "in_class:shape",
    "in_class:hue",
    "in_class:logit",
    "in",
    "in_out",
    "gradient_x_input",
    "rollout",
    "last_attention",
    "random",
)


def rivals(label: int, kind: str) -> list[int]:
    """The classes that a direction compares class `label` with."""
    others = [other for other in range(len(CLASSES)) if other != label]
    if kind == "shape":
        return [other for other in others if other // len(SHAPES) == label // len(SHAPES)]
    if kind == "hue":
        return [other for other in others if other % len(SHAPES) == label % len(SHAPES)]
    return others if kind == "contrast" else []


def direction(model: ExportedClassifier, label: int, kind: str) -> Tensor:
    """The direction [D] whose product with the final state is the explained number, but for the head's bias."""
    against = rivals(label, kind)
    own = model.classes[label]
    return own - model.classes[against].mean(0) if against else own


def attributions(
    model: ExportedClassifier, pixels: Tensor, labels: list[int], rng: np.random.Generator
) -> tuple[dict[str, Tensor], float]:
    """Scores of every method, and the largest relative error of sum_j T_ij x_j + B_i = y_i."""
    trace = model.run(model.embed(pixels))
    contributions = model.contributions(trace)
    error = float((contributions.sum(2) - trace.y).abs().max() / trace.y.abs().max())
    sources, output = contributions[:, 0, :-1], trace.y[:, 0]  # [B, L, D], [B, D]
    directions = {
        kind: torch.stack([direction(model, label, kind) for label in labels])
        for kind in ("contrast", "shape", "hue", "logit")
    }
    scores = {f"in_class:{kind}": torch.einsum("bjd,bd->bj", sources, u) for kind, u in directions.items()}
    scores["in"] = sources.norm(dim=-1)
    scores["in_out"] = torch.einsum("bjd,bd->bj", sources, output)
    scores["gradient_x_input"] = gradient_times_input(model, trace.x, directions["contrast"])
    attention = torch.stack([block.attention.mean(1) for block in trace.blocks], 1)  # [B, N, query, key]
    scores["rollout"] = rollout((attention + torch.eye(attention.shape[-1])) / 2)[:, 0]
    scores["last_attention"] = attention[:, -1, 0]
    scores["random"] = torch.tensor(rng.random(attention.shape[:1] + attention.shape[-1:]))
    return {method: score[:, 1:] for method, score in scores.items()}, error


def gradient_times_input(
    model: ExportedClassifier, x: Tensor, directions: Tensor
) -> Tensor:  # [B, L, D], [B, D] -> [B, L]
    x = x.clone().requires_grad_()
    (model.run(x).y[:, 0] * directions).sum().backward()
    return (x.grad * x).sum(-1).detach()
