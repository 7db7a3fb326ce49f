from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from accounts.oauth import keys


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """No test is held back by what another one tried."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def key_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture
def passport_keys(key_directory: Path, settings: Any) -> Path:
    """A pair of RSA keys where PHP would keep them."""
    settings.PASSPORT_KEYS_DIR = key_directory
    keys.make_keys(bits=2048)
    return key_directory
