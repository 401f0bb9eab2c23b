"""What the self-checks share: failing with a sentence, and a report that belongs to its files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path


class CheckFailed(Exception):
    """Something that the trained weights or the tests rely on does not hold."""


def require(condition: bool, sentence: str) -> None:
    if not condition:
        raise CheckFailed(sentence)


def check_report(folder: Path, files: tuple[str, ...], report: Callable[[dict], str]) -> None:
    """EVALUATION.md says what evaluation.json says, about files of these sizes, and the model meets every bar."""
    evaluation = json.loads((folder / "evaluation.json").read_text())
    require(
        (folder / "EVALUATION.md").read_text() == report(evaluation), "EVALUATION.md is not made of evaluation.json"
    )
    sizes = {name: (folder / name).stat().st_size for name in files}
    require(evaluation["bytes"] == sizes, f"the files have {sizes} bytes, the report says {evaluation['bytes']}")
    committed = next(run for run in evaluation["runs"] if run["seed"] == evaluation["committed_seed"])
    require(not committed["missed_bars"], f"the model misses a bar: {committed['missed_bars']}")


def run_checks(checks: Callable[[], None]) -> int:
    """The exit code."""
    try:
        checks()
    except CheckFailed as failure:
        print(f"check failed: {failure}", file=sys.stderr)
        return 1
    print("all checks passed")
    return 0
