"""python bench/kills.py --kills 200: a worker that sends mails is killed at random moments.

Every mail arrives. One may arrive twice only if the server had taken it and the worker was killed
before it could note so: the last one that the server took before that kill. Told apart are kills

- before the server wrote its answer;
- after that and before the worker read it: the answer was on its way, or waited for the worker;
- after the worker read it and before the row said `sent`: the one moment that is ours.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.mailing import answered, moments, prepare, queue, smtp_process, taken


@dataclass(frozen=True)
class Told:
    """Files in which server and workers note what they have."""

    taken: Path

    @property
    def read(self) -> Path:
        return self.taken.with_suffix(".read")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mails", type=int, help="default: 40 for each kill")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory() as name:
        return attack(Path(name), given.kills, given.mails or given.kills * 40)


def attack(directory: Path, kills: int, mails: int) -> int:
    prepare(directory)
    told = Told(directory / "taken")
    with smtp_process(told.taken, seconds=0.002) as port:
        queue(mails, port)
        in_the_air: dict[str, float] = {}
        for key, killed_at in (_killed_worker(told) for _ in range(kills)):
            in_the_air.setdefault(key, killed_at)
        _disown()
        _wait(_worker(told))
        print(f"{kills} kills, {mails} mails: ", end="")
        return _judge(mails, in_the_air, told)


def _killed_worker(told: Told) -> tuple[str, float]:
    """The mail that the server took last when the worker died, and when that was."""
    log = told.taken
    before = len(taken(log))
    child = _worker(told)
    while len(taken(log)) == before and not _has_ended(child):
        time.sleep(0.002)
    time.sleep(random.uniform(0, 0.15))
    if _has_ended(child):
        raise SystemExit("All mails were sent before the last kill: give more --mails.")
    killed_at = time.monotonic()
    os.kill(child, signal.SIGKILL)
    _wait(child)
    time.sleep(0.05)  # the server ends what it is at
    _disown()
    return taken(log)[-1], killed_at


def _worker(told: Told) -> int:
    """A process of its own that works until the queue is empty."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        from paymenter.jobs.worker import Worker

        _note_answers(told.read)
        Worker().drain()
    finally:
        os._exit(0)


def _note_answers(path: Path) -> None:
    """When the worker has the server's answer, before it does anything with it."""
    from accounts.actions import mails

    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    mark = mails._mark_sent

    def note(key: int, notes: Sequence[str]) -> None:
        os.write(file, b"%d %r\n" % (key, time.monotonic()))
        mark(key, notes)

    mails._mark_sent = note


def _has_ended(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG) != (0, 0)
    except ChildProcessError:
        return True


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


def _judge(mails: int, in_the_air: dict[str, float], told: Told) -> int:
    from django_tasks_db.models import DBTaskResult

    from accounts.models import EmailLog

    counts = Counter(taken(told.taken))
    twice = sorted(key for key, count in counts.items() if count > 1)
    unexplained = [key for key in twice if key not in in_the_air]
    extra = sum(counts.values()) - len(counts)
    sent = EmailLog.objects.filter(status="sent").count()
    left = DBTaskResult.objects.count()
    answers, reads = answered(told.taken), moments(told.read)
    killed = {key: in_the_air[key] for key in twice if key in in_the_air}
    answer = _before(killed, answers)
    read = _before(killed, {key: reads[_number(key)] for key in killed if _number(key) in reads})
    print(f"{len(counts)} arrived, {sent} logged as sent,")
    print(f"{left} jobs left, {extra} came once more, {len(unexplained)} of them unexplained;")
    print(f"of these {len(answer)} after the server wrote its answer{_most(answer)};")
    print(f"{len(read)} after the worker had read it{_most(read)}")
    good = len(counts) == sent == mails and not left and not unexplained
    return 0 if good else 1


def _before(killed: dict[str, float], moments: dict[str, float]) -> list[float]:
    """How many milliseconds before the kill it was, where it was before."""
    late = (1000 * (killed[key] - at) for key, at in moments.items() if key in killed)
    return [ms for ms in late if ms > 0]


def _most(late: list[float]) -> str:
    return f" (at most {max(late):.2f} ms before the kill)" if late else ""


def _number(message_id: str) -> str:
    """Of the row in email_logs."""
    return message_id.split("-")[1]


if __name__ == "__main__":
    sys.exit(main())
