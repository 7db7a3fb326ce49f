from typing import Any

import pytest

from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.query import (
    Filter,
    check_fields,
    fields_of,
    filters_of,
    include_tree,
    includes_of,
    page_of,
    per_page_of,
    sorts_of,
)
from paymenter.laravel.query_string import parse, trimmed

NAMES = ("id", "email", "status")


def asked(text: str) -> dict[str, Any]:
    parameters: dict[str, Any] = trimmed(parse(text))
    return parameters


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("", 1),
        ("page=", 1),
        ("page=1", 1),
        ("page=2", 2),
        ("page=%2B2", 2),
        ("page=+2", 2),
        ("page=0", 1),
        ("page=-0", 1),
        ("page=-1", 1),
        ("page=--5", 1),
        ("page=%2B-5", 1),
        ("page=-%2B5", 1),
        ("page=%2B", 1),
        ("page=02", 1),
        ("page=1.0", 1),
        ("page=2x", 1),
        ("page=1e3", 1),
        ("page=2_0", 1),
        ("page=%D9%A2", 1),
        ("page=%C2%B2", 1),
        ("page[]=2", 1),
        ("page=9223372036854775807", 9223372036854775807),
        ("page=9223372036854775808", 1),
        (f"page={10**30}", 1),
    ],
)
def test_page(text: str, page: int) -> None:
    assert page_of(asked(text)) == page


@pytest.mark.parametrize(
    ("given", "page"), [(3, 3), (0, 1), (-3, 1), (True, 1), (2.0, 1), (None, 1), ([2], 1), ({}, 1)]
)
def test_page_of_a_json_body(given: Any, page: int) -> None:
    assert page_of({"page": given}) == page


@pytest.mark.parametrize(
    ("text", "per_page"),
    [
        ("", 15),
        ("per_page=", 15),
        ("per_page=0", 15),
        ("per_page=00", 15),
        ("per_page=1", 1),
        ("per_page=%2B7", 7),
        ("per_page=%2B%2B7", 15),
        ("per_page=007", 7),
        ("per_page=1000", 1000),
        ("per_page=1001", 1000),
        ("per_page=1000000", 1000),
        ("per_page=9999999999999999999", 1000),
        (f"per_page={10**30}", 15),
        ("per_page=-1", 15),
        ("per_page=-2", 15),
        ("per_page=2.5", 15),
        ("per_page=abc", 15),
        ("per_page=10abc", 15),
        ("per_page=%D9%A2", 15),
        ("per_page[]=2", 15),
    ],
)
def test_per_page(text: str, per_page: int) -> None:
    assert per_page_of(asked(text)) == per_page


@pytest.mark.parametrize(
    ("given", "per_page"),
    [(3, 3), (0, 15), (-3, 15), (True, 15), (2.5, 15), ([2], 15), (5000, 1000)],
)
def test_per_page_of_a_json_body(given: Any, per_page: int) -> None:
    assert per_page_of({"per_page": given}) == per_page


def contains(name: str, *values: str) -> Filter:
    return Filter(name, "contains", values)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("", []),
        ("filter=abc", []),
        ("filter[id]=", []),
        ("filter[id]=%20", []),
        ("filter[id]=,,", []),
        ("filter[id][]=&filter[id][]=", []),
        ("filter[id]=1", [contains("id", "1")]),
        ("filter[id]=%201%20", [contains("id", "1")]),
        ("filter[id]=0", [contains("id", "0")]),
        ("filter[id]=2,1,2", [contains("id", "2", "1")]),
        ("filter[status]=a,b", [contains("status", "a", "b")]),
        ("filter[status]=a,,b,", [contains("status", "a", "b")]),
        ("filter[status]=a,%20b", [contains("status", "a", " b")]),
        ("filter[email][]=a&filter[email][]=b", [contains("email", "a", "b")]),
        ("filter[email][]=a,b&filter[email][]=c", [contains("email", "a", "b", "c")]),
        ("filter[email][x]=a", [contains("email", "a")]),
        ("filter[email]=true", [contains("email", "1")]),
        ("filter[email]=false", [contains("email", "0")]),
        ("filter[email]=True", [contains("email", "True")]),
        ("filter[email]=a,false", [contains("email", "a", "0")]),
        ("filter[email]=a&filter[id]=1", [contains("email", "a"), contains("id", "1")]),
        ("filter[id][eq]=1", [Filter("id", "eq", ("1",))]),
        ("filter[id][eq]=", [Filter("id", "eq", ())]),
        ("filter[id][in]=1,2", [Filter("id", "in", ("1", "2"))]),
        ("filter[id][in][]=1&filter[id][in][]=2", [Filter("id", "in", ("1", "2"))]),
        ("filter[id][null]=false", [Filter("id", "null", ("0",))]),
        ("filter[id][GT]=1", [contains("id", "1")]),
        (
            "filter[id][gt]=1&filter[id][lte]=9",
            [Filter("id", "gt", ("1",)), Filter("id", "lte", ("9",))],
        ),
        ("filter[id][gt]=1&filter[id][]=9", [Filter("id", "gt", ("1",)), contains("id", "9")]),
    ],
)
def test_filters(text: str, filters: list[Filter]) -> None:
    assert filters_of(asked(text), NAMES) == filters


