"""The image classifier: ViT's architecture with ViT's parameter names, so that its state dict is the exported file.

Pre-norm blocks, [CLS] in front of the patches, learned positions, exact GELU; the class is read from [CLS].
Shapes in comments: B pictures, L tokens, D model width, H heads, C classes.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .pictures import CLASSES, PATCH, SIDE


@dataclass(frozen=True)
class ClassifierConfig:
    """About 0.16 M parameters."""

    side: int = SIDE
    patch: int = PATCH
    classes: int = len(CLASSES)
    d_model: int = 64
    layers: int = 3
    heads: int = 4
    norm_epsilon: float = 1e-12


def deviation(inputs: int) -> float:
    """Of the initial weights of a matrix with so many inputs."""
    return min(0.08, 0.6 / math.sqrt(inputs))


def linear(d_in: int, d_out: int, gain: float = 1.0) -> nn.Linear:
    layer = nn.Linear(d_in, d_out)
    nn.init.normal_(layer.weight, std=deviation(d_in) * gain)
    nn.init.zeros_(layer.bias)
    return layer


class Embeddings(nn.Module):
    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        d, tokens = config.d_model, (config.side // config.patch) ** 2 + 1
        projection = nn.Conv2d(3, d, kernel_size=config.patch, stride=config.patch)
        nn.init.normal_(projection.weight, std=deviation(3 * config.patch**2))
        nn.init.zeros_(projection.bias)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, d))
        self.position_embeddings = nn.Parameter(0.02 * torch.randn(1, tokens, d))
        self.patch_embeddings = nn.ModuleDict({"projection": projection})

    def forward(self, pixels: Tensor) -> Tensor:  # [B, 3, S, S] -> [B, L, D]
        patches = self.patch_embeddings.projection(pixels).flatten(2).transpose(1, 2)
        return torch.cat([self.cls_token.expand(len(pixels), -1, -1), patches], 1) + self.position_embeddings


class Attention(nn.Module):
    """`attention.attention` and `attention.output` of ViT's layout."""

    def __init__(self, config: ClassifierConfig, residual_gain: float) -> None:
        super().__init__()
        d = config.d_model
        self.heads = config.heads
        self.attention = nn.ModuleDict({part: linear(d, d) for part in ("query", "key", "value")})
        self.output = nn.ModuleDict({"dense": linear(d, d, residual_gain)})

    def forward(self, x: Tensor) -> Tensor:  # [B, L, D] -> [B, L, D]
        queries, keys, values = (
            self.attention[part](x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )  # [B, H, L, dHead]
        mixed = F.scaled_dot_product_attention(queries, keys, values)
        return self.output.dense(mixed.transpose(1, 2).flatten(-2))


class Block(nn.Module):
    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        d, residual_gain = config.d_model, 1 / math.sqrt(2 * config.layers)
        self.layernorm_before = nn.LayerNorm(d, eps=config.norm_epsilon)
        self.attention = Attention(config, residual_gain)
        self.layernorm_after = nn.LayerNorm(d, eps=config.norm_epsilon)
        self.intermediate = nn.ModuleDict({"dense": linear(d, 4 * d)})
        self.output = nn.ModuleDict({"dense": linear(4 * d, d, residual_gain)})

    def forward(self, x: Tensor) -> Tensor:  # [B, L, D] -> [B, L, D]
        x = x + self.attention(self.layernorm_before(x))
        return x + self.output.dense(F.gelu(self.intermediate.dense(self.layernorm_after(x))))


class Classifier(nn.Module):
    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        self.vit = nn.ModuleDict(
            {
                "embeddings": Embeddings(config),
                "encoder": nn.ModuleDict({"layer": nn.ModuleList(Block(config) for _ in range(config.layers))}),
                "layernorm": nn.LayerNorm(config.d_model, eps=config.norm_epsilon),
            }
        )
        self.classifier = linear(config.d_model, config.classes)

    def forward(self, pixels: Tensor) -> Tensor:  # [B, 3, S, S] -> logits [B, C]
        x = self.vit.embeddings(pixels)
        for block in self.vit.encoder.layer:
            x = block(x)
        return self.classifier(self.vit.layernorm(x)[:, 0])
