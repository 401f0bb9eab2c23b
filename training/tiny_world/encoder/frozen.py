"""The encoder, read from an exported folder: an independent forward pass and the exact contributions of its tokens.

Shares no code with model.py, so agreement between the two checks the export. The input of block 0 is what the embedding norm gives. The
head's transform is frozen like the blocks: its activation and its norm keep the values that they had in the run.
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

from ..exported import ExportedModel
from ..reading import MASKED_WORD


class ExportedEncoder(ExportedModel):
    reading = MASKED_WORD

    def __init__(self, folder: Path, dtype: torch.dtype = torch.float32) -> None:
        config = json.loads((folder / "config.json").read_text())
        self.weights = {name: tensor.to(dtype) for name, tensor in load_file(folder / "model.safetensors").items()}
        self.embeddings = self.weights["bert.embeddings.word_embeddings.weight"]  # [V, D]
        self.epsilon = config["layer_norm_eps"]
        self.heads = config["num_attention_heads"]
        self.layers = config["num_hidden_layers"]

    def embed(self, ids: Tensor) -> Tensor:
        positions = self.weights["bert.embeddings.position_embeddings.weight"][: ids.shape[-1]]
        segment = self.weights["bert.embeddings.token_type_embeddings.weight"][0]
        return self._normed(self.embeddings[ids] + positions + segment, "bert.embeddings.LayerNorm")

    def read_out(self, y: Tensor) -> Tensor:
        weight, bias = self._linear("cls.predictions.transform.dense")
        z = y @ weight + bias
        return self._normed(gelu_gate(z) * z, "cls.predictions.transform.LayerNorm")

    def push_read_out(self, contributions: Tensor, y: Tensor) -> Tensor:
        weight, bias = self._linear("cls.predictions.transform.dense")
        z = y @ weight + bias  # [B, D]
        gate = gelu_gate(z)
        pushed = push_affine(contributions[:, None], weight, bias) * gate[:, None, None]  # [B, 1, S, D]
        scale = inverse_sigma(gate * z, self.epsilon)[:, None]
        return push_norm(pushed, *self._parameters("cls.predictions.transform.LayerNorm"), scale)[:, 0]

    def logits(self, y: Tensor) -> Tensor:
        return self.read_out(y) @ self.embeddings.T + self.weights["cls.predictions.bias"]

    def run(self, x: Tensor) -> Trace:
        first, blocks = x, []
        for layer in range(self.layers):
            queries, keys, values = (
                x @ weight + bias
                for weight, bias in (self._block(layer, f"attention.self.{part}") for part in ("query", "key", "value"))
            )
            attention = attend(queries, keys, self.heads, causal=False)
            weight, bias = self._block(layer, "attention.output.dense")
            x = x + mix(values, attention) @ weight + bias
            norm_1 = inverse_sigma(x, self.epsilon)
            x = norm(x, *self._block_norm(layer, "attention.output"), norm_1)
            weight, bias = self._block(layer, "intermediate.dense")
            z = x @ weight + bias  # [B, L, F]
            gate = gelu_gate(z)
            weight, bias = self._block(layer, "output.dense")
            x = x + (gate * z) @ weight + bias
            norm_2 = inverse_sigma(x, self.epsilon)
            x = norm(x, *self._block_norm(layer, "output"), norm_2)
            blocks.append(FrozenBlock(norm_1, attention, norm_2, gate))
        return Trace(first, blocks, None, x)

    def contributions(self, trace: Trace) -> Tensor:
        z = start(trace.x)
        for layer, block in enumerate(trace.blocks):
            values = push_affine(z, *self._block(layer, "attention.self.value"))
            z = z + push_affine(push_mix(values, block.attention), *self._block(layer, "attention.output.dense"))
            z = push_norm(z, *self._block_norm(layer, "attention.output"), block.norm_1)
            hidden = push_affine(z, *self._block(layer, "intermediate.dense")) * block.gate[:, :, None]
            z = z + push_affine(hidden, *self._block(layer, "output.dense"))
            z = push_norm(z, *self._block_norm(layer, "output"), block.norm_2)
        return z

    def _normed(self, x: Tensor, name: str) -> Tensor:
        return norm(x, *self._parameters(name), inverse_sigma(x, self.epsilon))

    def _block(self, layer: int, name: str) -> tuple[Tensor, Tensor]:
        return self._linear(f"bert.encoder.layer.{layer}.{name}")

    def _block_norm(self, layer: int, name: str) -> tuple[Tensor, Tensor]:
        return self._parameters(f"bert.encoder.layer.{layer}.{name}.LayerNorm")

    def _linear(self, name: str) -> tuple[Tensor, Tensor]:
        """Weight [input, output] and bias; the file stores [output, input]."""
        weight, bias = self._parameters(name)
        return weight.T, bias

    def _parameters(self, name: str) -> tuple[Tensor, Tensor]:
        return self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
