"""How much each input token had to do with the last output token: the tensor's scores and the usual baselines.

All scores are [prompt, source token]. With contributions c_j = T_ij x_j to the final state y_i of the last token:
  in_class:D        D . c_j for a direction D of the unembedding: a class logit (`logit`), the logit minus the mean over
                    the vocabulary (`centred`), or minus the mean over the item's foils (`contrast`)
  in, in_out        |c_j| and y_i . c_j
  gradient_x_input  x_j . dF/dx_j with nothing frozen, F = contrast . y_i
  rollout, flow     attention rollout and maximum flow over (mean over heads of A + I)/2 of all blocks
  last_attention    the last block's attention row, mean over heads
  random            uniform numbers
"""

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow
from torch import Tensor

from .frozen import ExportedDecoder
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
FLOW_UNITS = 10**7  # scipy's maximum flow counts in integers: capacities are in units of 1e-7


def direction(decoder: ExportedDecoder, world: World, word: str, kind: str, rivals: list[str]) -> Tensor:
    """The direction [D] whose product with the final state is the explained number."""
    embeddings = decoder.embeddings
    target = embeddings[world.ids[word]]
    if kind == "logit":
        return target
    if kind == "centred":
        return target - embeddings.mean(0)
    return target - embeddings[[world.ids[rival] for rival in rivals]].mean(0)


def attributions(
    decoder: ExportedDecoder, world: World, items: list[Item], rng: np.random.Generator
) -> tuple[dict[str, Tensor], float]:
    """Scores of every method for prompts of one length, and the largest relative error of sum_j T_ij x_j + B_i = y_i."""
    ids = torch.tensor([world.encode(item.tokens) for item in items])
    trace = decoder.run(decoder.embed(ids))
    contributions = decoder.contributions(trace)
    error = float((contributions.sum(2) - trace.y).abs().max() / trace.y.abs().max())
    sources, output = contributions[:, -1, :-1], trace.y[:, -1]  # [B, L, D], [B, D]
    directions = {
        kind: torch.stack([direction(decoder, world, item.target, kind, item.foils) for item in items])
        for kind in ("contrast", "centred", "logit")
    }
    scores = {f"in_class:{kind}": torch.einsum("bjd,bd->bj", sources, u) for kind, u in directions.items()}
    scores["in"] = sources.norm(dim=-1)
    scores["in_out"] = torch.einsum("bjd,bd->bj", sources, output)
    scores["gradient_x_input"] = gradient_times_input(decoder, trace.x, directions["contrast"])
    attention = torch.stack([block.attention.mean(1) for block in trace.blocks], 1)  # [B, N, query, key]
    with_residual = (attention + torch.eye(ids.shape[1])) / 2
    scores["rollout"] = rollout(with_residual)[:, -1]
    scores["flow"] = torch.tensor(np.stack([flow_from_last(layers) for layers in with_residual.numpy()]))
    scores["last_attention"] = attention[:, -1, -1]
    scores["random"] = torch.tensor(rng.random(ids.shape))
    return scores, error


def gradient_times_input(
    decoder: ExportedDecoder, x: Tensor, directions: Tensor
) -> Tensor:  # [B, L, D], [B, D] -> [B, L]
    x = x.clone().requires_grad_()
    (decoder.run(x).y[:, -1] * directions).sum().backward()
    return (x.grad * x).sum(-1).detach()


def rollout(layers: Tensor) -> Tensor:
    """Product of the blocks' attention with residual, later block on the left: [B, N, L, L] -> [B, output, input]."""
    product = layers[:, 0]
    for layer in range(1, layers.shape[1]):
        product = layers[:, layer] @ product
    return product


def flow_from_last(layers: np.ndarray) -> np.ndarray:
    """Maximum flow from the last token of the last block to every input: capacities [N, query, key] -> [L]."""
    count, length, _ = layers.shape
    layer, query, key = np.nonzero(layers * FLOW_UNITS >= 1)
    capacity = (layers[layer, query, key] * FLOW_UNITS).astype(np.int32)
    nodes = (count + 1) * length  # node = level * L + token; level 0 is the input
    graph = csr_matrix((capacity, ((layer + 1) * length + query, layer * length + key)), shape=(nodes, nodes))
    return np.array([maximum_flow(graph, nodes - 1, token).flow_value / FLOW_UNITS for token in range(length)])
