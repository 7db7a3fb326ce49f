"""The daily run on MariaDB: python bench/daily.py [--due 10000] [--stored 50000] [--kills N]

Builds a database of its own with so many services, of which so many are due, and runs the day in
one process: seconds, queries a renewal, memory. With --kills the run is killed so many times at
random and started again, and the database must end as without (docs/performance.md).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.databases import Database, environment, execute, manage
from bench.usage import Usage

ROOT = Path(__file__).resolve().parent.parent
MOST_SECONDS, MOST_MEMORY = 60, 200

MEASURE = """
import json, resource, sys, time
import django
django.setup()
from django.db import connection
from billing.actions.daily.runs import figures, run_daily
from billing.daily.models import ParkedRow
count = [0]
def look(execute, *given):
    count[0] += 1
    return execute(*given)
start, begun = time.perf_counter(), time.process_time()
with connection.execute_wrapper(look):
    run = run_daily()
seconds = time.perf_counter() - start
spent = time.process_time() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": round(seconds, 1), "cpu": round(spent, 1),
                  "queries": count[0], "memory": round(peak),
                  "parked": ParkedRow.objects.count(), **figures(run)}))
"""

# Each run is forked from a process that has loaded the code. Most are killed some time after they
# have dealt with a row, the others before that.
KILL = """
import os, random, signal, sys, time
import django
django.setup()
from billing.actions.daily.runs import run_daily
kills, longest, hit = int(sys.argv[1]), float(sys.argv[2]), 0
random.seed(int(sys.argv[3]))
for _ in range(kills):
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        run_daily(seen=lambda *row: os.write(tell, b"."))
        os._exit(0)
    os.close(tell)
    if random.random() < 0.8:
        os.read(told, 1)
    os.close(told)
    time.sleep(random.uniform(0, longest))
    os.kill(child, signal.SIGKILL)
    if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        break  # the day was done
    hit += 1
