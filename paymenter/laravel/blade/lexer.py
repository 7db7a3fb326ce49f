"""Cuts a Blade template into text, echoes and directives, as Laravel's compiler finds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from paymenter.laravel.blade.errors import TemplateError

_OPENING = re.compile(
    r"""
    @@(?=\w)
    | @?\{\{\{ | @?\{!! | \{\{-- | @?\{\{
    | @(?P<name>\w+)[ \t]*
    | (?P<php><\?(?:php\b|=))
    | (?P<component></?\s*x[-:])
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_CLOSING = {"{{{": "}}}", "{!!": "!!}", "{{--": "--}}", "{{": "}}"}
_BRACKETS = re.compile(r"""[()]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_NEWLINE = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is text, echo, raw or directive; `args` is what stood in a directive's brackets."""

    kind: str
    value: str
    line: int
    args: str | None = None


def pieces(template: str, directives: frozenset[str]) -> Iterator[Piece]:
    """Words after `@` that are no directives stay text."""
    found = _Lexer(template, directives).run()
    for is_text, group in groupby(found, key=lambda piece: piece.kind == "text"):
        if is_text:
            parts = list(group)
            yield replace(parts[0], value="".join([part.value for part in parts]))
        else:
            yield from group


class _Lexer:
    def __init__(self, template: str, directives: frozenset[str]) -> None:
        self.template = template
        self.directives = directives
        self.position = 0
        self.line = 1
        self.behind_directive = 0
        self.unclosed: set[str] = set()  # kinds of which no closing sign follows any more

    def run(self) -> Iterator[Piece]:
        while found := _OPENING.search(self.template, self.position):
            yield from self.text_until(found.start())
            yield from self.piece(found)
        yield from self.text_until(len(self.template))

    def piece(self, found: re.Match[str]) -> Iterator[Piece]:
        if found["php"]:
            raise TemplateError(self.line, "PHP code is not run")
        if found["component"]:
            raise TemplateError(self.line, "components (<x-…>) are not available")
        if found["name"]:
            return self.directive(found)
        if found[0] == "@@":
            self.position += 1
            return self.text_until(self.position + 1)
        return self.echo(found[0])

    def echo(self, opening: str) -> Iterator[Piece]:
        sign = opening.removeprefix("@")
        start = self.position + len(opening)
        end = -1 if sign in self.unclosed else self.template.find(_CLOSING[sign], start)
        if end < 0:  # as in Blade, what is never closed is text
            self.unclosed.add(sign)
            yield from self.text_until(start)
            return
        after = end + len(_CLOSING[sign])
        if opening.startswith("@"):
            self.position += 1
            yield from self.text_until(after)
            return
        if sign != "{{--":
            content = self.template[start:end]
            yield Piece("raw" if sign == "{!!" else "echo", content, self.line)
        self.move(after)

    def directive(self, found: re.Match[str]) -> Iterator[Piece]:
        name = found["name"]
        if name == "verbatim":
            yield from self.verbatim(found.end("name"))
            return
        if name not in self.directives or self.is_in_word(found.start()):
            yield from self.text_until(found.end("name"))
            return
        line = self.line
        args, after = self.brackets(found.end())
        if args is None:
            after = found.end("name")
        yield Piece("directive", name, line, args)
        self.move(after)
        self.behind_directive = after
        newline = _NEWLINE.match(self.template, after)
        if newline:  # PHP swallows a line break right behind `?>`
            self.move(newline.end())

    def is_in_word(self, start: int) -> bool:
        """As in an e-mail address; two directives may stand side by side."""
        before = self.template[max(start - 1, 0) : start]
        return start != self.behind_directive and re.match(r"\w", before, re.ASCII) is not None

    def verbatim(self, start: int) -> Iterator[Piece]:
        end = self.template.find("@endverbatim", start)
        if end < 0:
            raise TemplateError(self.line, "@verbatim is never closed")
        self.move(start)
        yield from self.text_until(end)
        self.move(end + len("@endverbatim"))

    def brackets(self, start: int) -> tuple[str | None, int]:
        """What is in the brackets that begin here, and where they end; None without brackets."""
        if not self.template.startswith("(", start):
            return None, start
        depth = 0
        for found in _BRACKETS.finditer(self.template, start):
            depth += {"(": 1, ")": -1}.get(found[0], 0)
            if depth == 0:
                return self.template[start + 1 : found.start()], found.end()
        raise TemplateError(self.line, "a bracket is never closed")

    def text_until(self, end: int) -> Iterator[Piece]:
        if end > self.position:
            yield Piece("text", self.template[self.position : end], self.line)
        self.move(end)

    def move(self, end: int) -> None:
        self.line += self.template.count("\n", self.position, end)
        self.position = end
