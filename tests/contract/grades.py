"""Read the closing line of a contract run and fail under the figures that the project promises.

    python -m tests.contract.grades LOG [--exact PERCENT] [--shape PERCENT] [--strict PERCENT]

Two closing lines are known: `exact E, shape S, status T of N` and `total: F/N flat, S/N strict`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

PLAYED = re.compile(r"exact (?P<exact>\d+), shape (?P<shape>\d+), status \d+ of (?P<total>\d+)")
CHECKED = re.compile(r"total: \d+/\d+ flat, (?P<strict>\d+)/(?P<total>\d+) strict")


def grades(text: str) -> dict[str, float]:
    """Answer each grade of the last closing line in percent; raises ValueError when there is none."""
    found = [*PLAYED.finditer(text), *CHECKED.finditer(text)]
    if not found or int(found[-1]["total"]) == 0:
        raise ValueError("the run has no closing line")
    parts = found[-1].groupdict()
    total = int(parts.pop("total"))
    return {name: 100 * int(count) / total for name, count in parts.items()}


def main() -> None:
    """Compare the grades of a log with the least that is allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    for name in ("exact", "shape", "strict"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    arguments = parser.parse_args()
    reached = grades(arguments.log.read_text(encoding="utf-8"))
    low = {n: g for n, g in reached.items() if g < getattr(arguments, n)}
    print(", ".join(f"{name} {grade:.2f} %" for name, grade in reached.items()))
    if low:
        sys.exit("under the promised figures: " + ", ".join(low))


if __name__ == "__main__":
    main()
