"""Numbers in Markdown tables."""

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
