"""What the operations of a template do while it runs, and how much of it they may do."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import orjson

from paymenter.laravel.blade import functions
from paymenter.laravel.blade.errors import Problem, TemplateError
from paymenter.laravel.blade.values import (
    Collection,
    Record,
    Values,
    equal,
    identical,
    is_missing,
    kind,
    number,
    order,
    text,
    truth,
    whole,
)

MAX_STEPS = 100_000
MAX_SECONDS = 2.0
MAX_SNIPPETS = 2  # within each other


class Run:
    """One rendering. Its public methods are all that a compiled template can call."""

    def __init__(self, escape: Callable[[object], str], include: Callable[[str], str]) -> None:
        self._escape = escape
        self._include = include
        self._depth = 0
        self._steps = 0
        self._ends_at = time.monotonic() + MAX_SECONDS

    def methods(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in METHODS}

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS or time.monotonic() > self._ends_at:
            raise Problem("the template does too much")

    # Reading

    def variable(self, value: Any, name: str, *, quiet: bool = False) -> Any:
        self._step()
        if not is_missing(value):
            return value
        if value is None or quiet:
            return None
        raise Problem(f"Undefined variable {name}")

    def attribute(self, value: Any, name: str, *, quiet: bool = False) -> Any:
        self._step()
        if isinstance(value, Record):
            return value.read(name)
        if quiet:
            return None
        raise Problem(f'Attempt to read property "{name}" on {kind(value)}')

    def item(self, value: Any, key: Any, *, quiet: bool = False) -> Any:
        self._step()
        if isinstance(value, Record):
            return value.read(text(key))
        if isinstance(value, dict) and _is_key(key) and key in value:
            return value[key]
        if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            return value[key]
        if quiet:
            return None
        if isinstance(value, (list, dict)):
            shown = key if isinstance(key, int) else f'"{text(key)}"'
            raise Problem(f"Undefined array key {shown}")
        raise Problem(f"{kind(value)} has no keys")

    def method(self, value: Any, name: str, args: list[Any], *, quiet: bool = False) -> Any:
        self._step()
        if value is None and quiet:
            return None
        table = {}
        if isinstance(value, datetime):
            table = functions.DATE
        elif isinstance(value, Collection):
            table = functions.COLLECTION
        if name not in table:
            raise Problem(f"{kind(value)} has no {name}()")
        return table[name](value, *args)

    def function(self, name: str, args: list[Any]) -> Any:
        self._step()
        return functions.FUNCTIONS[name](*args)

    # Computing

    def truth(self, value: Any) -> bool:
        return truth(value)

    def is_set(self, value: Any) -> bool:
        return value is not None

    def joined(self, *parts: Any) -> str:
        self._step()
        return functions.sized("".join([text(part) for part in parts]))

    def comparison(self, operator: str, left: Any, right: Any) -> bool:
        self._step()
        match operator:
            case "==":
                return equal(left, right)
            case "!=":
                return not equal(left, right)
            case "===":
                return identical(left, right)
            case "!==":
                return not identical(left, right)
        sign = order(left, right)
        return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[operator]

    def arithmetic(self, operator: str, left: Any, right: Any) -> int | float:
        self._step()
        a, b = number(left), number(right)
        match operator:
            case "+":
                return whole(a + b)
            case "-":
                return whole(a - b)
            case "*":
                return whole(a * b)
        if not b:
            raise Problem("Division by zero")
        if operator == "%":
            return int(a) - int(b) * int(int(a) / int(b))
        exact = a / b
        return int(exact) if exact.is_integer() and isinstance(a, int) else exact

    def keyed(self, keys: list[Any], values: list[Any]) -> dict[Any, Any]:
        return dict(zip(map(_array_key, keys), values, strict=True))

    # Output

    def escaped(self, value: Any) -> str:
        self._step()
        return self._escape(value)

    def raw(self, value: Any) -> str:
        self._step()
        return text(value)

    def snippet(self, value: Any) -> str:
        """A template within the template, with the same variables."""
        self._step()
        if self._depth == MAX_SNIPPETS:
            raise Problem("templates within templates within templates")
        self._depth += 1
        try:
            return functions.sized(self._include(text(value)))
        except TemplateError as error:
            raise Problem(f"in the text included, line {error.line}: {error.message}") from None
        finally:
            self._depth -= 1

    def json(self, value: Any) -> str:
        """PHP's json_encode with everything escaped that HTML could trip over."""
        encoded = orjson.dumps(value, default=_refuse_json).decode()
        return encoded.translate(_IN_HTML)

    def each(self, values: Any, parent: Any = None) -> Iterator[tuple[Any, Any, Values]]:
        """Key, value and `$loop` of every round."""
        if not isinstance(values, (list, dict)):
            raise Problem(f"{kind(values)} cannot be looped over")
        pairs = values.items() if isinstance(values, dict) else enumerate(values)
        outer = parent if isinstance(parent, Record) else None
        for index, (key, value) in enumerate(pairs):
            self._step()
            yield key, value, _loop(index, len(values), outer)


METHODS = [name for name in vars(Run) if not name.startswith("_") and name != "methods"]
_IN_HTML = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&'"}


def _loop(index: int, count: int, parent: Record | None) -> Values:
    depth = 1 + (parent.read("depth") if parent else 0)
    return Values(
        {
            "index": index,
            "iteration": index + 1,
            "remaining": count - index - 1,
            "count": count,
            "first": index == 0,
            "last": index == count - 1,
            "odd": index % 2 == 0,
            "even": index % 2 == 1,
            "depth": depth,
            "parent": parent,
        }
    )


def _is_key(key: Any) -> bool:
    return isinstance(key, (str, int))


def _array_key(key: Any) -> Any:
    if not _is_key(key):
        raise Problem(f"{kind(key)} is no key of an array")
    return key


def _refuse_json(value: Any) -> Any:
    raise Problem(f"{kind(value)} cannot be written as JSON")
