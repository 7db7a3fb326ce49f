"""Requests invented from the API's own description: no server error, no answer that it denies.

FUZZ_EXAMPLES: how many of each operation and kind (`make fuzz` takes many). Every request is
undone. Ids are mostly those of records that exist, so that requests come further than 404.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache as django_cache
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pytest_django.plugin import DjangoDbBlocker
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.tests.factories import ApiKeyFactory
from paymenter import options
from paymenter.jsonapi.input import Exists
from paymenter.tests.database import seed
from paymenter.tests.demo import demo
from paymenter.tests.wsgi import connection_kept

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
TOKEN = "PAYM" + "f" * 64
WANTED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


def described() -> Any:
    generator: Any = SchemaGenerator
    schema = schemathesis.openapi.from_dict(generator().get_schema(request=None, public=True))
    schema.app = get_wsgi_application()
    return schema


OPERATIONS = {found.ok().label: found.ok() for found in described().get_all_operations()}


@pytest.fixture(scope="module", autouse=True)
def shop(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A few records of everything."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.BASE_DIR", tmp_path_factory.mktemp("demo"))
        seed(connection)
        options.forget()
        demo(users=6, services=8, invoices=12, verbosity=0)
        ApiKeyFactory(token=TOKEN)
        yield
        transaction.set_rollback(True)
        keys.cache_clear()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize("label", OPERATIONS)
def test_operation_answers_as_described(label: str, mode: GenerationMode) -> None:
    @BOUNDED
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode), data=st.data())
    def check(case: Case, data: st.DataObject) -> None:
        aim(case, data.draw)
        with connection_kept(), transaction.atomic():
            case.call_and_validate(checks=WANTED, headers={"Authorization": f"Bearer {TOKEN}"})
            transaction.set_rollback(True)
        options.forget()
        django_cache.clear()

    with suppress(Unsatisfiable):  # nothing about the operation can be given wrongly
        check()


def aim(case: Case, draw: Callable[[Any], Any]) -> None:
    """Puts keys of existing records where such are meant, three times out of four."""
    found = keys(case.operation.path)
    for values in (case.path_parameters, case.body):
        if isinstance(values, dict):
            for name in sorted(values.keys() & found.keys()):
                if draw(st.integers(0, 3)):
                    values[name] = draw(st.sampled_from(found[name]))


@cache
def keys(path: str) -> dict[str, list[Any]]:
    """What the parameter and the fields of an operation may name, by their names."""
    view: Any = getattr(resolve(path.replace("{id}", "1")).func, "cls", None)
    if not hasattr(view, "resource"):
        return {}
    asked = {"id": (view.resource.model, "pk")}
    for name, field in view.input.fields.items() if hasattr(view, "input") else ():
        asked.update((name, (r.model, r.column)) for r in field.rules if isinstance(r, Exists))
    rows = {name: m._default_manager.values_list(c, flat=True) for name, (m, c) in asked.items()}
    return {name: list(found[:5]) for name, found in rows.items() if found}