@pytest.mark.parametrize(
    ("given", "filters"),
    [
        ({"id": 1}, [contains("id", "1")]),
        ({"id": True}, [contains("id", "1")]),
        ({"id": False}, [contains("id", "0")]),
        ({"id": None}, []),
        ({"id": 1.5}, [contains("id", "1.5")]),
        ({"id": {"eq": 1}}, [Filter("id", "eq", ("1",))]),
        ({"email": ["a", "b"]}, [contains("email", "a", "b")]),
        ({"id": {"in": [1, 2]}}, [Filter("id", "in", ("1", "2"))]),
        ([], []),
        ("abc", []),
        (5, []),
    ],
)
def test_filters_of_a_json_body(given: Any, filters: list[Filter]) -> None:
    assert filters_of({"filter": given}, NAMES) == filters


_NOT_ALLOWED = "are not allowed. Allowed filter(s) are `id, email, status`."
_NESTED = "A filter takes a text or a list of texts, not lists inside lists."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("filter[nope]=1", f"Requested filter(s) `nope` {_NOT_ALLOWED}"),
        (
            "filter[nope]=&filter[id]=1&filter[zip]=2",
            f"Requested filter(s) `nope, zip` {_NOT_ALLOWED}",
        ),
        ("filter[Id]=1", f"Requested filter(s) `Id` {_NOT_ALLOWED}"),
        ("filter[]=abc", f"Requested filter(s) `0` {_NOT_ALLOWED}"),
        ("filter[id][a][b]=1", _NESTED),
        ("filter[id][][]=1", _NESTED),
        ("filter[id][eq][a][b]=1", _NESTED),
    ],
)
def test_filters_refused(text: str, message: str) -> None:
    with pytest.raises(BadQuery) as refused:
        filters_of(asked(text), NAMES)
    assert str(refused.value.detail) == message


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("", []),
        ("sort=", []),
        ("sort=,", []),
        ("sort=id", ["id"]),
        ("sort=-id", ["-id"]),
        ("sort=--id", ["-id"]),
        ("sort=email,-id,", ["email", "-id"]),
        ("sort[]=email&sort[]=-id", ["email", "-id"]),
        ("sort[x]=email&sort[y]=", ["email"]),
        ("sort=id,email,-id,id", ["id", "email"]),
    ],
)
def test_sorts(text: str, sorts: list[str]) -> None:
    assert sorts_of(asked(text), NAMES) == sorts


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sort=foo,-bar,id", "foo, bar"),
        ("sort=-", ""),
        ("sort=ID", "ID"),
        ("sort=id,%20email", " email"),
        ("sort[]=id,email", "id,email"),
        ("sort=email;id", "email;id"),
    ],
)
def test_sorts_refused(text: str, names: str) -> None:
    with pytest.raises(BadQuery) as refused:
        sorts_of(asked(text), NAMES)
    assert str(refused.value.detail) == (
        f"Requested sort(s) `{names}` is not allowed. Allowed sort(s) are `id, email, status`."
    )


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("", []),
        ("include=", []),
        ("include=,", []),
        ("include=user", ["user"]),
        ("include=user,user", ["user", "user"]),
        ("include=,user,,plans.prices", ["user", "plans.prices"]),
        ("include=userCount,plansExists", ["userCount", "plansExists"]),
    ],
)
def test_includes(text: str, paths: list[str]) -> None:
    assert includes_of(asked(text), ["user", "plans", "plans.prices"]) == paths


_LIST = "Allowed include(s) are `user, userCount, userExists, plans.prices`."


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("include=orders", "orders"),
        ("include=orders,user,x,orders", "orders, x"),
        ("include=User", "User"),
        ("include=user,%20user", " user"),
        ("include=plans", "plans"),
        ("include=plans.pricesCount", "plans.pricesCount"),
        ("include=user.", "user."),
        ("include=.", "."),
        ("include=" + ".".join(["user"] * 100), ".".join(["user"] * 100)),
    ],
)
def test_includes_refused(text: str, names: str) -> None:
    with pytest.raises(BadQuery) as refused:
        includes_of(asked(text), ["user", "plans.prices"])
    assert str(refused.value.detail) == f"Requested include(s) `{names}` are not allowed. {_LIST}"