print(hit)
"""

# What a run leaves behind, without what says when, and in an order that does not depend on it.
STATE = {
    "services": "SELECT id, status, price, expires_at FROM services ORDER BY id",
    "invoices": "SELECT i.user_id, i.status, i.due_at, t.price, t.quantity, t.description, "
    "t.reference_id FROM invoices i JOIN invoice_items t ON t.invoice_id = i.id "
    "ORDER BY t.reference_id, i.due_at, i.id",
    "numbers": "SELECT COUNT(*), COUNT(DISTINCT number) FROM invoices",
    "counter": "SELECT value FROM settings WHERE `key` = 'invoice_number'",
    "credits": "SELECT user_id, currency_code, amount FROM credits ORDER BY id",
    "payments": "SELECT invoice_id IS NULL, amount, status FROM invoice_transactions "
    "ORDER BY amount, id",
    "stock": "SELECT id, stock FROM products ORDER BY id",
    "audits": "SELECT auditable_type, event, COUNT(*) FROM audits GROUP BY 1, 2 ORDER BY 1, 2",
    "notifications": "SELECT user_id, COUNT(*) FROM notifications GROUP BY 1 ORDER BY 1",
    "mails": "SELECT user_id, COUNT(*) FROM email_logs GROUP BY 1 ORDER BY 1",
    "provisionings": "SELECT service_id, action FROM provisionings ORDER BY service_id, action",
    "explanations": "SELECT subject, COUNT(*) FROM billing_explanations GROUP BY 1 ORDER BY 1",
    "taxes": "SELECT COUNT(*), SUM(is_charged) FROM billing_issued_taxes",
    "fulfilments": "SELECT status, COUNT(*) FROM fulfilments GROUP BY 1 ORDER BY 1",
    "movements": "SELECT user_id, kind, amount, balance FROM credit_movements ORDER BY user_id, id",
    "snapshots": "SELECT COUNT(*), COUNT(DISTINCT invoice_id) FROM invoice_snapshots",
    "jobs": "SELECT task_path, COUNT(*) FROM django_tasks_database_dbtaskresult "
    "GROUP BY 1 ORDER BY 1",
    "work": "SELECT step, record_id, amount FROM daily_work ORDER BY step, record_id",
    "figures": "SELECT `key`, SUM(value) FROM cron_stats GROUP BY 1 ORDER BY 1",
}


def build(database: Database, stored: int, due: int) -> dict[str, str]:
    """Of the due ones most are billed; some have a balance, some cost nothing, some are overdue."""
    settings = environment(database)
    execute(settings, f"DROP DATABASE IF EXISTS `{database.name}`", database="")
    execute(settings, f"CREATE DATABASE `{database.name}` CHARACTER SET utf8mb4", database="")
    manage(settings, "install")
    users = max(stored // 5, 1)
    numbers = f"seq_1_to_{users}"
    for statement in (
        "INSERT INTO categories (slug, name, full_slug) VALUES ('c', 'C', 'c')",
        "INSERT INTO products (category_id, name, slug, stock, allow_quantity) "
        "VALUES (1, 'Web Hosting S', 'web-s', 100000, 'disabled')",
        "INSERT INTO plans (name, priceable_type, priceable_id, type, billing_period, "
        "billing_unit) VALUES ('Monthly', 'App\\\\Models\\\\Product', 1, 'recurring', 1, 'month')",
        "INSERT INTO prices (price, currency_code, plan_id) VALUES (9.99, 'USD', 1)",
        "INSERT INTO users (first_name, last_name, email, password, created_at) SELECT 'A', 'B', "
        f"CONCAT('u', seq, '@example.com'), 'x', NOW() FROM {numbers}",
        "INSERT INTO services (status, product_id, plan_id, user_id, currency_code, quantity, "
        f"price, expires_at, created_at, updated_at) SELECT IF(seq <= {due} AND seq % 50 = 0, "
        f"'suspended', 'active'), 1, 1, 1 + seq % {users}, 'USD', 1, "
        f"IF(seq % 40 = 1, 0, 9.99), IF(seq <= {due}, IF(seq % 50 = 0, CURDATE() - INTERVAL 20 "
        "DAY, IF(seq % 20 = 2, CURDATE() - INTERVAL 4 DAY, CURDATE() + INTERVAL 3 DAY)), "
        "CURDATE() + INTERVAL 20 DAY), NOW() - INTERVAL 90 DAY, NOW() - INTERVAL 90 DAY "
        f"FROM seq_1_to_{stored}",
        "INSERT INTO credits (user_id, currency_code, amount) "
        f"SELECT seq, 'USD', 10 FROM {numbers} WHERE seq % 10 = 3",
    ):
        execute(settings, statement)
    for table in ("users", "services"):
        execute(settings, f"ANALYZE TABLE {table}")
    return settings


def measure(settings: dict[str, str]) -> dict[str, Any]:
    out = subprocess.run(
        [sys.executable, "-c", MEASURE],
        cwd=ROOT,
        env=settings,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(out.stdout.strip().splitlines()[-1])
    return found


def state(settings: dict[str, str]) -> dict[str, str]:
    return {name: repr(execute(settings, sql)) for name, sql in STATE.items()}


def kill(settings: dict[str, str], args: argparse.Namespace, seconds: float) -> tuple[int, int]:
    """Kills the run at random moments, and lets a last one end: how many were hit at work, and how
    many rows they had dealt with together."""
    longest = 1.6 * seconds / args.kills
    given = [str(each) for each in (args.kills, longest, args.seed)]
    out = subprocess.run(
        [sys.executable, "-c", KILL, *given],
        cwd=ROOT,
        env=settings,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    ((done,),) = execute(settings, "SELECT COUNT(*) FROM daily_work")
    hit = int(out.stdout)
    if hit == args.kills:
        manage(settings, "run_daily")
    return hit, done


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--due", type=int, default=10_000)
    given.add_argument("--stored", type=int, default=50_000)
    given.add_argument("--kills", type=int, default=0)
    given.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    args = given.parse_args()
    database = Database(f"paymenter_bench_daily_{os.getpid()}", 0)
    try:
        settings = build(database, args.stored, args.due)
        usage = Usage()
        found = measure(settings)
        print(json.dumps(found))
        print(usage.told(found["cpu"], args.due, "renewal"))
        print(f"{found['queries'] / args.due:.1f} statements a renewal")
        fine = found["seconds"] <= MOST_SECONDS and found["memory"] <= MOST_MEMORY
        if args.kills:
            fine = killed(database, args, found["seconds"])
        return 0 if fine else 1
    finally:
        execute(environment(database), f"DROP DATABASE IF EXISTS `{database.name}`", database="")


def killed(database: Database, args: argparse.Namespace, seconds: float) -> bool:
    wanted = state(environment(database))
    settings = build(database, args.stored, args.due)
    hit, done = kill(settings, args, seconds)
    got = state(settings)
    differ = [name for name in wanted if wanted[name] != got[name]]
    print(f"{hit} of {args.kills} kills hit a run at work")
    print(f"{done} of {args.due} rows were done by runs that were killed")
    print(f"differs from a run without kills: {', '.join(differ) or 'nothing'}")
    for name in differ:
        print(name, wanted[name][:300], got[name][:300], sep="\n  ")
    return not differ


if __name__ == "__main__":
    sys.exit(main())
