"""The same OpenAPI document in words that generators of clients understand."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

Schema = dict[str, Any]

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def plainly(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Nothing that is valid before is invalid afterwards, nor the other way round."""
    found: Schema = _plain(result)
    return found


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: value if key in _DATA else _plain(value) for key, value in node.items()}
    return _said(_typed(_with_items(plain)))


_DATA = frozenset({"default", "enum", "const", "example", "examples"})  # not to be rewritten


def _with_items(schema: Schema) -> Schema:
    kinds = schema.get("type")
    is_array = kinds == "array" or (isinstance(kinds, list) and "array" in kinds)
    return schema | {"items": {}} if is_array and "items" not in schema else schema


def _typed(schema: Schema) -> Schema:
    """A list of values of several types becomes one list for each."""
    values = schema.get("enum")
    kinds = {type(value) for value in values} - {type(None)} if isinstance(values, list) else {}
    if len(kinds) < 2:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("enum", "type")}
    return rest | {"anyOf": list(_by_type(schema["enum"]))}


def _by_type(values: list[Any]) -> Iterator[Schema]:
    for kind, group in groupby(sorted(values, key=_type), key=_type):
        listed = list(group)
        whole = kind == "null" or (kind == "boolean" and len(listed) == 2)
        yield {"type": kind} if whole else {"type": kind, "enum": listed}


def _type(value: Any) -> str:
    return _TYPES[type(value)]


def _said(schema: Schema) -> Schema:
    """The name of a PHP class as default stands in the text: generators trip over its `\\`."""
    default = schema.get("default")
    if "enum" not in schema or not isinstance(default, str) or "\\" not in default:
        return schema
    rest = {key: value for key, value in schema.items() if key != "default"}
    return rest | {"description": f"`{default}` where it is not sent."}
