"""Workers in processes of their own, on a database that they share."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from paymenter.tests.scratch import ALIAS, scratch_database

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 120.0

Process = subprocess.Popen[bytes]


class Installation:
    """An installed database and the environment that leads processes to it."""

    def __init__(self, database: BaseDatabaseWrapper) -> None:
        self.environment = {**os.environ, "DB_DATABASE": str(database.settings_dict["NAME"])}
        self.started: list[Process] = []

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=False, timeout=LONGEST,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *command: str, **environment: str) -> Process:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.environment | environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, code: str, **environment: str) -> None:
        """Python in a process of its own, with Django set up."""
        setup = "import django; django.setup()\n"
        settings = {"DJANGO_SETTINGS_MODULE": "paymenter.settings"}
        process = self.start("-c", setup + code, **settings, **environment)
        assert process.wait(LONGEST) == 0

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()


@contextmanager
def installation() -> Iterator[Installation]:
    with scratch_database() as database:
        found = Installation(database)
        try:
            found.manage("install")
            yield found
        finally:
            found.end()


def store_jobs(path: str, given: list[Mapping[str, Any]]) -> None:
    texts = {"exception_class_path": "", "traceback": "", "backend_name": "default"}
    rows: Any = DBTaskResult.objects.using(ALIAS)
    rows.bulk_create(
        DBTaskResult(
            task_path=path, run_after=timezone.now(),
            args_kwargs={"args": [], "kwargs": kwargs}, **texts,
        )
        for kwargs in given
    )  # fmt: skip


def until(condition: Callable[[], bool], seconds: float = LONGEST) -> None:
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            pytest.fail(f"did not happen within {seconds:g} seconds")
        time.sleep(0.02)
