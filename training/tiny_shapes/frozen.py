"""The classifier, read from an exported folder: an independent forward pass and the exact contributions of its tokens.

Shares no code with model.py, so agreement between the two checks the export. Once attention weights A, norm scales 1/sigma and activation
gates m = gelu(z)/z are kept from one run, the model is affine in its input: y_i = sum_j T_ij x_j + B_i. T itself is never formed.
Shapes: B pictures, L tokens ([CLS] and the patches), D model width, F feed-forward width, H heads, C classes, S = L + 1 sources.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from common.frozen import (
    FrozenBlock,
    Trace,
    attend,
    gelu_gate,
    inverse_sigma,
    mix,
    norm,
    push_affine,
    push_mix,
    push_norm,
    start,
)


class ExportedClassifier:
    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32) -> None:
        config = json.loads((folder / "config.json").read_text())
        self.weights = {name: tensor.to(dtype) for name, tensor in load_file(folder / "model.safetensors").items()}
        self.dtype = dtype
        self.epsilon = config["layer_norm_eps"]
        self.heads = config["num_attention_heads"]
        self.layers = config["num_hidden_layers"]
        self.patch = config["patch_size"]
        self.classes = self.weights["classifier.weight"]  # [C, D]

    def embed(self, pixels: Tensor) -> Tensor:  # [B, 3, S, S] -> [B, L, D]
        name = "vit.embeddings.patch_embeddings.projection"
        kernel, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        p = self.patch
        patches = pixels.to(self.dtype).unfold(2, p, p).unfold(3, p, p)  # [B, 3, row, column, p, p]
        patches = patches.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)  # [B, patch, 3 p p]
        own = self.weights["vit.embeddings.cls_token"].expand(len(pixels), -1, -1)
        positions = self.weights["vit.embeddings.position_embeddings"]
        return torch.cat([own, patches @ kernel.flatten(1).T + bias], 1) + positions

    def logits(self, y: Tensor) -> Tensor:  # final state of [CLS], [..., D] -> [..., C]
        return y @ self.classes.T + self.weights["classifier.bias"]

    def predict(self, pixels: Tensor) -> Tensor:
        """Probabilities of the classes, [B, C]."""
        return self.logits(self.run(self.embed(pixels)).y[:, 0]).softmax(-1)

    def run(self, x: Tensor) -> Trace:
        """The forward pass from the embeddings x [B, L, D]."""
        first, blocks = x, []
        for layer in range(self.layers):
            norm_1 = inverse_sigma(x, self.epsilon)
            normed = norm(x, *self._norm(layer, "layernorm_before"), norm_1)
            queries, keys, values = (
                normed @ weight + bias
                for weight, bias in (
                    self._linear(layer, f"attention.attention.{part}") for part in ("query", "key", "value")
                )
            )
            attention = attend(queries, keys, self.heads, causal=False)
            weight, bias = self._linear(layer, "attention.output.dense")
            x = x + mix(values, attention) @ weight + bias
            norm_2 = inverse_sigma(x, self.epsilon)
            weight, bias = self._linear(layer, "intermediate.dense")
            z = norm(x, *self._norm(layer, "layernorm_after"), norm_2) @ weight + bias  # [B, L, F]
            gate = gelu_gate(z)
            weight, bias = self._linear(layer, "output.dense")
            x = x + (gate * z) @ weight + bias
            blocks.append(FrozenBlock(norm_1, attention, norm_2, gate))
        norm_final = inverse_sigma(x, self.epsilon)
        return Trace(first, blocks, norm_final, norm(x, *self._final_norm(), norm_final))

    def contributions(self, trace: Trace) -> Tensor:
        """T_ij x_j for every output token i and source j, and B_i as the last source: [B, L, S, D]; sums over S to y."""
        z = start(trace.x)
        for layer, block in enumerate(trace.blocks):
            normed = push_norm(z, *self._norm(layer, "layernorm_before"), block.norm_1)
            values = push_affine(normed, *self._linear(layer, "attention.attention.value"))
            z = z + push_affine(push_mix(values, block.attention), *self._linear(layer, "attention.output.dense"))
            normed = push_norm(z, *self._norm(layer, "layernorm_after"), block.norm_2)
            hidden = push_affine(normed, *self._linear(layer, "intermediate.dense")) * block.gate[:, :, None]
            z = z + push_affine(hidden, *self._linear(layer, "output.dense"))
        return push_norm(z, *self._final_norm(), trace.norm_final)

    def _final_norm(self) -> tuple[Tensor, Tensor]:
        return self.weights["vit.layernorm.weight"], self.weights["vit.layernorm.bias"]

    def _norm(self, layer: int, name: str) -> tuple[Tensor, Tensor]:
        prefix = f"vit.encoder.layer.{layer}.{name}"
        return self.weights[f"{prefix}.weight"], self.weights[f"{prefix}.bias"]

    def _linear(self, layer: int, name: str) -> tuple[Tensor, Tensor]:
        """Weight [input, output] and bias; the file stores [output, input]."""
        weight, bias = self._norm(layer, name)
        return weight.T, bias
