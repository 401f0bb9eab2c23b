"""Evaluates a trained model from its exported files: `python -m tiny_world.evaluate DIR [--hf]` writes DIR/evaluation.json.

Behaviour, localisation and perturbation are in behaviour.py and localisation.py; here are also the checks of the export.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from common.files import compact_json

from .behaviour import accuracies, artifacts, confirmation_items, evaluation_items, missed_bars, predictions
from .exported import ExportedModel
from .items import Item
from .kinds import Kind, kind_of
from .localisation import localise
from .world import World

CHECKED_PROMPTS = 64  # prompts in each comparison of logits


def evaluate(folder: Path, with_transformers: bool) -> dict:
    world, kind = World(), kind_of(folder)
    model = kind.exported(folder)
    items = evaluation_items(world)
    answered = predictions(model, world, items)
    accuracy = accuracies(answered)
    ids = longest_prompts(model, world, items)
    return {
        "accuracy": accuracy,
        "missed_bars": missed_bars(accuracy, kind.bars),
        "confirmation": accuracies(predictions(model, world, confirmation_items())),
        "artifacts": artifacts(answered),
        "localisation": localise(model, world, answered),
        "export": {
            "prompts": len(ids),
            "largest_logit": float(_logits(model, ids).abs().max()),
            "training_code_max_difference": training_code_difference(folder, kind, model, ids),
            "completeness_max_relative_error_float64": completeness_error(kind.exported(folder, torch.float64), ids),
            "transformers": transformers_difference(folder, kind, model, ids) if with_transformers else None,
        },
    }


def longest_prompts(model: ExportedModel, world: World, items: list[Item]) -> torch.Tensor:
    """Ids [prompt, L] of prompts that share the longest length of which there are enough."""
    by_length: dict[int, list[list[str]]] = {}
    for tokens in map(model.reading.tokens, items):
        by_length.setdefault(len(tokens), []).append(tokens)
    length = max(length for length, group in by_length.items() if len(group) >= CHECKED_PROMPTS)
    return torch.tensor([world.encode(tokens) for tokens in by_length[length][:CHECKED_PROMPTS]])


def _logits(model: ExportedModel, ids: torch.Tensor) -> torch.Tensor:  # [B, L, V]
    return model.logits(model.run(model.embed(ids)).y)


@torch.no_grad()
def training_code_difference(folder: Path, kind: Kind, model: ExportedModel, ids: torch.Tensor) -> float:
    """Largest difference of logits between the training code with the exported weights and the independent forward pass."""
    trained = kind.untrained(len(model.embeddings))
    trained.load_state_dict({name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()})
    return float((trained(ids) - _logits(model, ids)).abs().max())


@torch.no_grad()
def completeness_error(model: ExportedModel, ids: torch.Tensor) -> float:
    """Largest error of sum_j T_ij x_j + B_i = y_i over all tokens, relative to the largest |y|."""
    trace = model.run(model.embed(ids))
    return float((model.contributions(trace).sum(2) - trace.y).abs().max() / trace.y.abs().max())


@torch.no_grad()
def transformers_difference(folder: Path, kind: Kind, model: ExportedModel, ids: torch.Tensor) -> dict:
    """Missing or unexpected parameters, and the largest difference of logits, against Hugging Face transformers."""
    import transformers

    original, loading = getattr(transformers, kind.transformers_class).from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32
    )
    return {
        "version": transformers.__version__,
        "loading_problems": {key: sorted(map(str, value)) for key, value in loading.items() if value},
        "max_difference": float((original.eval()(ids).logits - _logits(model, ids)).abs().max()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hf", action="store_true", help="also compare with Hugging Face transformers")
    options = parser.parse_args()
    torch.set_num_threads(1)
    result = evaluate(options.folder, options.hf)
    (options.folder / "evaluation.json").write_text(compact_json(result))
    for key, entry in result["accuracy"].items():
        print(f"{key:36s} {entry['share']:.4f}  n {entry['n']}")
    summary = {key: result[key] for key in ("artifacts", "export", "missed_bars")}
    print(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
