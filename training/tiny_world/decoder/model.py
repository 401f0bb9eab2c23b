"""The decoder: GPT-2's architecture with GPT-2's parameter names, so that its state dict is the exported file.

Pre-norm blocks, learned positions, tanh-approximated GELU, output matrix tied to the token embedding.
Shapes in comments: B documents, L tokens, D model width, H heads, V vocabulary.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class DecoderConfig:
    """About 0.66 M parameters with the world's 367 words. dHead = 28, so that widths stay multiples of 4."""

    vocab: int
    d_model: int = 112
    layers: int = 4
    heads: int = 4
    context: int = 64
    norm_epsilon: float = 1e-5


class Affine(nn.Module):
    """x W + b with W stored [input, output], as GPT-2 checkpoints store it."""

    def __init__(self, d_in: int, d_out: int, gain: float = 1.0) -> None:
        super().__init__()
        deviation = min(0.08, 0.6 / math.sqrt(d_in)) * gain
        self.weight = nn.Parameter(torch.randn(d_in, d_out) * deviation)
        self.bias = nn.Parameter(torch.zeros(d_out))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class Attention(nn.Module):
    def __init__(self, config: DecoderConfig, residual_gain: float) -> None:
        super().__init__()
        self.heads = config.heads
        self.c_attn = Affine(config.d_model, 3 * config.d_model)
        self.c_proj = Affine(config.d_model, config.d_model, residual_gain)

    def forward(self, x: Tensor) -> Tensor:  # [B, L, D] -> [B, L, D]
        queries, keys, values = (
            self.c_attn(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        )  # [B, H, L, dHead]
        mixed = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        return self.c_proj(mixed.transpose(1, 2).flatten(-2))


class FeedForward(nn.Module):
    def __init__(self, config: DecoderConfig, residual_gain: float) -> None:
        super().__init__()
        self.c_fc = Affine(config.d_model, 4 * config.d_model)
        self.c_proj = Affine(4 * config.d_model, config.d_model, residual_gain)

    def forward(self, x: Tensor) -> Tensor:  # [B, L, D] -> [B, L, D]
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        residual_gain = 1 / math.sqrt(2 * config.layers)
        self.ln_1 = nn.LayerNorm(config.d_model, eps=config.norm_epsilon)
        self.attn = Attention(config, residual_gain)
        self.ln_2 = nn.LayerNorm(config.d_model, eps=config.norm_epsilon)
        self.mlp = FeedForward(config, residual_gain)

    def forward(self, x: Tensor) -> Tensor:  # [B, L, D] -> [B, L, D]
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Decoder(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(config.vocab, config.d_model),
                "wpe": nn.Embedding(config.context, config.d_model),
                "h": nn.ModuleList(Block(config) for _ in range(config.layers)),
                "ln_f": nn.LayerNorm(config.d_model, eps=config.norm_epsilon),
            }
        )
        for embedding in (self.transformer.wte, self.transformer.wpe):
            nn.init.normal_(embedding.weight, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:  # [B, L] -> logits [B, L, V]
        x = self.transformer.wte(ids) + self.transformer.wpe.weight[: ids.shape[1]]
        for block in self.transformer.h:
            x = block(x)
        return self.transformer.ln_f(x) @ self.transformer.wte.weight.T
