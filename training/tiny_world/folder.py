"""The text files of a model folder: configuration, tokenizer, ground truth."""

from pathlib import Path

from common.files import compact_json, write_json

from .ground_truth import ground_truth
from .reading import Reading
from .tokenizer import tokenizer, tokenizer_config
from .world import World

MODEL_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "world.json")


def write_text_files(out: Path, world: World, reading: Reading, config: dict, context: int) -> None:
    write_json(out / "config.json", config)
    write_json(out / "tokenizer.json", tokenizer(world, reading))
    write_json(out / "tokenizer_config.json", tokenizer_config(context, reading))
    (out / "world.json").write_text(compact_json(ground_truth(world, reading)))
