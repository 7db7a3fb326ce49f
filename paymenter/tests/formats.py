"""Recorded formats of the real Paymenter, by the name of the operation."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FORMATS = Path(__file__).resolve().parents[2] / "compat" / "formats"
APP_KEY = "base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PREVIOUS_KEY = "base64:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="


@cache
def _cases(file: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((FORMATS / file).read_text(encoding="utf-8"))
    return cases


def recorded(*operations: str, file: str = "crypto.json") -> list[Any]:
    """For parametrize: the cases of these operations, named as recorded."""
    cases = [case for case in _cases(file) if case["operation"]["name"] in operations]
    return [pytest.param(case, id=case["id"]) for case in cases]
