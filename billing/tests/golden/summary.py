"""How many of how many recorded cases agree, for the end of a test run."""

import re
from collections import Counter, defaultdict
from typing import Any

_CASE = re.compile(r"test_golden\.py::test_case_agrees\[(\w+)/([\w-]+)/")
_OUTCOMES = {"passed": "agree", "failed": "differ", "xfailed": "not yet", "skipped": "no adapter"}


def golden_summary(stats: dict[str, list[Any]]) -> list[str]:
    """One line for each group of recordings, and one for all; none where no case was replayed."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome, label in _OUTCOMES.items():
        for report in stats.get(outcome, []):
            if match := _CASE.search(getattr(report, "nodeid", "")):
                counts = groups[f"{match[1]}/{match[2]}"]
                counts[label] += 1
                overridden = ("golden", "overridden") in report.user_properties
                counts["overridden"] += label == "agree" and overridden
    lines = [_line(name, counts) for name, counts in sorted(groups.items())]
    return [*lines, _line("recordings", sum(groups.values(), Counter()))] if lines else []


def _line(name: str, counts: Counter[str]) -> str:
    total = sum(counts[label] for label in _OUTCOMES.values())
    rest = [f"{counts[label]} {label}" for label in list(_OUTCOMES.values())[1:] if counts[label]]
    corrected = f" ({counts['overridden']} overridden)" if counts["overridden"] else ""
    return f"{name}: {counts['agree']} of {total} agree{corrected}" + "".join(
        f", {text}" for text in rest
    )
