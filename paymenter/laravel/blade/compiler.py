"""Blade's directives, read into a template of Jinja."""

from collections.abc import Callable
from typing import NoReturn

from jinja2 import nodes

from paymenter.laravel.blade.errors import TemplateError
from paymenter.laravel.blade.expressions import (
    VARIABLE,
    arguments,
    call,
    expression,
    is_set,
    loop_head,
    quiet,
    truth,
)
from paymenter.laravel.blade.lexer import Piece, pieces

MAX_PIECES = 2000
MAX_NESTING = 12  # blocks; Python's compiler allows 20 loops within each other

# What Blade knows and we do not run. Other words after @ are text for Blade too.
_REFUSED = """
    append aware auth bool can canany cannot checked choice class component componentFirst
    context csrf dd disabled dump each elseauth elsecan elsecanany elsecannot elseguest
    endauth endcan endcanany endcannot endcomponent endcomponentFirst endcontext endenv enderror
    endfor endfragment endguest endhasSection endlang endonce endphp endprepend endprependOnce
    endproduction endpush endpushIf endpushOnce endsection endsectionMissing endsession endslot
    endwhile env error extends extendsFirst for fragment guest hasSection hasStack include
    includeFirst includeIf includeIsolated includeUnless includeWhen inject lang livewire
    livewireScripts livewireStyles method once overwrite parent php prepend prependOnce production
    props push pushIf pushOnce readonly required section sectionMissing selected session show slot
    stack stop style unset use viteReactRefresh vite while yield
"""
_PARTS = """
    else elseif endif endunless endisset endempty endforeach endforelse case default endswitch
    endverbatim
"""
REFUSED, PARTS = frozenset(_REFUSED.split()), frozenset(_PARTS.split())

Block = list[nodes.Node]


def compile_template(template: str) -> nodes.Template:
    return _Compiler(template).template()


