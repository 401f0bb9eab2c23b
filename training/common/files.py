"""Files of a model folder: weights, and JSON that a person can read."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor


def write_weights(path: Path, state: dict[str, Tensor]) -> None:
    """float16 safetensors."""
    save_file(
        {name: tensor.to(torch.float16).contiguous() for name, tensor in state.items()}, path, metadata={"format": "pt"}
    )
    path.chmod(0o644)


def write_json(path: Path, value: dict | list) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n")


def compact_json(value: dict) -> str:
    """Indented to the second level only: a sentence or a fact table stays on one line."""

    def line(entry) -> str:
        return json.dumps(entry)

    parts = []
    for key, entry in value.items():
        if isinstance(entry, dict):
            body = ",\n".join(f"  {line(k)}: {line(v)}" for k, v in entry.items())
            parts.append(f" {line(key)}: {{\n{body}\n }}")
        elif isinstance(entry, (list, tuple)) and entry and isinstance(entry[0], (dict, list, tuple)):
            body = ",\n".join(f"  {line(v)}" for v in entry)
            parts.append(f" {line(key)}: [\n{body}\n ]")
        else:
            parts.append(f" {line(key)}: {line(entry)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
