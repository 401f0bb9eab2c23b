"""An independent forward pass from an exported model folder, and the exact contributions of its tokens.

Shares no code with model.py, so agreement between the two checks the export. Once attention weights A, norm scales
1/sigma and activation gates m = gelu(z)/z are kept from one run, the decoder is affine in its input X:
y_i = sum_j T_ij x_j + B_i. `contributions` computes all T_ij x_j and B_i by pushing every source token through
separately, with one extra source that collects the biases. T itself is never formed.
Shapes: B prompts, L tokens, D model width, F feed-forward width, H heads, V vocabulary, S = L + 1 sources.
"""

import json
import math
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor


class FrozenBlock(NamedTuple):
    """What one block computes from its input beyond affine maps."""

    norm_1: Tensor  # 1/sigma before attention, [B, L, 1]
    attention: Tensor  # [B, H, query, key]
    norm_2: Tensor  # 1/sigma before the feed-forward layer, [B, L, 1]
    gate: Tensor  # gelu(z)/z, [B, L, F]


class Trace(NamedTuple):
    """One run of the decoder."""

    x: Tensor  # input of block 0, [B, L, D]
    blocks: list[FrozenBlock]
    norm_final: Tensor  # [B, L, 1]
    y: Tensor  # after the final norm, [B, L, D]


class ExportedDecoder:
    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32) -> None:
        self.config = json.loads((folder / "config.json").read_text())
        self.weights = {name: tensor.to(dtype) for name, tensor in load_file(folder / "model.safetensors").items()}
        self.embeddings = self.weights["transformer.wte.weight"]  # [V, D]
        self.epsilon = self.config["layer_norm_epsilon"]
        self.heads = self.config["n_head"]
        self.layers = self.config["n_layer"]

    def embed(self, ids: Tensor) -> Tensor:  # [B, L] -> [B, L, D]
        return self.embeddings[ids] + self.weights["transformer.wpe.weight"][: ids.shape[-1]]

    def logits(self, y: Tensor) -> Tensor:  # [..., D] -> [..., V]
        return y @ self.embeddings.T

    def predict(self, ids: Tensor) -> Tensor:
        """Probabilities of the next word after the last token, [B, V]."""
        return self.logits(self.run(self.embed(ids)).y[:, -1]).softmax(-1)

    def run(self, x: Tensor) -> Trace:
        """The forward pass from the embeddings x [B, L, D]."""
        first, blocks = x, []
        causal = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()
        for layer in range(self.layers):
            norm_1 = self._inverse_sigma(x)
            queries, keys, values = self._affine(layer, "attn.c_attn", self._norm(x, f"h.{layer}.ln_1", norm_1)).chunk(
                3, -1
            )
            scores = self._split(queries) @ self._split(keys).transpose(-1, -2)  # [B, H, query, key]
            scale = math.sqrt(x.shape[-1] // self.heads)
            attention = (scores / scale).masked_fill(~causal, -torch.inf).softmax(-1)
            x = x + self._affine(layer, "attn.c_proj", (attention @ self._split(values)).transpose(1, 2).flatten(-2))
            norm_2 = self._inverse_sigma(x)
            z = self._affine(layer, "mlp.c_fc", self._norm(x, f"h.{layer}.ln_2", norm_2))  # [B, L, F]
            gate = 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
            x = x + self._affine(layer, "mlp.c_proj", gate * z)
            blocks.append(FrozenBlock(norm_1, attention, norm_2, gate))
        norm_final = self._inverse_sigma(x)
        return Trace(first, blocks, norm_final, self._norm(x, "ln_f", norm_final))

    def contributions(self, trace: Trace) -> Tensor:
        """T_ij x_j for every output token i and source j, and B_i as the last source: [B, L, S, D]; sums over S to y."""
        batch, length, width = trace.x.shape
        z = trace.x.new_zeros(batch, length, length + 1, width)
        z[:, range(length), range(length)] = trace.x
        for layer, block in enumerate(trace.blocks):
            normed = self._push_norm(z, f"h.{layer}.ln_1", block.norm_1)
            values = self._push_affine(layer, "attn.c_attn", normed, columns=slice(2 * width, None)).unflatten(
                -1, (self.heads, -1)
            )
            mixed = torch.einsum("bhqk,bkshd->bqshd", block.attention, values).flatten(-2)
            z = z + self._push_affine(layer, "attn.c_proj", mixed)
            hidden = self._push_affine(layer, "mlp.c_fc", self._push_norm(z, f"h.{layer}.ln_2", block.norm_2))
            z = z + self._push_affine(layer, "mlp.c_proj", hidden * block.gate[:, :, None])
        return self._push_norm(z, "ln_f", trace.norm_final)

    def _inverse_sigma(self, x: Tensor) -> Tensor:
        return (x.var(-1, keepdim=True, unbiased=False) + self.epsilon).rsqrt()

    def _norm(self, x: Tensor, name: str, inverse_sigma: Tensor) -> Tensor:
        gain, bias = self._parameters(name)
        return (x - x.mean(-1, keepdim=True)) * inverse_sigma * gain + bias

    def _affine(self, layer: int, name: str, x: Tensor) -> Tensor:
        weight, bias = self._parameters(f"h.{layer}.{name}")
        return x @ weight + bias

    def _push_norm(self, z: Tensor, name: str, inverse_sigma: Tensor) -> Tensor:
        gain, bias = self._parameters(name)
        return _add_to_bias_source((z - z.mean(-1, keepdim=True)) * gain * inverse_sigma[:, :, None], bias)

    def _push_affine(self, layer: int, name: str, z: Tensor, columns: slice = slice(None)) -> Tensor:
        weight, bias = self._parameters(f"h.{layer}.{name}")
        return _add_to_bias_source(z @ weight[:, columns], bias[columns])

    def _parameters(self, name: str) -> tuple[Tensor, Tensor]:
        return self.weights[f"transformer.{name}.weight"], self.weights[f"transformer.{name}.bias"]

    def _split(self, x: Tensor) -> Tensor:  # [B, L, D] -> [B, H, L, dHead]
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def _add_to_bias_source(z: Tensor, bias: Tensor) -> Tensor:
    z[:, :, -1] += bias
    return z
