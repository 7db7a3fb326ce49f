"""What a checkout of one item costs: `.venv/bin/python bench/checkouts.py [--checkouts 200]`.

In one process on the database of bench/payments.py: a cart is opened, a product put into it, and
ordered; only the order is measured. What a process remembers for seconds is read beforehand.
"""

import argparse
import os
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.databases import environment, manage, prepare
from bench.payments import PAYMENTS, counted
from bench.usage import Usage

MOST_STATEMENTS = 25


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkouts", type=int, default=200)
    parser.add_argument("--rebuild", action="store_true", help="make the database anew")
    given = parser.parse_args()
    prepare(PAYMENTS, given.rebuild)
    settings = environment(PAYMENTS)
    manage(settings, "migrate", "--verbosity", "0")
    os.environ.update(settings)
    return measure(given.checkouts)


def measure(count: int) -> int:
    import django

    django.setup()
    from django.db import connection

    orders = [filled() for _ in range(count + 1)]
    order(*orders.pop())
    statements, times = Counter[str](), []
    usage, cpu = Usage(), time.process_time()
    with connection.execute_wrapper(partial(counted, statements)):
        for each in orders:
            began = time.perf_counter()
            order(*each)
            times.append((time.perf_counter() - began) * 1000)
    print(usage.told(time.process_time() - cpu, count, "checkout"))
    times.sort()
    print(f"median {times[count // 2]:.1f} ms, p99 {times[count * 99 // 100]:.1f} ms")
    asked, more = statements["statements"] / count, statements["savepoints"] / count
    told = f"{asked:.1f} statements a checkout (goal: {MOST_STATEMENTS})"
    print(f"{told}, and {more:.1f} for savepoints")
    return 0 if asked <= MOST_STATEMENTS else 1


def filled() -> tuple[Any, Any]:
    from accounts.models import User
    from billing.actions.carts import open_cart
    from billing.models import CartItem, Price, Product
    from paymenter.actor import SYSTEM

    price = Price.objects.filter(plan__type="recurring", price__gt=0).order_by("pk").first()
    assert price is not None
    assert price.plan is not None
    plan = price.plan
    Product.objects.filter(pk=plan.priceable_id).update(stock=None, per_user_limit=None)
    user = User.objects.order_by("pk").first()
    cart = open_cart(user=user, currency_code=price.currency_code, actor=SYSTEM)
    CartItem.objects.create(cart=cart, product_id=plan.priceable_id, plan=plan, quantity=1)
    return cart, user


def order(cart: Any, user: Any) -> None:
    from billing.actions.checkout import checkout
    from paymenter.actor import SYSTEM

    checkout(cart, user=user, accepts_terms=True, actor=SYSTEM)


if __name__ == "__main__":
    sys.exit(main())
