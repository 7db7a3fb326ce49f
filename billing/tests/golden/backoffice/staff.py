from typing import Any

from paymenter.actor import Actor


def staff(args: dict[str, Any]) -> Actor:
    """Somebody at work in the console, by the audits' tag."""
    return Actor(user_id=args.get("as"), url="http://localhost/admin/records")
