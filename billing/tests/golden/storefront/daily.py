from typing import Any

from billing.actions.daily.runs import run_daily
from billing.tests.golden.storefront import operation


@operation("cron.run")
def run(args: dict[str, Any]) -> None:
    run_daily()
