"""Recorded cases: where they are, what was changed of them on purpose, what is not replayed yet.

compat/billing/overrides.json corrects a case by its id: `reason`, and of its `outcome` by JSON
pointer what we want instead (`set`), what must be gone (`remove`, from the last to the first), what
is not compared (`ignore`). compat/billing/not_yet.txt says what has no adapter, and which cases of
an operation that has one do not agree yet.
"""

import gzip
import json
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from billing.tests.golden.registry import operations
from paymenter.tests.recordings import COMPAT

HOME = COMPAT / "billing"
VOCABULARIES = ("storefront", "backoffice")
SEQUENCE = "sequence"

_OTHER_FILES = ("base.json", "cron-world.json")  # the latter: billing/tests/test_cron_world.py

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`recorded` has the overrides applied; `ignored` are pointers into its outcome."""

    vocabulary: str
    group: str
    recorded: Json
    base: Path
    reason: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return str(self.recorded["id"])

    def __str__(self) -> str:
        return f"{self.vocabulary}/{self.group}/{self.id}"

    @property
    def operations(self) -> list[str]:
        """The names of what is done, without the word sequence."""
        operation = self.recorded["operation"]
        if operation["name"] != SEQUENCE:
            return [operation["name"]]
        return [step["name"] for step in operation["args"]["steps"]]

    def missing(self) -> list[str]:
        known = operations(self.vocabulary).adapters
        return sorted({name for name in self.operations if name not in known})


def default_cases() -> list[Case]:
    return [case for name in VOCABULARIES for case in cases_in(HOME / name)]


def cases_in(folder: Path) -> list[Case]:
    """Of the files in the folder or below it, or of one file."""
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.json*"))
    return [case for path in paths for case in _cases_of(path)]


def _cases_of(path: Path) -> list[Case]:
    name = path.name.removesuffix(".gz")
    if not name.endswith(".json") or name in _OTHER_FILES:
        return []
    given = read(path)
    if not isinstance(given, list):
        return []
    vocabulary = _vocabulary(path, given)
    base = _base(path.parent, vocabulary)
    return [_case(recorded, vocabulary, name.removesuffix(".json"), base) for recorded in given]


def _case(recorded: Json, vocabulary: str, group: str, base: Path) -> Case:
    group = recorded.get("group", group)
    override = overrides().get(recorded["id"])
    if override is None:
        return Case(vocabulary, group, recorded, base)
    changed = {**recorded, "outcome": _changed(recorded["outcome"], override)}
    ignored = tuple(override.get("ignore", ()))
    return Case(vocabulary, group, changed, base, override["reason"], ignored)


def read(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


def _vocabulary(path: Path, given: list[Json]) -> str:
    """By the folder's name, else the one that knows more of the operations."""
    for name in VOCABULARIES:
        if name in path.parts:
            return name
    names = [case["operation"]["name"] for case in given]
    return max(VOCABULARIES, key=lambda v: sum(n in operations(v).adapters for n in names))


def _base(folder: Path, vocabulary: str) -> Path:
    own = [folder / "base.json", folder / "base.json.gz"]
    return next((path for path in own if path.exists()), HOME / vocabulary / "base.json.gz")


# What differs on purpose


@cache
def overrides() -> dict[str, Json]:
    found: dict[str, Json] = json.loads((HOME / "overrides.json").read_text())
    return found


def _changed(outcome: Json, override: Json) -> Json:
    outcome = deepcopy(outcome)
    for pointer, value in override.get("set", {}).items():
        _put(outcome, pointer, value)
    for pointer in override.get("remove", ()):
        parent, last = _parent(outcome, pointer)
        del parent[int(last) if isinstance(parent, list) else last]
    return outcome


def _put(outcome: Json, pointer: str, value: Any) -> None:
    parent, last = _parent(outcome, pointer)
    if not isinstance(parent, list):
        parent[last] = value
    elif last == "-":
        parent.append(value)
    else:
        parent[int(last)] = value


def _parent(outcome: Json, pointer: str) -> tuple[Any, str]:
    """What lacks on the way to the last part becomes an object."""
    *way, last = pointer.removeprefix("/").split("/")
    place: Any = outcome
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    return place, last


# What is not replayed yet


@cache
def not_yet() -> dict[str, str]:
    """Reasons by `vocabulary operation` and by case id."""
    found = {}
    for line in (HOME / "not_yet.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(": ")
            found[name] = reason
    return found
