"""Read the closing line of a contract run and fail under the figures that the project promises.

    python -m tests.contract.grades LOG [--exact PERCENT] [--shape PERCENT] [--strict PERCENT]
                                        [--answers JSON --listed MARKDOWN]

Two closing lines are known: `exact E, shape S, status T of N` and `total: F/N flat, S/N strict`. With `--answers`,
every answer that is not exact must stand in the table of `--listed` with its grade or a worse one.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

PLAYED = re.compile(r"exact (?P<exact>\d+), shape (?P<shape>\d+), status \d+ of (?P<total>\d+)")
CHECKED = re.compile(r"total: \d+/\d+ flat, (?P<strict>\d+)/(?P<total>\d+) strict")
LISTED = re.compile(r"^\| (?P<scenario>[a-z0-9-]+) \| (?P<steps>[\d, ]+) \| (?P<grade>status|shape) \| \S.* \|$", re.M)

Pair = tuple[str, int]


def grades(text: str) -> dict[str, float]:
    """Answer each grade of the last closing line in percent; raises ValueError when there is none."""
    found = [*PLAYED.finditer(text), *CHECKED.finditer(text)]
    if not found or int(found[-1]["total"]) == 0:
        raise ValueError("the run has no closing line")
    parts = found[-1].groupdict()
    total = int(parts.pop("total"))
    return {name: 100 * int(count) / total for name, count in parts.items()}


def listed(text: str) -> dict[Pair, str]:
    """Answer the grade of each pair that the documentation's table gives a reason for."""
    return {
        (row["scenario"], int(step)): row["grade"] for row in LISTED.finditer(text) for step in row["steps"].split(",")
    }


def surprises(answers: Iterable[str], known: dict[Pair, str]) -> list[str]:
    """Tell which answers differ without a reason, or more than the reason covers."""
    worst = ("none", "status", "shape", "exact")
    rows = [json.loads(line) for line in answers]
    least = {(row["scenario"], row["step"]): known.get((row["scenario"], row["step"]), "exact") for row in rows}
    return [
        f"{row['scenario']} {row['step']} is {row['grade']}, not {least[row['scenario'], row['step']]}: {row['why']}"
        for row in rows
        if worst.index(row["grade"]) < worst.index(least[row["scenario"], row["step"]])
    ]


def main() -> None:
    """Compare the grades of a log with the least that is allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path)
    for name in ("exact", "shape", "strict"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    parser.add_argument("--answers", type=Path, help="the grades of all answers, one JSON object a line")
    parser.add_argument("--listed", type=Path, help="the page that gives each difference's reason")
    arguments = parser.parse_args()
    reached = grades(arguments.log.read_text(encoding="utf-8"))
    wrong = [f"under the promised figure: {n}" for n, grade in reached.items() if grade < getattr(arguments, n)]
    if arguments.answers and arguments.listed:
        known = listed(arguments.listed.read_text(encoding="utf-8"))
        wrong += surprises(arguments.answers.read_text(encoding="utf-8").splitlines(), known)
    print(", ".join(f"{name} {grade:.2f} %" for name, grade in reached.items()))
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
