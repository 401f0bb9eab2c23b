"""The training loop: fixed number of steps, learning-rate schedule, a record of the development accuracies.

One thread and a fixed seed: on the same machine and library versions a run repeats exactly.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .optimizer import rate_factor, set_rates

GRADIENT_NORM_LIMIT = 1.0
SMOOTHING = 0.98  # of the loss in the record


class Options(NamedTuple):
    """What the command line says about a run."""

    seed: int
    steps: int
    report_every: int
    out: Path


def read_options(description: str, steps: int) -> Options:
    """`steps` is the default of the recipe."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--report-every", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True, help="folder for the trained model")
    return Options(**vars(parser.parse_args()))


def fix_randomness(seed: int) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(seed)


def fit(
    model: nn.Module,
    optimizers: list[torch.optim.Optimizer],
    options: Options,
    examples_per_step: int,
    step_loss: Callable[[], Tensor],
    accuracies: Callable[[], dict[str, float]],
) -> dict:
    """Trains in place; `step_loss` draws fresh data. Returns the settings and the curve, which go to training.json."""
    parameters = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    curve = []
    print(f"{parameters} parameters", flush=True)
    wall_start, cpu_start, smoothed = time.time(), time.process_time(), None
    for step in range(1, options.steps + 1):
        set_rates(optimizers, rate_factor(step, options.steps))
        loss = step_loss()
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_NORM_LIMIT)
        for optimizer in optimizers:
            optimizer.step()
        smoothed = loss.item() if smoothed is None else SMOOTHING * smoothed + (1 - SMOOTHING) * loss.item()
        if step % options.report_every == 0 or step == options.steps:
            point = {
                "step": step,
                "wall_seconds": round(time.time() - wall_start, 1),
                "cpu_seconds": round(time.process_time() - cpu_start, 1),
                "loss": round(smoothed, 4),
                "accuracy": accuracies(),
            }
            curve.append(point)
            families = {key: value for key, value in point["accuracy"].items() if "/" not in key or "induction" in key}
            times = f"{point['wall_seconds']} s, cpu {point['cpu_seconds']} s"
            print(step, f"{times}, loss {smoothed:.3f}", families, flush=True)
    return {
        "seed": options.seed,
        "steps": options.steps,
        "examples_per_step": examples_per_step,
        "parameters": parameters,
        "curve": curve,
    }


def write_record(record: dict, out: Path) -> None:
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n")