class _Compiler:
    def __init__(self, template: str) -> None:
        self.directives: dict[str, Callable[[Piece], Block]] = {
            "if": self._if,
            "unless": self._unless,
            "isset": self._isset,
            "empty": self._empty,
            "foreach": self._foreach,
            "forelse": self._foreach,
            "switch": self._switch,
            "break": self._leave,
            "continue": self._leave,
            "json": self._json,
        }
        self.pieces = pieces(template, frozenset(self.directives) | PARTS | REFUSED)
        self.line = 1
        self.nesting = 0
        self.loops = 0
        self.seen = 0

    def template(self) -> nodes.Template:
        body, _ = self._body()
        return nodes.Template(body, lineno=1)

    def _body(self, *ends: str) -> tuple[Block, Piece]:
        """Everything up to one of these directives, and the directive."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            self._refuse(f"blocks are nested more than {MAX_NESTING} deep")
        body: Block = []
        for piece in self.pieces:
            self._count(piece)
            if piece.kind == "directive" and _ends(piece, ends):
                self.nesting -= 1
                return body, piece
            body += self._nodes(piece)
        if ends:
            self._refuse(f"the template ends before @{ends[-1]}")
        return body, Piece("text", "", self.line)

    def _count(self, piece: Piece) -> None:
        self.line = piece.line
        self.seen += 1
        if self.seen > MAX_PIECES:
            self._refuse(f"more than {MAX_PIECES} echoes and directives")

    def _nodes(self, piece: Piece) -> Block:
        if piece.kind == "text":
            return [nodes.Output([nodes.TemplateData(piece.value)], lineno=piece.line)]
        if piece.kind != "directive":
            shown = call("escaped" if piece.kind == "echo" else "raw", self._value(piece.value))
            return [_output(shown, piece.line)]
        handler = self.directives.get(piece.value)
        if handler is None:
            known = piece.value not in REFUSED
            self._refuse(f"@{piece.value} {'is out of place' if known else 'is not available'}")
        return handler(piece)

    # Conditions

    def _if(self, piece: Piece) -> Block:
        return self._condition(piece, truth(self._argument(piece)))

    def _unless(self, piece: Piece) -> Block:
        return self._condition(piece, nodes.Not(truth(self._argument(piece))))

    def _empty(self, piece: Piece) -> Block:
        return self._condition(piece, nodes.Not(truth(quiet(self._argument(piece)))))

    def _isset(self, piece: Piece) -> Block:
        test: nodes.Expr = nodes.Const(True)
        for value in arguments(piece.args or "", piece.line):
            test = nodes.And(test, is_set(value))
        return self._condition(piece, test)

    def _condition(self, piece: Piece, test: nodes.Expr) -> Block:
        closing = f"end{piece.value}"
        first = nodes.If(test, [], [], [], lineno=piece.line)
        first.body, end = self._body("elseif", "else", closing)
        while end.value == "elseif":
            branch = nodes.If(truth(self._argument(end)), [], [], [], lineno=end.line)
            branch.body, end = self._body("elseif", "else", closing)
            first.elif_.append(branch)
        if end.value == "else":
            first.else_, _ = self._body(closing)
        return [first]

    def _switch(self, piece: Piece) -> Block:
        """Every case ends with @break, the last one may go without."""
        subject = self._argument(piece)
        before, end = self._body("case", "default", "endswitch")
        self._nothing(before, "text before the first @case")
        first = nodes.If(nodes.Const(False), [], [], [], lineno=piece.line)
        while end.value != "endswitch":
            label = end
            body, end = self._case_body()
            if label.value == "case":
                test = call("comparison", nodes.Const("=="), subject, self._argument(label))
                first.elif_.append(nodes.If(test, body, [], [], lineno=label.line))
            else:
                first.else_ = body
        return [first]

    def _case_body(self) -> tuple[Block, Piece]:
        labels = ("case", "default", "endswitch")
        body, end = self._body("break", *labels)
        if end.value == "break":
            _, end = self._body(*labels)
        elif end.value != "endswitch":
            self._refuse("a @case without @break")
        return body, end

    # Loops

    def _foreach(self, piece: Piece) -> Block:
        items, key, value = loop_head(piece.args or "", piece.line)
        names = (VARIABLE + key if key else "no_key", VARIABLE + value, VARIABLE + "loop")
        target = nodes.Tuple([nodes.Name(name, "store") for name in names], "store")
        outer = nodes.Name(VARIABLE + "loop", "load")
        loop = nodes.For(target, call("each", items, outer), [], [], None, False, lineno=piece.line)
        self.loops += 1
        if piece.value == "forelse":
            loop.body, _ = self._body("empty")
            self.loops -= 1
            loop.else_, _ = self._body("endforelse")
        else:
            loop.body, _ = self._body("endforeach")
            self.loops -= 1
        return [loop]

    def _leave(self, piece: Piece) -> Block:
        if not self.loops:
            self._refuse(f"@{piece.value} outside of a loop")
        leave = (nodes.Break if piece.value == "break" else nodes.Continue)(lineno=piece.line)
        if piece.args is None:
            return [leave]
        return [nodes.If(truth(self._argument(piece)), [leave], [], [], lineno=piece.line)]

    def _json(self, piece: Piece) -> Block:
        return [_output(call("json", self._argument(piece)), piece.line)]

    # Parts

    def _argument(self, piece: Piece) -> nodes.Expr:
        return self._value(piece.args or "")

    def _value(self, source: str) -> nodes.Expr:
        return expression(source, self.line)

    def _nothing(self, body: Block, what: str) -> None:
        for node in body:
            shown = node.find(nodes.TemplateData)
            if shown is None or shown.data.strip():
                self._refuse(what)

    def _refuse(self, reason: str) -> NoReturn:
        raise TemplateError(self.line, reason)


def _ends(piece: Piece, ends: tuple[str, ...]) -> bool:
    """`@empty` divides a @forelse, `@empty(…)` begins a block of its own."""
    return piece.value in ends and not (piece.value == "empty" and piece.args is not None)


def _output(value: nodes.Expr, line: int) -> nodes.Output:
    value.set_lineno(line)  # errors are found by it
    return nodes.Output([value], lineno=line)
