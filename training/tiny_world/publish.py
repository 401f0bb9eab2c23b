"""Chooses the model to publish and writes its folder: `python -m tiny_world.publish RUN... --out DIR`.

Every RUN is a folder that train.py wrote and evaluate.py evaluated, in order of preference: the first that meets every
bar is published. Beside the model go evaluation.json (all runs), EVALUATION.md (the same for people) and examples.json.
All runs are of one kind, decoder or encoder.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from common.files import compact_json, write_json

from .examples import verified
from .folder import MODEL_FILES
from .kinds import kind_of
from .report import report
from .world import World

RULE = "the first seed, counted from 0, that meets every bar"


def publish(runs: list[Path], out: Path) -> None:
    summaries = [summary(run) for run in runs]
    chosen = next((index for index, entry in enumerate(summaries) if not entry["missed_bars"]), None)
    if chosen is None:
        sys.exit("no run meets every bar: " + "; ".join(", ".join(entry["missed_bars"]) for entry in summaries))
    out.mkdir(parents=True, exist_ok=True)
    for name in MODEL_FILES:
        shutil.copyfile(runs[chosen] / name, out / name)
    world, kind = World(), kind_of(out)
    model = kind.exported(out)
    explained = [verified(model, world, example) for example in kind.examples]
    write_json(out / "examples.json", [example.to_json() for example in kind.examples])
    evaluation = {
        "rule": RULE,
        "committed_seed": summaries[chosen]["seed"],
        "bars": kind.bars,
        "bytes": {name: (out / name).stat().st_size for name in MODEL_FILES},
        "examples": explained,
        "runs": summaries,
    }
    (out / "evaluation.json").write_text(compact_json(evaluation))
    (out / "EVALUATION.md").write_text(report(evaluation, kind.examples, kind.wording))


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
