"""Query strings as PHP's parse_str reads them, and Laravel's cleaning of input."""

import re
from typing import Any, TypeAlias
from urllib.parse import unquote_to_bytes

QueryValue: TypeAlias = "str | dict[str, QueryValue]"

# PHP's max_input_vars and max_input_nesting_level
MAX_VARIABLES = 1000
MAX_DEPTH = 64

INTEGER_KEY = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
TOP_LEVEL_NAME = str.maketrans(" .", "__")
UNCLOSED_NAME = str.maketrans(" .[", "___")
ASCII_BLANKS = frozenset(" \t\n\r\v\f")

# Laravel: Str::INVISIBLE_CHARACTERS, PCRE's \s and PHP's trim
_BLANK_RANGES = (
    *((0x00, 0x00), (0x09, 0x0D), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0xAD, 0xAD)),
    *((0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x1680, 0x1680), (0x17B4, 0x17B5)),
    *((0x180E, 0x180E), (0x2000, 0x200F), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x2065)),
    *((0x206A, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0x1D159, 0x1D159), (0x1D173, 0x1D17A), (0xE0020, 0xE0020)),
)
BLANKS = "".join(chr(code) for first, last in _BLANK_RANGES for code in range(first, last + 1))
UNTRIMMED = frozenset({"current_password", "password", "password_confirmation"})


class _Array(dict[str, QueryValue]):
    """A PHP array: remembers the number that `[]` gets next."""

    __slots__ = ("next_index",)

    def __init__(self) -> None:
        super().__init__()
        self.next_index = 0

    def put(self, key: str | None, value: QueryValue) -> None:
        name = str(self.next_index) if key is None else key
        if INTEGER_KEY.fullmatch(name):
            self.next_index = max(self.next_index, int(name) + 1)
        self[name] = value

    def child(self, key: str | None) -> "_Array":
        found = None if key is None else self.get(key)
        if isinstance(found, _Array):
            return found
        fresh = _Array()
        self.put(key, fresh)
        return fresh


def parse(text: str | bytes) -> dict[str, QueryValue]:
    """A PHP array is a dict with text keys. WSGI's QUERY_STRING is latin-1: pass its bytes."""
    if not text:
        return {}
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    result = _Array()
    for pair in [part for part in raw.split(b"&") if part][:MAX_VARIABLES]:
        name, _, value = pair.partition(b"=")
        _register(result, _decoded(name), _decoded(value))
    return result


def _decoded(part: bytes) -> str:
    if b"+" in part:
        part = part.replace(b"+", b" ")
    if b"%" in part:
        part = unquote_to_bytes(part)
    return part.decode("utf-8", "replace")


def _register(result: _Array, name: str, value: str) -> None:
    # PHP: php_register_variable_ex; names are C strings and end at NUL
    name = name.partition("\0")[0].lstrip(" ")
    head = name.partition("[")[0].translate(TOP_LEVEL_NAME)
    if not head:
        return
    if len(head) == len(name):
        result[head] = value
        return
    path = _path(head, name)
    if len(path) > MAX_DEPTH + 1:  # too deep: PHP drops the whole variable
        result.pop(head, None)
        return
    node = result
    for key in path[:-1]:
        node = node.child(key)
    node.put(path[-1], value)


def _path(head: str, name: str) -> list[str | None]:
    """`a[b][]` is a, b, None (append); text after a closing bracket is ignored."""
    path: list[str | None] = [head]
    position = len(head)
    while name[position : position + 1] == "[" and len(path) <= MAX_DEPTH + 1:
        start = position + 1
        inner = start + (name[start : start + 1] in ASCII_BLANKS)
        end = name.find("]", inner)
        if end < 0:  # an unclosed first bracket belongs to the name, a later one is ignored
            return [f"{head}_{name[start:].translate(UNCLOSED_NAME)}"] if len(path) == 1 else path
        path.append(None if end == inner else name[start:end])
        position = end + 1
    return path


def trimmed(value: Any) -> Any:
    """Laravel's TrimStrings and ConvertEmptyStringsToNull, on a copy.

    Passwords at the top level keep their blanks; numbers and the like pass through.
    """
    if isinstance(value, dict):
        return {key: _trimmed_entry(key, item) for key, item in value.items()}
    return _trimmed(value)


def _trimmed_entry(key: object, item: Any) -> Any:
    if key in UNTRIMMED and isinstance(item, str):
        return item or None
    return _trimmed(item)


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip(BLANKS) or None
    if isinstance(value, dict):
        copy: dict[Any, Any] = {}
        for key, item in value.items():
            copy[key] = _trimmed(item)
        return copy
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:  # no comprehension: it would double the depth of the stack
            items.append(_trimmed(item))
        return items
    return value
