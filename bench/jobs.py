"""python bench/jobs.py [--jobs 3000]: empty jobs a second of one worker (`manage.py work --once`).

On SQLite in a file of its own, on MariaDB (DB_HOST, DB_PORT, DB_USERNAME, DB_PASSWORD) in a
database that is dropped afterwards.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.databases import Database, environment, execute  # noqa: E402

DATABASE = Database("paymenter_bench_jobs", 1)
FLAG = "--measure"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=3000)
    parser.add_argument("--on", choices=("sqlite", "mariadb"), action="append")
    parser.add_argument(FLAG, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.jobs)
        return 0
    for kind in given.on or ("sqlite", "mariadb"):
        with tempfile.TemporaryDirectory() as name:
            run(kind, given.jobs, Path(name))
    return 0


def run(kind: str, jobs: int, folder: Path) -> None:
    """Measured in a process of its own, which has its own settings."""
    settings = environment(DATABASE)
    if kind == "sqlite":
        settings |= {"DB_CONNECTION": "sqlite", "DB_DATABASE": str(folder / "jobs.sqlite")}
    else:
        execute(settings, f"DROP DATABASE IF EXISTS `{DATABASE.name}`", database="")
        execute(settings, f"CREATE DATABASE `{DATABASE.name}` CHARACTER SET utf8mb4", database="")
    try:
        command = [sys.executable, __file__, FLAG, "--jobs", str(jobs)]
        print(f"{kind:8}", end=" ", flush=True)
        subprocess.run(command, cwd=ROOT, env=settings, check=True, timeout=600)
    finally:
        if kind != "sqlite":
            execute(settings, f"DROP DATABASE `{DATABASE.name}`", database="")


def measure(count: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from paymenter.jobs.worker import Worker
    from paymenter.tests.queue import nothing

    call_command("install", stdout=open(os.devnull, "w"))  # noqa: SIM115
    began = time.perf_counter()
    with transaction.atomic():
        for _ in range(count):
            nothing.enqueue()
    enqueued = time.perf_counter() - began
    worker, memory = Worker(), _peak()
    began, busy = time.perf_counter(), time.process_time()
    worker.drain()
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    assert sum(worker.outcomes.values()) == count, worker.outcomes
    print(
        f"{count / seconds:6.0f} jobs/s, {busy / count * 1000:.2f} ms CPU each, "
        f"{count / enqueued:6.0f} enqueued/s, memory +{(_peak() - memory) / 1024:.1f} MB"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
