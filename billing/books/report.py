"""What the checks found, told as it comes: nothing is held back, so nothing fills the memory."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from django.db import DatabaseError

from billing.books.check import PAGE, Check, Finding

Write = Callable[[str], object]

_IDS = 10  # named for one finding on a terminal


@dataclass(slots=True)
class Report(ABC):
    """`limit`: how many findings of each check are shown, None for all; all are counted."""

    write: Write
    limit: int | None
    checked: int = 0
    found: int = 0
    failed: int = 0

    def run(self, checks: Iterable[Check]) -> bool:
        """True where all is well."""
        self.begin()
        for check in checks:
            self.head(check)
            count, error = self._look(check)
            self.foot(check, count, error)
            self.checked += 1
            self.found += count
            self.failed += bool(error)
        self.end()
        return not self.found and not self.failed

    def _look(self, check: Check) -> tuple[int, str]:
        """How many, and what the database said where it could not be asked."""
        shown = 0
        try:
            page = PAGE if self.limit is None else min(PAGE, self.limit + 1)
            for finding in islice(check.findings(page), self.limit):
                self.tell(check, finding, shown)
                shown += 1
            is_all = self.limit is None or shown < self.limit
            return shown if is_all else check.count(), ""
        except DatabaseError as error:
            return shown, str(error)

    @abstractmethod
    def begin(self) -> None: ...
    @abstractmethod
    def head(self, check: Check) -> None: ...
    @abstractmethod
    def tell(self, check: Check, finding: Finding, number: int) -> None: ...
    @abstractmethod
    def foot(self, check: Check, count: int, error: str) -> None: ...
    @abstractmethod
    def end(self) -> None: ...


@dataclass(slots=True)
class Text(Report):
    """Only what was found, by subject."""

    subjects: dict[str, str] = field(default_factory=dict)  # of each check, by code
    subject: str = ""

    def begin(self) -> None:
        pass

    def head(self, check: Check) -> None:
        pass

    def tell(self, check: Check, finding: Finding, number: int) -> None:
        if not number:
            self._title(check)
        ids = ", ".join(map(str, finding.ids[:_IDS]))
        more = ", …" if len(finding.ids) > _IDS else ""
        row = f"{finding.table} {ids}{more}: " if ids else ""
        self.write(f"    {row}{finding.says}")

    def foot(self, check: Check, count: int, error: str) -> None:
        if self.limit is not None and count > self.limit:
            if not self.limit:
                self._title(check)
            self.write(f"    … {count - self.limit} more of {count}")
        if error:
            self._title(check)
            self.write(f"    could not be checked: {error}")

    def end(self) -> None:
        failed = f"; {self.failed} could not be made" if self.failed else ""
        result = f"{self.found} finding(s)" if self.found else "nothing found"
        self.write(f"{self.checked} checks, {result}{failed}.")

    def _title(self, check: Check) -> None:
        subject = self.subjects[check.code]
        if subject != self.subject:
            self.write(subject)
            self.subject = subject
        self.write(f"  {check.title} [{check.code}]")
        self.write(f"  {check.advice}")


class Json(Report):
    """One object, with every check."""

    __slots__ = ()

    def begin(self) -> None:
        self.write('{"checks": [')

    def head(self, check: Check) -> None:
        names = {"code": check.code, "title": check.title, "advice": check.advice}
        comma = "," if self.checked else ""
        self.write(f'{comma}{json.dumps(names)[:-1]}, "findings": [')

    def tell(self, check: Check, finding: Finding, number: int) -> None:
        row = {"table": finding.table, "ids": finding.ids, "says": finding.says}
        self.write(("," if number else "") + json.dumps(row))

    def foot(self, check: Check, count: int, error: str) -> None:
        self.write(f'], "count": {count}, "error": {json.dumps(error or None)}}}')

    def end(self) -> None:
        totals = {"checked": self.checked, "found": self.found, "failed": self.failed}
        self.write(f"], {json.dumps(totals)[1:]}")
