"""How many payments two processes record in a second: `.venv/bin/python bench/payments.py`.

Each is what a gateway's callback does: an invoice of one renewed service is paid, the service
renewed, the snapshot taken, the client told. Every invoice exists before the clock runs.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.databases import ROOT, Database, environment, manage, prepare
from bench.usage import Usage

PAYMENTS = Database("paymenter_bench_payments", 1)
GOAL = 200


def main() -> int:
    options = arguments()
    if options.worker is not None:
        return work(options.worker)
    prepare(PAYMENTS, options.rebuild)
    settings = environment(PAYMENTS)
    manage(settings, "migrate", "--verbosity", "0")
    made = run(settings, "make", options.payments * options.processes)
    ids = json.loads(made)
    share = options.payments
    workers = [
        start(settings, n, ids[n * share : (n + 1) * share]) for n in range(options.processes)
    ]
    for worker in workers:  # all connected
        line(worker.stdout)
    usage, began = Usage(), time.perf_counter()
    for worker in workers:
        tell(worker.stdin, "go\n")
    told = [json.loads(line(worker.stdout)) for worker in workers]
    took = time.perf_counter() - began
    times = [each for done in told for each in done["times"]]
    rate = len(times) / took
    times.sort()
    print(f"{len(times)} payments by {options.processes} processes in {took:.1f} s")
    print(f"{rate:.0f} payments a second (goal: {GOAL})")
    print(usage.told(sum(done["cpu"] for done in told), len(times), "payment"))
    sums = sum((Counter(done["count"]) for done in told), Counter[str]())
    each, more = (sums[name] / len(times) for name in ("statements", "savepoints"))
    print(f"{each:.1f} statements a payment, and {more:.1f} for savepoints")
    print(f"median {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms")
    return 0 if rate >= GOAL else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=500, help="of each process")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rebuild", action="store_true", help="make the database anew")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser.parse_args()


def run(settings: dict[str, str], what: str, count: int) -> str:
    command = [sys.executable, __file__, "--worker", f"{what} {count}"]
    done = subprocess.run(command, cwd=ROOT, env=settings, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def start(settings: dict[str, str], number: int, ids: list[int]) -> subprocess.Popen[str]:
    worker = subprocess.Popen(
        [sys.executable, __file__, "--worker", f"pay {number}"],
        cwd=ROOT,
        env=settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    tell(worker.stdin, json.dumps(ids) + "\n")
    return worker


def tell(pipe: IO[str] | None, text: str) -> None:
    assert pipe is not None
    pipe.write(text)
    pipe.flush()


def line(pipe: IO[str] | None) -> str:
    assert pipe is not None
    return pipe.readline()


# In the processes that know Django


def work(what: str) -> int:
    import django

    django.setup()
    verb, number = what.split()
    if verb == "make":
        print(json.dumps(make_invoices(int(number))))
        return 0
    ids = json.loads(sys.stdin.readline())
    from django.db import connection

    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    count = Counter[str]()
    began = time.process_time()
    with connection.execute_wrapper(partial(counted, count)):
        times = [pay(pk) for pk in ids]
    cpu = time.process_time() - began
    print(json.dumps({"times": times, "cpu": cpu, "count": count}), flush=True)
    return 0


def counted(count: Counter[str], execute: Any, sql: str, *given: Any) -> Any:
    """Savepoints apart, which read and write nothing."""
    count["savepoints" if "SAVEPOINT" in sql else "statements"] += 1
    return execute(sql, *given)


def make_invoices(count: int) -> list[int]:
    from billing.models import Invoice, InvoiceItem, Service

    services = list(Service.objects.filter(plan__type="recurring").order_by("pk")[:200])
    last = Invoice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    made: list[int] = []
    for number in range(count):
        service = services[number % len(services)]
        invoice = Invoice.objects.create(
            user_id=service.user_id,
            currency_code=service.currency_code,
            number=f"BENCH-{last}-{number}",
        )
        line_of: dict[str, Any] = {"reference": service, "description": "Hosting"}
        InvoiceItem.objects.create(invoice=invoice, price=10, quantity=1, **line_of)
        made.append(invoice.pk)
    return made


def pay(invoice_id: int) -> float:
    from decimal import Decimal

    from billing.actions.payments import record_payment
    from paymenter.actor import SYSTEM

    began = time.perf_counter()
    record_payment(
        actor=SYSTEM,
        invoice_id=invoice_id,
        transaction_id=f"pi_{invoice_id}",
        amount=Decimal(10),
        fee=Decimal("0.30"),
    )
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
