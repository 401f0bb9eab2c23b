"""Numbers in Markdown, and the parts that the reports of all models have."""

from collections.abc import Iterable


def table(head: list, rows: Iterable[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def percent(entry: dict) -> str:
    low, high = entry["interval"]
    return f"{100 * entry['share']:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def interval(entry: dict, sign: bool = False) -> str:
    low, high = entry["interval"]
    return f"{entry['mean']:+.2f} [{low:+.2f}, {high:+.2f}]" if sign else f"{entry['mean']:.2f} [{low:.2f}, {high:.2f}]"


def seed_heads(runs: list[dict]) -> list[str]:
    return [f"seed {run['seed']}" for run in runs]


def training_rows(runs: list[dict]) -> list[list]:
    """What every run missed and how long it took: lines of the behaviour's table."""
    rows = [["bars missed", "", "", *("; ".join(run["missed_bars"]) or "none" for run in runs)]]
    for label, key in (("CPU time of the training, minutes", "cpu_seconds"), ("wall time, minutes", "wall_seconds")):
        rows.append([label, "", "", *(f"{run['curve'][-1][key] / 60:.1f}" for run in runs)])
    return rows


def exactness(evaluation: dict, committed: dict, what: str) -> str:
    """The checks of the export; `what` was compared: "prompts", "pictures"."""
    export, size = committed["export"], sum(evaluation["bytes"].values()) / 1e6
    lines = [
        "- Completeness, Σⱼ Tᵢⱼxⱼ + Bᵢ = yᵢ: largest error "
        f"{committed['localisation']['completeness_max_relative_error']:.1e} of the largest |y| in float32, "
        f"{export['completeness_max_relative_error_float64']:.1e} in float64.",
        "- Training code with the exported weights against the independent forward pass: logits differ by at most "
        f"{export['training_code_max_difference']:.1e} (largest logit {export['largest_logit']:.1f}, "
        f"{export[what]} {what}).",
        f"- Size of the model folder without reports: {size:.2f} MB, of which weights "
        f"{evaluation['bytes']['model.safetensors'] / 1e6:.2f} MB.",
    ]
    if export["transformers"]:
        hub = export["transformers"]
        problems = hub["loading_problems"] or "none"
        lines.append(
            f"- transformers {hub['version']}: loading problems {problems}; logits differ by at most {hub['max_difference']:.1e}."
        )
    else:
        lines.append("- The comparison with transformers (`--hf`) was not run.")
    return "\n".join(lines)
