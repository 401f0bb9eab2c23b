"""Chooses the model to publish and writes its folder: `python -m tiny_world.publish RUN... --out DIR`.

Every RUN is a folder that train.py wrote and evaluate.py evaluated, in order of preference: the first that meets every
bar is published. Beside the model go evaluation.json (all runs), EVALUATION.md (the same for people) and examples.json.
"""

import argparse
import json
import shutil
from pathlib import Path

from .behaviour import BARS
from .examples import EXAMPLES, verified
from .export import compact_json
from .frozen import ExportedDecoder
from .report import report
from .world import World

MODEL_FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "world.json")
RULE = "the first seed, counted from 0, that meets every bar"


def publish(runs: list[Path], out: Path) -> None:
    summaries = [summary(run) for run in runs]
    chosen = next(index for index, entry in enumerate(summaries) if not entry["missed_bars"])
    out.mkdir(parents=True, exist_ok=True)
    for name in MODEL_FILES:
        shutil.copyfile(runs[chosen] / name, out / name)
    world, decoder = World(), ExportedDecoder(out)
    explained = [verified(decoder, world, example) for example in EXAMPLES]
    examples = [example.to_json() for example in EXAMPLES]
    (out / "examples.json").write_text(json.dumps(examples, indent=1) + "\n")
    evaluation = {
        "rule": RULE,
        "committed_seed": summaries[chosen]["seed"],
        "bars": BARS,
        "bytes": {name: (out / name).stat().st_size for name in MODEL_FILES},
        "examples": explained,
        "runs": summaries,
    }
    (out / "evaluation.json").write_text(compact_json(evaluation))
    (out / "EVALUATION.md").write_text(report(evaluation, EXAMPLES))


def summary(run: Path) -> dict:
    """A run's training record and evaluation in one table."""
    return json.loads((run / "training.json").read_text()) | json.loads((run / "evaluation.json").read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    publish(options.runs, options.out)


if __name__ == "__main__":
    main()
