"""python bench/mails.py: how fast a worker sends 10 000 queued mails, and what memory it takes.

A bare SMTP client that sends one of these mails again and again takes turns with it.
"""

import argparse
import os
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.mailing import prepare, queue, smtp_process, taken

ROUNDS = 10
BARE = 500  # mails of the plain client in a round


class Round(NamedTuple):
    """Mails a second, and ms of this process's processor time for one."""

    bare: float
    bare_cpu: float
    ours: float
    cpu: float
    memory: int  # kB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), given.mails)


def measure(directory: Path, mails: int) -> None:
    prepare(directory)
    log = directory / "taken"
    with smtp_process(log) as port:
        queue(mails, port)
        text = _a_mail()
        began = time.monotonic()
        rounds = [_round(port, text, mails // ROUNDS) for _ in range(ROUNDS)]
        seconds = time.monotonic() - began
        arrived = len(set(taken(log)) - {"<bare>"})
    print(f"{arrived} of {mails} mails arrived; {seconds:.0f} s in all")
    print(f"{median(r.ours for r in rounds):.0f} a second, ", end="")
    print(f"a bare client {median(r.bare for r in rounds):.0f}, ", end="")
    print(f"median of the rounds' ratios {median(r.ours / r.bare for r in rounds):.2f}")
    print(f"processor time of a mail {median(r.cpu for r in rounds):.2f} ms, ", end="")
    print(f"of the bare client's {median(r.bare_cpu for r in rounds):.2f} ms")
    print(f"memory after a tenth {rounds[0].memory:,} kB, at the end {rounds[-1].memory:,} kB")


def _round(port: int, text: bytes, mails: int) -> Round:
    bare = _timed(BARE, lambda: _bare(port, text))
    ours = _timed(mails, lambda: _work(mails))
    return Round(*bare, *ours, _memory())


def _timed(mails: int, send: Callable[[], None]) -> tuple[float, float]:
    cpu, began = time.process_time(), time.monotonic()
    send()
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    return mails / seconds, 1000 * cpu / mails


def _work(mails: int) -> None:
    from paymenter.jobs.worker import Worker

    left = mails

    def count(_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            worker._stop()

    worker = Worker(told=count)
    worker.drain()


def _a_mail() -> bytes:
    from accounts.models import EmailLog
    from paymenter.mail.messages import Letter, encoded, message

    row = EmailLog.objects.all()[0]
    headers = {"Message-ID": "<bare>"}
    letter = Letter(to=row.to, subject=row.subject, html=row.body, headers=headers)
    return encoded(message(letter, sender="shop@example.com"))


def _bare(port: int, text: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(BARE):
            client.sendmail("a@example.com", ["b@example.com"], text)


def _memory() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


if __name__ == "__main__":
    main()
