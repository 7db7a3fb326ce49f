"""python bench/mails.py: how fast a worker sends 10 000 queued mails, and what memory it takes."""

import argparse
import os
import smtplib
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.mailing import prepare, queue, smtp_process, taken

BARE = 1000  # mails of the plain client that the rate is compared with


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
        bare = _bare(port)
        queue(mails, port)
        sizes: list[int] = []
        stopped = threading.Event()
        watching = threading.Thread(target=_watch, args=(sizes, stopped), daemon=True)
        began = time.monotonic()
        watching.start()

        from paymenter.jobs.worker import Worker

        Worker().drain()
        seconds = time.monotonic() - began
        stopped.set()
        arrived = len(taken(log)) - BARE
    print(f"{arrived} of {mails} mails in {seconds:.0f} s: {arrived / seconds:.0f} a second")
    print(f"a bare SMTP client: {bare:.0f} a second")
    tenth = max(len(sizes) // 10, 1)
    print(f"memory after a tenth {sizes[tenth]:,} kB, at the end {sizes[-1]:,} kB")


def _bare(port: int) -> float:
    text = b"Message-ID: <bare>\r\nSubject: x\r\n\r\n" + (b"x" * 78 + b"\r\n") * 100
    client = smtplib.SMTP("127.0.0.1", port)
    began = time.monotonic()
    for _ in range(BARE):
        client.sendmail("a@example.com", ["b@example.com"], text)
    seconds = time.monotonic() - began
    client.quit()
    return BARE / seconds


def _watch(sizes: list[int], stopped: threading.Event) -> None:
    while not stopped.wait(0.5):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        sizes.append(pages * os.sysconf("SC_PAGE_SIZE") // 1024)


if __name__ == "__main__":
    main()
