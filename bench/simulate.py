"""Random lives of random shops (billing/tests/simulator): what is wrong is told with its seed.

Each process has a database of its own: on SQLite in memory, or on MariaDB (--database mariadb, the
server of TEST_DB_HOST, TEST_DB_PORT, TEST_DB_USER, TEST_DB_PASSWORD). There two workers at once do
daily runs and jobs, and some are killed (SIGKILL): a seed that fails may need several tries.
"""

import argparse
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    given = arguments()
    seeds = given.seeds or range(given.first, given.first + given.number)
    started, failed = time.monotonic(), 0
    with ProcessPoolExecutor(
        given.processes, initializer=prepare, initargs=(given.database,)
    ) as pool:
        lives = {pool.submit(live, seed, given.days): seed for seed in seeds}
        for number, done in enumerate(as_completed(lives), 1):
            if wrong := done.result():
                failed += 1
                print(f"\r\x1b[K{wrong}\n", flush=True)
            tell(number, len(lives), failed, started)
    minutes = (time.monotonic() - started) / 60
    print(f"\n{len(lives)} worlds of {given.days} days in {minutes:.1f} min: {failed} went wrong.")
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("seeds", nargs="*", type=int, help="these seeds only")
    add("--number", type=int, default=1000, help="how many worlds (1000)")
    add("--first", type=int, default=0, help="the first seed (0)")
    add("--days", type=int, default=400, help="days of each (400)")
    add("--processes", type=int, default=os.cpu_count(), help="how many at once (all cores)")
    add("--database", choices=("sqlite", "mariadb"), default="sqlite")
    return parser.parse_args()


def tell(done: int, of: int, failed: int, started: float) -> None:
    """On a terminal a line that is written over, else one for each tenth."""
    part, minutes = done / of, (time.monotonic() - started) / 60
    left = minutes / part - minutes
    text = f"{done} of {of} worlds, {failed} went wrong, {left:.0f} min left"
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="", flush=True)
    elif done * 10 // of > (done - 1) * 10 // of:
        print(text, flush=True)


# In each process


def prepare(database: str) -> None:
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    os.environ |= environment(database)
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from paymenter.db import install  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    install.create_tables(connection)
    call_command("migrate", verbosity=0)


def environment(database: str) -> dict[str, str]:
    common = {"DJANGO_SETTINGS_MODULE": "paymenter.settings", "ENV_FILE": ".env.testing"}
    if database == "sqlite":
        return common | {"DB_CONNECTION": "sqlite", "DB_DATABASE": ":memory:"}
    names = {"HOST": "127.0.0.1", "PORT": "3306", "USER": "root", "PASSWORD": ""}
    told = {name: os.environ.get(f"TEST_DB_{name}", value) for name, value in names.items()}
    return common | {
        "DB_CONNECTION": "mariadb",
        "DB_HOST": told["HOST"],
        "DB_PORT": told["PORT"],
        "DB_USERNAME": told["USER"],
        "DB_PASSWORD": told["PASSWORD"],
        "DB_DATABASE": f"simulation_{os.getpid()}",
    }


def live(seed: int, days: int) -> str:
    """What went wrong; empty where nothing did."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from billing.tests.simulator.world import World  # noqa: PLC0415
    from paymenter.tests.database import empty_laravel_tables  # noqa: PLC0415

    empty_laravel_tables(connection)
    call_command("flush", verbosity=0, interactive=False)
    world = World(seed, crowded=connection.vendor != "sqlite")
    try:
        world.live(days)
    except Exception as error:
        import traceback  # noqa: PLC0415

        return (
            f"seed {seed}: {error}" if isinstance(error, AssertionError) else traceback.format_exc()
        )
    finally:
        world.close()
    return ""


if __name__ == "__main__":
    sys.exit(main())
