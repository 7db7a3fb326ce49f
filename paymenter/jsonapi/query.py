"""The query dialect of index and show: what a client asked for, checked against what is allowed.

Paymenter: spatie/laravel-query-builder 6 and timacdonald/json-api, as recorded; our additions are
the filter operators (`filter[id][gte]=10`) and the limits on `per_page`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.limits import LONGEST_VALUE, MOST_PER_PAGE, MOST_VALUES, PER_PAGE
from paymenter.laravel.query_string import parse, trimmed

OPERATORS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "in", "null"})
LARGEST = 2**63 - 1

IncludeTree = dict[str, Any]  # {name: IncludeTree}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: `contains` (any of the values is part of the column's text) or an operator."""

    name: str
    operator: str
    values: tuple[str, ...]


def query_parameters(request: Request) -> dict[str, Any]:
    """The query string as PHP reads it, blanks trimmed, empty text as None."""
    text = request.META.get("QUERY_STRING", "")
    parameters: dict[str, Any] = trimmed(parse(text.encode("latin-1"))) if text else {}
    return parameters


def input_parameters(request: Request, query: dict[str, Any]) -> dict[str, Any]:
    """A JSON body over the query string: the query builder, but not the renderer, looks at both."""
    if request.META.get("CONTENT_LENGTH") in (None, "", "0") or "json" not in request.content_type:
        return query
    body: dict[str, Any] = request.data  # type: ignore[assignment]
    return query | body


def page_of(parameters: Mapping[str, Any]) -> int:
    """Anything but a whole number from 1 counts as 1."""
    page = _whole(parameters.get("page"))
    return page if page is not None and 1 <= page <= LARGEST else 1


def per_page_of(parameters: Mapping[str, Any]) -> int:
    """A whole number from 1 to 1 000; what is none counts as 15."""
    digits = str(parameters.get("per_page") or "").removeprefix("+")
    per_page = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else 0
    return min(per_page, MOST_PER_PAGE) if per_page else PER_PAGE


def filters_of(parameters: Mapping[str, Any], allowed: Iterable[str]) -> list[Filter]:
    given = parameters.get("filter")
    if not isinstance(given, dict):
        return []
    if unknown := [name for name in given if name not in allowed]:
        raise BadQuery(
            f"Requested filter(s) `{', '.join(unknown)}` are not allowed. "
            f"Allowed filter(s) are `{', '.join(allowed)}`."
        )
    return [f for name, value in given.items() for f in _filters(name, value)]


def sorts_of(parameters: Mapping[str, Any], allowed: Iterable[str]) -> list[str]:
    """Column names, a leading `-` for descending."""
    given = parameters.get("sort")
    wanted = [str(part) for part in _parts(given) if part not in (None, "")]
    if unknown := [s.lstrip("-") for s in wanted if s.lstrip("-") not in allowed]:
        raise BadQuery(
            f"Requested sort(s) `{', '.join(unknown)}` is not allowed. "
            f"Allowed sort(s) are `{', '.join(allowed)}`."
        )
    signs: dict[str, str] = {}
    for text in wanted:  # of a column named twice the first counts
        signs.setdefault(text.lstrip("-"), "-" if text.startswith("-") else "")
    return [sign + name for name, sign in signs.items()]


def includes_of(parameters: Mapping[str, Any], *allowed: Sequence[str]) -> list[str]:
    """The requested paths, all of them allowed; `<name>Count` and `<name>Exists` are too.

    With several lists of allowed paths the first that refuses one is what the error is about.
    """
    given = parameters.get("include")
    paths = [str(path) for path in _parts(given) if path]
    for names in map(_spelled, allowed):
        if unknown := [path for path in dict.fromkeys(paths) if path not in names]:
            hint = f"Allowed include(s) are `{', '.join(names)}`."
            hint = hint if names else "There are no allowed includes."
            raise BadQuery(f"Requested include(s) `{', '.join(unknown)}` are not allowed. {hint}")
    return paths


def include_tree(parameters: Mapping[str, Any]) -> IncludeTree:
    """What to render, by nesting: `a.b,c` is `{"a": {"b": {}}, "c": {}}`."""
    given = parameters.get("include")
    if isinstance(given, (dict, list)):
        raise BadQuery(
            "The include parameter must be a comma seperated list of relationship paths."
        )
    root: IncludeTree = {}
    for path in filter(None, str(given or "").split(",")):
        node = root
        for name in path.split("."):
            node = node.setdefault(name, {})
    return root


def fields_of(parameters: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    given = parameters.get("fields")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise BadQuery("The fields parameter must be an array of resource types.")
    if any(isinstance(value, (dict, list)) for value in given.values()):
        raise BadQuery("The fields parameter value must be a comma seperated list of attributes.")
    return {kind: frozenset(str(value or "").split(",")) for kind, value in given.items()}


def check_fields(parameters: Mapping[str, Any], includes: Iterable[str]) -> None:
    """Paymenter's query builder refuses the fields of a table that an include loads."""
    given = parameters.get("fields")
    if not isinstance(given, dict):
        return
    for path in includes:
        table = _plural(path)
        if isinstance(given.get(table), str):
            raise BadQuery(
                f"Requested field(s) `{given[table].replace(',', ', ')}` are not allowed (yet). "
                "If you want to allow these fields, please make sure to call the QueryBuilder's "
                "`allowedFields` method before the `allowedIncludes` method."
            )


def _parts(given: Any) -> list[Any]:
    """What a list names, in a query string or a JSON body, or a text with commas."""
    if isinstance(given, (dict, list)):
        return list(given.values() if isinstance(given, dict) else given)
    return str(given or "").split(",")


def _filters(name: str, value: Any) -> list[Filter]:
    if not isinstance(value, dict):
        values = _values(value)
        return [Filter(name, "contains", values)] if values else []
    operators = [Filter(name, key, _values(v)) for key, v in value.items() if key in OPERATORS]
    values = _values({key: part for key, part in value.items() if key not in OPERATORS})
    return operators + ([Filter(name, "contains", values)] if values else [])


def _values(value: Any) -> tuple[str, ...]:
    parts = list(value.values()) if isinstance(value, dict) else value
    parts = parts if isinstance(parts, list) else [parts]
    if any(isinstance(part, (dict, list)) for part in parts):
        raise BadQuery("A filter takes a text or a list of texts, not lists inside lists.")
    texts = [text for part in parts for text in _text(part).split(",")]
    given = dict.fromkeys({"true": "1", "false": "0"}.get(t, t) for t in texts if t != "")
    if len(given) > MOST_VALUES or any(len(text) > LONGEST_VALUE for text in given):
        raise BadQuery(
            f"A filter takes at most {MOST_VALUES} values of at most {LONGEST_VALUE} characters."
        )
    return tuple(given)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _spelled(allowed: Iterable[str]) -> list[str]:
    return [
        spelling
        for name in allowed
        for spelling in ((name,) if "." in name else (name, f"{name}Count", f"{name}Exists"))
    ]


def _plural(name: str) -> str:
    if name.endswith(("s", "children")):
        return name
    return name[:-1] + "ies" if name.endswith("y") else name + "s"


def _whole(value: Any) -> int | None:
    """PHP's FILTER_VALIDATE_INT: a plain whole number, a sign allowed, no leading zeros."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value if isinstance(value, str) else ""
    digits = text[1:] if text[:1] in ("+", "-") else text
    plain = digits.isascii() and digits.isdigit() and len(digits) < 20
    return int(text) if plain and (digits == "0" or digits[0] != "0") else None
