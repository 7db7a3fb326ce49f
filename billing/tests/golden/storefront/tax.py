from typing import Any

from accounts.models import User
from billing.actions.taxes import tax_rate_of
from billing.tests.golden.storefront import operation


@operation("tax.rate")
def tax_rate(args: dict[str, Any]) -> Any:
    user_id = args.get("user_id", args.get("login"))
    rate = tax_rate_of(User.objects.get(pk=user_id) if user_id else None)
    if rate is None:
        return 0
    return {"id": rate.pk, "name": rate.name, "rate": rate.rate, "country": rate.country}
