"""Chooses the model to publish and writes its folder: `python -m tiny_shapes.publish RUN... --out DIR --fixtures DIR`.

Every RUN is a folder that train.py wrote and evaluate.py evaluated, in order of preference: the first that meets every
bar is published. Beside the model go evaluation.json (all runs), EVALUATION.md (the same for people), the ground truth, examples.json and
their pictures. Into the fixtures go the pixel values that a loader must make of each example's picture.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from safetensors.torch import save_file

from common.files import compact_json, write_json

from .evaluate import BARS
from .examples import EXAMPLES, verified
from .export import MODEL_FILES
from .frozen import ExportedClassifier
from .ground_truth import write_ground_truth
from .png import from_bytes, write_png
from .report import report

RULE = "the first seed, counted from 0, that meets every bar"


def publish(runs: list[Path], out: Path, fixtures: Path) -> None:
    summaries = [summary(run) for run in runs]
    chosen = next((index for index, entry in enumerate(summaries) if not entry["missed_bars"]), None)
    if chosen is None:
        sys.exit("no run meets every bar: " + "; ".join(", ".join(entry["missed_bars"]) for entry in summaries))
    out.mkdir(parents=True, exist_ok=True)
    for name in MODEL_FILES:
        shutil.copyfile(runs[chosen] / name, out / name)
    model = ExportedClassifier(out)
    explained = [verified(model, example) for example in EXAMPLES]
    write_json(out / "examples.json", [example.to_json() for example in EXAMPLES])
    write_ground_truth(out)
    write_pictures(out, fixtures)
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


def write_pictures(out: Path, fixtures: Path) -> None:
    fixtures.mkdir(parents=True, exist_ok=True)
    for example in EXAMPLES:
        picture, _ = example.picture()
        write_png(out / example.image, picture)
        path = fixtures / f"{Path(example.image).stem}.safetensors"
        save_file({"pixel_values": from_bytes(picture)[None]}, path)
        path.chmod(0o644)


def summary(run: Path) -> dict:
    """A run's training record and evaluation in one table."""
    return json.loads((run / "training.json").read_text()) | json.loads((run / "evaluation.json").read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--fixtures", type=Path, required=True, help="where the tests look for the examples' pixel values"
    )
    options = parser.parse_args()
    publish(options.runs, options.out, options.fixtures)


if __name__ == "__main__":
    main()
