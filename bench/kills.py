"""python bench/kills.py --kills 200: a worker that sends mails is killed at random moments.

Every mail arrives. One may arrive twice only if the server had taken it and the worker was killed
before it could note so: the last one that the server took before that kill.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.mailing import answered, prepare, queue, smtp_process, taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mails", type=int, help="default: 20 for each kill")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory() as name:
        return attack(Path(name), given.kills, given.mails or given.kills * 20)


def attack(directory: Path, kills: int, mails: int) -> int:
    prepare(directory)
    log = directory / "taken"
    with smtp_process(log, seconds=0.002) as port:
        queue(mails, port)
        in_the_air = dict(_killed_worker(log) for _ in range(kills))
        _disown()
        _wait(_worker())
        print(f"{kills} kills, {mails} mails: ", end="")
        return _judge(mails, in_the_air, Counter(taken(log)), answered(log))


def _killed_worker(log: Path) -> tuple[str, float]:
    """The mail that the server took last when the worker died, and when that was."""
    before = len(taken(log))
    child = _worker()
    while len(taken(log)) == before and os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.002)
    time.sleep(random.uniform(0, 0.15))
    killed_at = time.monotonic()
    os.kill(child, signal.SIGKILL)
    _wait(child)
    time.sleep(0.05)  # the server ends what it is at
    _disown()
    return taken(log)[-1], killed_at


def _worker() -> int:
    """A process of its own that works until the queue is empty."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        from paymenter.jobs.worker import Worker

        Worker().drain()
    finally:
        os._exit(0)


def _wait(child: int) -> None:
    try:
        os.waitpid(child, 0)
    except ChildProcessError:
        return


def _disown() -> None:
    """The leases of dead workers run out now instead of after some minutes."""
    from datetime import timedelta

    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    running = DBTaskResult.objects.filter(status="RUNNING")
    running.update(started_at=timezone.now() - timedelta(hours=1))


def _judge(
    mails: int, in_the_air: dict[str, float], counts: Counter[str], answers: dict[str, float]
) -> int:
    from django_tasks_db.models import DBTaskResult

    from accounts.models import EmailLog

    twice = sorted(key for key, count in counts.items() if count > 1)
    unexplained = [key for key in twice if key not in in_the_air]
    extra = sum(counts.values()) - len(counts)
    sent = EmailLog.objects.filter(status="sent").count()
    left = DBTaskResult.objects.count()
    late = [in_the_air[key] - answers[key] for key in twice if key in in_the_air]
    noted = [1000 * seconds for seconds in late if seconds > 0]
    print(f"{len(counts)} arrived, {sent} logged as sent,")
    print(f"{left} jobs left, {extra} came once more, {len(unexplained)} of them unexplained;")
    print(f"{len(noted)} had been answered before the kill", end="")
    print(f", at most {max(noted):.1f} ms before" if noted else "")
    good = len(counts) == sent == mails and not left and not unexplained
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
