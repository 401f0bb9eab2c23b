"""The encoder: BERT's architecture with BERT's parameter names, so that its state dict is the exported file.

Post-norm blocks, learned positions, exact GELU, masked-language head tied to the token embedding.
Shapes in comments: B documents, L tokens, D model width, H heads, V vocabulary.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class EncoderConfig:
    """About 0.39 M parameters with the world's 367 words."""

    vocab: int
    d_model: int = 96
    layers: int = 3
    heads: int = 4
    context: int = 64
    norm_epsilon: float = 1e-12


def linear(d_in: int, d_out: int, gain: float = 1.0) -> nn.Linear:
    layer = nn.Linear(d_in, d_out)
    nn.init.normal_(layer.weight, std=min(0.08, 0.6 / math.sqrt(d_in)) * gain)
    nn.init.zeros_(layer.bias)
    return layer


class Embeddings(nn.Module):
    """Words and positions, then a norm. The two segment embeddings of BERT's layout stay zero: there are no pairs here."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab, config.d_model)
        self.position_embeddings = nn.Embedding(config.context, config.d_model)
        for embedding in (self.word_embeddings, self.position_embeddings):
            nn.init.normal_(embedding.weight, std=0.02)
        self.token_type_embeddings = nn.Embedding.from_pretrained(torch.zeros(2, config.d_model), freeze=True)
        self.LayerNorm = nn.LayerNorm(config.d_model, eps=config.norm_epsilon)

    def forward(self, ids: Tensor) -> Tensor:  # [B, L] -> [B, L, D]
        return self.LayerNorm(self.word_embeddings(ids) + self.position_embeddings.weight[: ids.shape[1]])


class Attention(nn.Module):
    """`attention.self` and `attention.output` of BERT's layout."""

    def __init__(self, config: EncoderConfig, residual_gain: float) -> None:
        super().__init__()
        d = config.d_model
        self.heads = config.heads
        self.self = nn.ModuleDict({part: linear(d, d) for part in ("query", "key", "value")})
        self.output = nn.ModuleDict(
            {"dense": linear(d, d, residual_gain), "LayerNorm": nn.LayerNorm(d, eps=config.norm_epsilon)}
        )

    def forward(self, x: Tensor, present: Tensor) -> Tensor:  # [B, L, D], keys that exist [B, L] -> [B, L, D]
        queries, keys, values = (
            self.self[part](x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in ("query", "key", "value")
        )  # [B, H, L, dHead]
        mixed = F.scaled_dot_product_attention(queries, keys, values, present[:, None, None])
        return self.output.LayerNorm(x + self.output.dense(mixed.transpose(1, 2).flatten(-2)))


class Block(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        d, residual_gain = config.d_model, 1 / math.sqrt(2 * config.layers)
        self.attention = Attention(config, residual_gain)
        self.intermediate = nn.ModuleDict({"dense": linear(d, 4 * d)})
        self.output = nn.ModuleDict(
            {"dense": linear(4 * d, d, residual_gain), "LayerNorm": nn.LayerNorm(d, eps=config.norm_epsilon)}
        )

    def forward(self, x: Tensor, present: Tensor) -> Tensor:  # [B, L, D], [B, L] -> [B, L, D]
        x = self.attention(x, present)
        return self.output.LayerNorm(x + self.output.dense(F.gelu(self.intermediate.dense(x))))


class Head(nn.Module):
    """Transform, norm, and the token embeddings with a bias."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        d = config.d_model
        self.transform = nn.ModuleDict({"dense": linear(d, d), "LayerNorm": nn.LayerNorm(d, eps=config.norm_epsilon)})
        self.bias = nn.Parameter(torch.zeros(config.vocab))

    def forward(self, y: Tensor, embeddings: Tensor) -> Tensor:  # [..., D], [V, D] -> logits [..., V]
        return self.transform.LayerNorm(F.gelu(self.transform.dense(y))) @ embeddings.T + self.bias


class Encoder(nn.Module):
    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        layers = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.bert = nn.ModuleDict({"embeddings": Embeddings(config), "encoder": nn.ModuleDict({"layer": layers})})
        self.cls = nn.ModuleDict({"predictions": Head(config)})

    def states(self, ids: Tensor, present: Tensor) -> Tensor:
        """Final states [B, L, D] of documents [B, L]; `present` is false for padding, which no token may read."""
        x = self.bert.embeddings(ids)
        for block in self.bert.encoder.layer:
            x = block(x, present)
        return x

    def logits(self, states: Tensor) -> Tensor:  # [..., D] -> [..., V]
        return self.cls.predictions(states, self.bert.embeddings.word_embeddings.weight)

    def forward(self, ids: Tensor) -> Tensor:  # [B, L] without padding -> logits [B, L, V]
        return self.logits(self.states(ids, torch.ones_like(ids, dtype=torch.bool)))
