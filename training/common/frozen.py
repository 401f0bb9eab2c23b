"""Parts of a transformer as affine maps, once attention weights, norm scales and activation gates are kept from one run.

Independent of the training code. `push_*` takes every source token through a part separately, with one extra source, the last, that
collects the biases. Shapes: B batch, L tokens, S = L + 1 sources, D width, H heads; contributions z are [B, L, S, D].
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor


class FrozenBlock(NamedTuple):
    """What one block computes from its input beyond affine maps."""

    norm_1: Tensor  # 1/sigma of the norm of the attention, [B, L, 1]
    attention: Tensor  # [B, H, query, key]
    norm_2: Tensor  # 1/sigma of the norm of the feed-forward layer, [B, L, 1]
    gate: Tensor  # gelu(z)/z, [B, L, F]


class Trace(NamedTuple):
    """One run."""

    x: Tensor  # input of block 0, [B, L, D]
    blocks: list[FrozenBlock]
    norm_final: Tensor | None  # 1/sigma of the norm behind the last block, [B, L, 1]; None without one
    y: Tensor  # the final states, [B, L, D]


def start(x: Tensor) -> Tensor:
    """Contributions to the input itself: every token is its own only source. [B, L, D] -> [B, L, S, D]"""
    batch, length, width = x.shape
    z = x.new_zeros(batch, length, length + 1, width)
    z[:, range(length), range(length)] = x
    return z


def inverse_sigma(x: Tensor, epsilon: float) -> Tensor:  # [..., D] -> [..., 1]
    return (x.var(-1, keepdim=True, unbiased=False) + epsilon).rsqrt()


def norm(x: Tensor, gain: Tensor, bias: Tensor, scale: Tensor) -> Tensor:
    """LayerNorm with the scale 1/sigma as given."""
    return (x - x.mean(-1, keepdim=True)) * scale * gain + bias


def push_norm(z: Tensor, gain: Tensor, bias: Tensor, scale: Tensor) -> Tensor:  # scale [B, L, 1]
    return add_to_bias_source((z - z.mean(-1, keepdim=True)) * gain * scale[:, :, None], bias)


def push_affine(z: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """weight [input, output]"""
    return add_to_bias_source(z @ weight, bias)


def push_mix(values: Tensor, attention: Tensor) -> Tensor:
    """Contributions to the values [B, L, S, D], mixed by every head's own attention [B, H, query, key]."""
    by_head = values.unflatten(-1, (attention.shape[1], -1))
    return torch.einsum("bhqk,bkshd->bqshd", attention, by_head).flatten(-2)


def add_to_bias_source(z: Tensor, bias: Tensor) -> Tensor:
    z[:, :, -1] += bias
    return z


def attend(queries: Tensor, keys: Tensor, heads: int, causal: bool) -> Tensor:  # [B, L, D] each -> [B, H, query, key]
    scores = split(queries, heads) @ split(keys, heads).transpose(-1, -2) / math.sqrt(queries.shape[-1] // heads)
    if causal:
        later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    return scores.softmax(-1)


def mix(values: Tensor, attention: Tensor) -> Tensor:  # [B, L, D], [B, H, query, key] -> [B, L, D]
    return (attention @ split(values, attention.shape[1])).transpose(1, 2).flatten(-2)


def split(x: Tensor, heads: int) -> Tensor:  # [B, L, D] -> [B, H, L, dHead]
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def gelu_gate(z: Tensor) -> Tensor:
    """gelu(z)/z, exact."""
    return 0.5 * (1 + torch.erf(z / math.sqrt(2)))


def gelu_tanh_gate(z: Tensor) -> Tensor:
    """gelu(z)/z in the tanh approximation."""
    return 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