def test_includes_refused_where_none_is_allowed() -> None:
    with pytest.raises(BadQuery) as refused:
        includes_of(asked("include=a,b"), [])
    assert str(refused.value.detail) == (
        "Requested include(s) `a, b` are not allowed. There are no allowed includes."
    )


@pytest.mark.parametrize("operator", ["", "[in]", "[eq]"])
@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        (",".join(map(str, range(500))), True),
        (",".join(map(str, range(501))), False),
        ("x" * 1000, True),
        ("x" * 1001, False),
    ],
    ids=["500", "501", "1000 long", "1001 long"],
)
def test_filters_have_a_size(operator: str, value: str, allowed: bool) -> None:
    parameters = asked(f"filter[id]{operator}={value}")
    if allowed:
        assert len(filters_of(parameters, NAMES)) == 1
        return
    with pytest.raises(BadQuery) as refused:
        filters_of(parameters, NAMES)
    assert str(refused.value.detail) == (
        "A filter takes at most 500 values of at most 1000 characters."
    )


def test_first_list_that_refuses_an_include_is_the_one_named() -> None:
    with pytest.raises(BadQuery) as refused:
        includes_of(asked("include=order,x"), ["order", "user"], ["user"])
    assert "`x` are not allowed." in str(refused.value.detail)
    with pytest.raises(BadQuery) as refused:
        includes_of(asked("include=order,user"), ["order", "user"], ["user"])
    assert str(refused.value.detail) == (
        "Requested include(s) `order` are not allowed. "
        "Allowed include(s) are `user, userCount, userExists`."
    )


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("include=", {}),
        ("include=a", {"a": {}}),
        ("include=a,a", {"a": {}}),
        ("include=a.b,a.c,d", {"a": {"b": {}, "c": {}}, "d": {}}),
        ("include=a.b.c,a", {"a": {"b": {"c": {}}}}),
    ],
)
def test_include_tree(text: str, tree: dict[str, Any]) -> None:
    assert include_tree(asked(text)) == tree


def test_include_must_be_a_text() -> None:
    with pytest.raises(BadQuery) as refused:
        include_tree(asked("include[]=user"))
    assert str(refused.value.detail) == (
        "The include parameter must be a comma seperated list of relationship paths."
    )


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("fields=", {}),
        ("fields[users]=email", {"users": {"email"}}),
        ("fields[users]=id,email&fields[orders]=id", {"users": {"id", "email"}, "orders": {"id"}}),
        ("fields[users]=", {"users": {""}}),
        ("fields[users]=a,,%20b", {"users": {"a", "", " b"}}),
        ("fields[]=email", {"0": {"email"}}),
    ],
)
def test_fields(text: str, fields: dict[str, set[str]]) -> None:
    assert fields_of(asked(text)) == fields


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fields=email", "The fields parameter must be an array of resource types."),
        (
            "fields[users][]=a",
            "The fields parameter value must be a comma seperated list of attributes.",
        ),
        (
            "fields[users][a][b]=a",
            "The fields parameter value must be a comma seperated list of attributes.",
        ),
    ],
)
def test_fields_refused(text: str, message: str) -> None:
    with pytest.raises(BadQuery) as refused:
        fields_of(asked(text))
    assert str(refused.value.detail) == message


@pytest.mark.parametrize(
    ("include", "kind"),
    [
        ("user", "users"),
        ("orders", "orders"),
        ("category", "categories"),
        ("properties", "properties"),
        ("role", "roles"),
        ("plans", "plans"),
    ],
)
def test_fields_of_an_included_table_are_refused(include: str, kind: str) -> None:
    with pytest.raises(BadQuery) as refused:
        check_fields(asked(f"fields[{kind}]=id,name"), [include])
    assert str(refused.value.detail) == (
        "Requested field(s) `id, name` are not allowed (yet). If you want to allow these fields, "
        "please make sure to call the QueryBuilder's `allowedFields` method before the "
        "`allowedIncludes` method."
    )


@pytest.mark.parametrize(
    ("include", "kind"),
    [
        ("items", "invoiceItems"),
        ("messages", "ticketMessages"),
        ("parent", "categories"),
        ("children", "categories"),
        ("reference", "services"),
        ("plans.prices", "prices"),
        ("user", "orders"),
    ],
)
def test_fields_of_other_types_pass(include: str, kind: str) -> None:
    check_fields(asked(f"fields[{kind}]=id"), [include])
