"""Checks of an exported model that do not depend on what it reads, and the command that runs an evaluation."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from safetensors.torch import load_file
from torch import Tensor

from .files import compact_json
from .frozen import Trace


class Exported(Protocol):
    """A model read from an exported folder."""

    def run(self, x: Tensor) -> Trace: ...

    def contributions(self, trace: Trace) -> Tensor: ...


@torch.no_grad()
def training_code_difference(folder: Path, untrained: torch.nn.Module, given: Tensor, logits: Tensor) -> float:
    """Largest difference of logits between the training code with the exported weights and the independent forward pass."""
    weights = load_file(folder / "model.safetensors")
    untrained.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return float((untrained(given) - logits).abs().max())


@torch.no_grad()
def completeness_error(model: Exported, x: Tensor) -> float:
    """Largest error of sum_j T_ij x_j + B_i = y_i over all tokens of the embeddings x [B, L, D], relative to the largest |y|."""
    trace = model.run(x)
    return float((model.contributions(trace).sum(2) - trace.y).abs().max() / trace.y.abs().max())


@torch.no_grad()
def transformers_difference(folder: Path, class_name: str, given: Tensor, logits: Tensor) -> dict:
    """Missing or unexpected parameters, and the largest difference of logits, against Hugging Face transformers."""
    import transformers

    original, loading = getattr(transformers, class_name).from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32
    )
    return {
        "version": transformers.__version__,
        "loading_problems": {key: sorted(map(str, value)) for key, value in loading.items() if value},
        "max_difference": float((original.eval()(given).logits - logits).abs().max()),
    }


def command(description: str, evaluate: Callable[[Path, bool], dict], width: int) -> None:
    """`python -m … DIR [--hf]`: writes DIR/evaluation.json and prints what matters, names padded to `width`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hf", action="store_true", help="also compare with Hugging Face transformers")
    options = parser.parse_args()
    torch.set_num_threads(1)
    result = evaluate(options.folder, options.hf)
    (options.folder / "evaluation.json").write_text(compact_json(result))
    for key, entry in result["accuracy"].items():
        print(f"{key:{width}s} {entry['share']:.4f}  n {entry['n']}")
    summary = {key: result[key] for key in ("artifacts", "export", "missed_bars")}
    print(json.dumps(summary, indent=1))
