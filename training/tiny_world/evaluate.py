"""Evaluates a trained model from its exported files: `python -m tiny_world.evaluate DIR [--hf]` writes DIR/evaluation.json.

Behaviour, localisation and perturbation are in behaviour.py and localisation.py; here are also the checks of the export.
"""

from pathlib import Path

import torch

from common.evaluation import command, completeness_error, training_code_difference, transformers_difference

from .behaviour import accuracies, artifacts, confirmation_items, evaluation_items, missed_bars, predictions
from .exported import ExportedModel
from .items import Item
from .kinds import kind_of
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
    logits, exact = _logits(model, ids), kind.exported(folder, torch.float64)
    return {
        "accuracy": accuracy,
        "missed_bars": missed_bars(accuracy, kind.bars),
        "confirmation": accuracies(predictions(model, world, confirmation_items())),
        "artifacts": artifacts(answered),
        "localisation": localise(model, world, answered),
        "export": {
            "prompts": len(ids),
            "largest_logit": float(logits.abs().max()),
            "training_code_max_difference": training_code_difference(
                folder, kind.untrained(len(model.embeddings)), ids, logits
            ),
            "completeness_max_relative_error_float64": completeness_error(exact, exact.embed(ids)),
            "transformers": transformers_difference(folder, kind.transformers_class, ids, logits)
            if with_transformers
            else None,
        },
    }


def longest_prompts(model: ExportedModel, world: World, items: list[Item]) -> torch.Tensor:
    """Ids [prompt, L] of prompts that share the longest length of which there are enough."""
    by_length: dict[int, list[list[str]]] = {}
    for tokens in map(model.reading.tokens, items):
        by_length.setdefault(len(tokens), []).append(tokens)
    length = max(length for length, group in by_length.items() if len(group) >= CHECKED_PROMPTS)
    return torch.tensor([world.encode(tokens) for tokens in by_length[length][:CHECKED_PROMPTS]])


@torch.no_grad()
def _logits(model: ExportedModel, ids: torch.Tensor) -> torch.Tensor:  # [B, L, V]
    return model.logits(model.run(model.embed(ids)).y)


def main() -> None:
    command(__doc__.splitlines()[0], evaluate, width=36)


if __name__ == "__main__":
    main()
