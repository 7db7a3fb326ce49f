"""PHP expressions as templates use them, read into nodes of Jinja.

Every operation becomes a call of a method of `Run`, so PHP's rules hold and nothing of Python is
within reach. Only `and`, `or`, `not` and the conditional, which must not compute what they skip,
are Jinja's own.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NoReturn

from jinja2 import nodes

from paymenter.laravel.blade.errors import TemplateError
from paymenter.laravel.blade.functions import FUNCTIONS

MAX_TOKENS = 500
MAX_DEPTH = 30  # of nested operations and brackets
VARIABLE = "v_"  # keeps names of the template apart from those of `Run`

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<variable>\$[A-Za-z_]\w*)
    | (?P<name>\\?[A-Za-z_]\w*(?:\\[A-Za-z_]\w*)*)
    | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<operator>\?->|===|!==|==|!=|<=|>=|&&|\|\||\?\?|=>|->|::|[-+*/%.!?:,()\[\]<>])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_LEVELS = {
    "??": 1,
    **dict.fromkeys(("||", "or"), 2),
    **dict.fromkeys(("&&", "and"), 3),
    **dict.fromkeys(("==", "!=", "===", "!=="), 4),
    **dict.fromkeys(("<", "<=", ">", ">="), 5),
    ".": 6,
    **dict.fromkeys(("+", "-"), 7),
    **dict.fromkeys(("*", "/", "%"), 8),
}
SNIPPETS = frozenset({"Blade::render", "BladeCompiler::render"})
ALL_VARIABLES = frozenset(
    {
        "get_defined_vars()",
        "get_defined_vars()['__data']",
        'get_defined_vars()["__data"]',
        "$__data",
    }
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "$": "$"}
_FETCHES = {"variable", "attribute", "item"}

Token = tuple[str, str, int]  # kind, text, line


def expression(source: str, line: int) -> nodes.Expr:
    parser = _Parser(source, line)
    found = parser.expression()
    parser.end()
    return found


def arguments(source: str, line: int) -> list[nodes.Expr]:
    """Expressions with commas between them."""
    parser = _Parser(source, line)
    found = parser.listed("")
    parser.end()
    return found


def loop_head(source: str, line: int) -> tuple[nodes.Expr, str | None, str]:
    """`items as key => value`: what is looped over and the names of the two variables."""
    parser = _Parser(source, line)
    items = parser.expression()
    parser.expect("as")
    key, value = None, parser.variable_name()
    if parser.accept("=>"):
        key, value = value, parser.variable_name()
    parser.end()
    return items, key, value


def truth(value: nodes.Expr) -> nodes.Expr:
    return call("truth", value)


def is_set(value: nodes.Expr) -> nodes.Expr:
    return call("is_set", quiet(value))


def quiet(value: nodes.Expr) -> nodes.Expr:
    """The same, but null where a variable, attribute or key is missing on the way."""
    node = value
    while _method(node) in _FETCHES:
        assert isinstance(node, nodes.Call)
        node.kwargs = [nodes.Keyword("quiet", nodes.Const(True))]
        node = node.args[0]
    return value


def call(method: str, *args: nodes.Expr) -> nodes.Call:
    """A call of that method of `Run`."""
    return nodes.Call(nodes.Name(method, "load"), list(args), [], None, None)


class _Parser:
    def __init__(self, source: str, line: int) -> None:
        self.line = line
        self.tokens = list(islice(_tokens(source, line), MAX_TOKENS + 1))
        if len(self.tokens) > MAX_TOKENS:
            self.refuse("the expression is too long")
        self.position = 0
        self.depth = 0

    # Tokens

    def peek(self) -> str:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def take(self) -> Token:
        if self.position == len(self.tokens):
            self.refuse("the expression ends too early")
        token = self.tokens[self.position]
        self.position += 1
        self.line = token[2]
        return token

    def accept(self, text: str) -> bool:
        if self.peek() != text or self.tokens[self.position][0] == "string":
            return False
        self.take()
        return True

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.refuse(f"`{text}` expected, not `{self.peek()}`")

    def end(self) -> None:
        if self.position < len(self.tokens):
            self.refuse(f"`{self.peek()}` is not understood here")

    def variable_name(self) -> str:
        kind, text, _ = self.take()
        if kind != "variable" or text == "$this":
            self.refuse(f"a variable expected, not `{text}`")
        return text[1:]

    def refuse(self, reason: str) -> NoReturn:
        raise TemplateError(self.line, reason)

    # Operators

    def expression(self) -> nodes.Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse("brackets are nested too deeply")
        found = self.conditional()
        self.depth -= 1
        return found

    def conditional(self) -> nodes.Expr:
        test = self.binary(1)
        if not self.accept("?"):
            return test
        if self.accept(":"):
            self.refuse_twice(test)
            return self.limited(nodes.CondExpr(truth(test), test, self.expression()))
        positive = self.expression()
        self.expect(":")
        return self.limited(nodes.CondExpr(truth(test), positive, self.expression()))

    def binary(self, level: int) -> nodes.Expr:
        left = self.unary()
        while (operator := self.operator()) and _LEVELS[operator] >= level:
            self.take()
            if operator == "??":
                left = self.fallback(left)
            else:
                left = _operation(operator, left, self.binary(_LEVELS[operator] + 1))
            self.limited(left)
        return left

    def operator(self) -> str:
        if self.position == len(self.tokens):
            return ""
        kind, text, _ = self.tokens[self.position]
        return text if kind in ("operator", "name") and text in _LEVELS else ""

    def fallback(self, left: nodes.Expr) -> nodes.Expr:
        self.refuse_twice(left)
        return nodes.CondExpr(is_set(left), left, self.binary(_LEVELS["??"]))

    def refuse_twice(self, node: nodes.Expr) -> None:
        """Tests of a test would double the code with every level."""
        if isinstance(node, nodes.CondExpr) or node.find(nodes.CondExpr):
            self.refuse("a condition within a condition")

    def unary(self) -> nodes.Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse("operators are nested too deeply")
        try:
            if self.accept("!"):
                return nodes.Not(truth(self.unary()))
            if self.accept("-"):
                return call("arithmetic", nodes.Const("-"), nodes.Const(0), self.unary())
            return self.chain()
        finally:
            self.depth -= 1

    def limited(self, node: nodes.Expr) -> nodes.Expr:
        """Refuses what Python's own compiler would stumble over."""
        level: list[nodes.Node] = [node]
        for _ in range(MAX_DEPTH * 2):
            level = [child for parent in level for child in parent.iter_child_nodes()]
        if level:
            self.refuse("the expression is nested too deeply")
        return node

    # Operands

    def chain(self) -> nodes.Expr:
        """A value and what is read of it: `->a`, `?->a`, `->a(…)`, `['a']`."""
        value, safe = self.primary(), False
        while True:
            if self.accept("["):
                value = call("item", value, self.expression())
                self.expect("]")
            elif self.accept("->"):
                value = self.member(value)
            elif self.accept("?->"):
                safe, value = True, self.member(value)
            else:
                return value
            if safe:  # PHP skips the rest of the chain where it meets null
                value.kwargs = [nodes.Keyword("quiet", nodes.Const(True))]
            self.limited(value)

    def member(self, value: nodes.Expr) -> nodes.Call:
        kind, name, _ = self.take()
        if kind != "name" or "\\" in name:
            self.refuse(f"`{name}` is no name of an attribute")
        if self.accept("("):
            return call("method", value, nodes.Const(name), nodes.List(self.listed(")")))
        return call("attribute", value, nodes.Const(name))

    def primary(self) -> nodes.Expr:
        kind, text, _ = self.take()
        if kind == "number":
            return nodes.Const(float(text) if "." in text else int(text[:18]))
        if kind == "string":
            return nodes.Const(self.text(text))
        if kind == "variable":
            return call("variable", nodes.Name(VARIABLE + text[1:], "load"), nodes.Const(text))
        if kind == "name":
            return self.named(text)
        if text == "(":
            found = self.expression()
            self.expect(")")
            return found
        if text != "[":
            self.refuse(f"`{text}` is not understood here")
        return self.array()

    def named(self, name: str) -> nodes.Expr:
        if name.lower() in _CONSTANTS:
            return nodes.Const(_CONSTANTS[name.lower()])
        if self.accept("::"):
            name = f"{name.rpartition(chr(92))[2]}::{self.take()[1]}"
        if not self.accept("("):
            self.refuse(f"the constant {name} is not available")
        if name == "isset":
            return _all([is_set(value) for value in self.listed(")")])
        if name == "empty":
            value = self.expression()
            self.expect(")")
            return nodes.Not(truth(quiet(value)))
        if name in SNIPPETS:
            return self.snippet()
        if name not in FUNCTIONS:
            self.refuse(f"{name}() is not available in templates")
        return call("function", nodes.Const(name), nodes.List(self.listed(")")))

    def snippet(self) -> nodes.Expr:
        """`Blade::render(text, the variables at hand)`."""
        template = self.expression()
        if self.accept(","):
            given = ""
            while self.peek() not in ("", ")") or given.endswith("("):
                given += self.take()[1]
            if given not in ALL_VARIABLES:
                self.refuse("a template within this one gets get_defined_vars()['__data']")
        self.expect(")")
        return call("snippet", template)

    def listed(self, closing: str) -> list[nodes.Expr]:
        found: list[nodes.Expr] = []
        while self.peek() != closing:
            found.append(self.expression())
            if not self.accept(","):
                break
        if closing:
            self.expect(closing)
        return found

    def array(self) -> nodes.Expr:
        keys: list[nodes.Expr] = []
        values: list[nodes.Expr] = []
        while self.peek() != "]":
            value = self.expression()
            if self.accept("=>"):
                keys.append(value)
                value = self.expression()
            values.append(value)
            if not self.accept(","):
                break
        self.expect("]")
        if keys and len(keys) != len(values):
            self.refuse("an array with and without keys")
        if not keys:
            return nodes.List(values)
        return call("keyed", nodes.List(keys), nodes.List(values))

    def text(self, quoted: str) -> str:
        inner = quoted[1:-1]
        if quoted[0] == "'":
            return re.sub(r"\\([\\'])", r"\1", inner)
        if re.search(r"(?<!\\)(?:\\\\)*(?:\$[A-Za-z_{]|\{\$)", inner):
            self.refuse("a variable within quotes; put it outside with a dot")
        return re.sub(r"\\([ntr\"\\$])", lambda found: _ESCAPES[found[1]], inner)


def _tokens(source: str, line: int) -> Iterator[Token]:
    position = 0
    while position < len(source):
        found = _TOKEN.match(source, position)
        if found is None:
            raise TemplateError(line, f"`{source[position : position + 20]}` is not understood")
        if found.lastgroup != "blank":
            yield str(found.lastgroup), found[0], line
        line += found[0].count("\n")
        position = found.end()


def _operation(operator: str, left: nodes.Expr, right: nodes.Expr) -> nodes.Expr:
    if operator in ("&&", "and"):
        return nodes.And(truth(left), truth(right))
    if operator in ("||", "or"):
        return nodes.Or(truth(left), truth(right))
    if operator == ".":
        if _method(left) == "joined" and isinstance(left, nodes.Call):
            left.args.append(right)
            return left
        return call("joined", left, right)
    kind = "comparison" if _LEVELS[operator] in (4, 5) else "arithmetic"
    return call(kind, nodes.Const(operator), left, right)


def _method(node: nodes.Node) -> str:
    """Of `Run`, that this node calls; empty for all else."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        return node.node.name
    return ""


def _all(tests: list[nodes.Expr]) -> nodes.Expr:
    found: nodes.Expr = nodes.Const(True)
    for test in tests:
        found = nodes.And(found, test)
    return found
