"""How much each input token had to do with the answering token's output: the tensor's scores and the usual baselines.

All scores are [prompt, source token]. With contributions c_j = T_ij x_j to the answering token's final state y_i:
  in_class:D        D . c_j for a direction D of the output matrix: a class logit (`logit`), the logit minus the mean over
                    the vocabulary (`centred`), or minus the mean over the item's foils (`contrast`). A head that
                    transforms y_i first is frozen, and c_j is taken through it
  in, in_out        |c_j| and y_i . c_j
  gradient_x_input  x_j . dF/dx_j with nothing frozen, F = the contrast of the logits
  rollout, flow     attention rollout and maximum flow over (mean over heads of A + I)/2 of all blocks
  last_attention    the last block's attention row, mean over heads
  random            uniform numbers
"""

import numpy as np
import torch
from torch import Tensor

from common.attention import flow_from, rollout

from .exported import ExportedModel
from .items import Item
from .world import World

METHODS = (
    "in_class:contrast",
    "in_class:centred",
    "in_class:logit",
    "in",
    "in_out",
    "gradient_x_input",
    "rollout",
    "flow",
    "last_attention",
    "random",
)


def direction(model: ExportedModel, world: World, word: str, kind: str, rivals: list[str]) -> Tensor:
    """The direction [D] whose product with the final state is the explained number."""
    embeddings = model.embeddings
    target = embeddings[world.ids[word]]
    if kind == "logit":
        return target
    if kind == "centred":
        return target - embeddings.mean(0)
    return target - embeddings[[world.ids[rival] for rival in rivals]].mean(0)


def attributions(
    model: ExportedModel, world: World, items: list[Item], rng: np.random.Generator
) -> tuple[dict[str, Tensor], float]:
    """Scores of every method for prompts of one length and one answering token, and the largest relative error of
    sum_j T_ij x_j + B_i = y_i."""
    answer = model.reading.answer(items[0])
    ids = torch.tensor([world.encode(model.reading.tokens(item)) for item in items])
    trace = model.run(model.embed(ids))
    contributions = model.contributions(trace)
    error = float((contributions.sum(2) - trace.y).abs().max() / trace.y.abs().max())
    sources, output = contributions[:, answer, :-1], trace.y[:, answer]  # [B, L, D], [B, D]
    read = model.push_read_out(contributions[:, answer], output)[:, :-1]  # [B, L, D]
    directions = {
        kind: torch.stack([direction(model, world, item.target, kind, item.foils) for item in items])
        for kind in ("contrast", "centred", "logit")
    }
    scores = {f"in_class:{kind}": torch.einsum("bjd,bd->bj", read, u) for kind, u in directions.items()}
    scores["in"] = sources.norm(dim=-1)
    scores["in_out"] = torch.einsum("bjd,bd->bj", sources, output)
    scores["gradient_x_input"] = gradient_times_input(model, trace.x, answer, directions["contrast"])
    attention = torch.stack([block.attention.mean(1) for block in trace.blocks], 1)  # [B, N, query, key]
    with_residual = (attention + torch.eye(ids.shape[1])) / 2
    scores["rollout"] = rollout(with_residual)[:, answer]
    scores["flow"] = torch.tensor(np.stack([flow_from(answer, layers) for layers in with_residual.numpy()]))
    scores["last_attention"] = attention[:, -1, answer]
    scores["random"] = torch.tensor(rng.random(ids.shape))
    return scores, error


def gradient_times_input(
    model: ExportedModel, x: Tensor, answer: int, directions: Tensor
) -> Tensor:  # [B, L, D], [B, D] -> [B, L]
    x = x.clone().requires_grad_()
    (model.read_out(model.run(x).y[:, answer]) * directions).sum().backward()
    return (x.grad * x).sum(-1).detach()
