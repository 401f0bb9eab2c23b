"""The decoder, read from an exported folder: an independent forward pass and the exact contributions of its tokens.

Shares no code with model.py, so agreement between the two checks the export.
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
    gelu_tanh_gate,
    inverse_sigma,
    mix,
    norm,
    push_affine,
    push_mix,
    push_norm,
    start,
)

from ..exported import ExportedModel
from ..reading import NEXT_WORD


class ExportedDecoder(ExportedModel):
    reading = NEXT_WORD

    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32) -> None:
        config = json.loads((folder / "config.json").read_text())
        self.weights = {name: tensor.to(dtype) for name, tensor in load_file(folder / "model.safetensors").items()}
        self.embeddings = self.weights["transformer.wte.weight"]  # [V, D]
        self.epsilon = config["layer_norm_epsilon"]
        self.heads = config["n_head"]
        self.layers = config["n_layer"]

    def embed(self, ids: Tensor) -> Tensor:
        return self.embeddings[ids] + self.weights["transformer.wpe.weight"][: ids.shape[-1]]

    def read_out(self, y: Tensor) -> Tensor:
        return y

    def push_read_out(self, contributions: Tensor, y: Tensor) -> Tensor:
        return contributions

    def logits(self, y: Tensor) -> Tensor:
        return y @ self.embeddings.T

    def run(self, x: Tensor) -> Trace:
        first, blocks = x, []
        for layer in range(self.layers):
            norm_1 = inverse_sigma(x, self.epsilon)
            weight, bias = self._block(layer, "attn.c_attn")
            queries, keys, values = (norm(x, *self._block(layer, "ln_1"), norm_1) @ weight + bias).chunk(3, -1)
            attention = attend(queries, keys, self.heads, causal=True)
            weight, bias = self._block(layer, "attn.c_proj")
            x = x + mix(values, attention) @ weight + bias
            norm_2 = inverse_sigma(x, self.epsilon)
            weight, bias = self._block(layer, "mlp.c_fc")
            z = norm(x, *self._block(layer, "ln_2"), norm_2) @ weight + bias  # [B, L, F]
            gate = gelu_tanh_gate(z)
            weight, bias = self._block(layer, "mlp.c_proj")
            x = x + (gate * z) @ weight + bias
            blocks.append(FrozenBlock(norm_1, attention, norm_2, gate))
        norm_final = inverse_sigma(x, self.epsilon)
        return Trace(first, blocks, norm_final, norm(x, *self._parameters("ln_f"), norm_final))

    def contributions(self, trace: Trace) -> Tensor:
        z, width = start(trace.x), trace.x.shape[-1]
        for layer, block in enumerate(trace.blocks):
            normed = push_norm(z, *self._block(layer, "ln_1"), block.norm_1)
            weight, bias = self._block(layer, "attn.c_attn")
            values = push_affine(normed, weight[:, 2 * width :], bias[2 * width :])
            z = z + push_affine(push_mix(values, block.attention), *self._block(layer, "attn.c_proj"))
            normed = push_norm(z, *self._block(layer, "ln_2"), block.norm_2)
            hidden = push_affine(normed, *self._block(layer, "mlp.c_fc")) * block.gate[:, :, None]
            z = z + push_affine(hidden, *self._block(layer, "mlp.c_proj"))
        return push_norm(z, *self._parameters("ln_f"), trace.norm_final)

    def _block(self, layer: int, name: str) -> tuple[Tensor, Tensor]:
        return self._parameters(f"h.{layer}.{name}")

    def _parameters(self, name: str) -> tuple[Tensor, Tensor]:
        return self.weights[f"transformer.{name}.weight"], self.weights[f"transformer.{name}.bias"]
