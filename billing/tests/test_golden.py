"""Ours agrees with what the real Paymenter computed and wrote.

    pytest billing/tests/test_golden.py --golden DIR

takes the cases of further directories instead, and prints how many of how many agree.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from billing.tests.golden.cases import Case, cases_in, default_cases, not_yet, overrides
from billing.tests.golden.harness import replay

pytestmark = pytest.mark.django_db


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        folders = metafunc.config.getoption("--golden")
        cases = [case for folder in folders for case in cases_in(Path(folder))]
        metafunc.parametrize("case", cases or default_cases(), ids=str)


@pytest.fixture(autouse=True)
def rolled_back(db: None) -> Iterator[None]:
    """Before Django looks for broken references: some cases are made of them."""
    yield
    transaction.set_rollback(True)


def test_case_agrees(case: Case, request: pytest.FixtureRequest) -> None:
    if case.reason:
        request.node.user_properties.append(("golden", "overridden"))
    if missing := case.missing():
        pytest.skip(f"no adapter for {', '.join(missing)}")
    if reason := not_yet().get(case.id):
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    assert replay(case) == []


def test_list_of_operations_without_adapter_is_exact() -> None:
    listed = {name for name in not_yet() if " " in name}
    missing = {f"{c.vocabulary} {name}" for c in default_cases() for name in c.missing()}
    assert listed == missing


def test_what_is_named_by_id_exists() -> None:
    ids = {case.id for case in default_cases()}
    assert {name for name in not_yet() if " " not in name} <= ids
    assert overrides().keys() <= ids
