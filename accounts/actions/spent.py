"""What works once: each of these writes is a single INSERT that only one of two callers wins."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists
from django.utils import timezone

from accounts.tokens.models import SpentToken


def spend(jti: str, expires_at: datetime) -> bool:
    """False where somebody was faster. Also forgets what has run out."""
    SpentToken.objects.filter(expires_at__lt=timezone.now()).delete()
    try:
        with transaction.atomic():
            SpentToken.objects.create(jti=jti, expires_at=expires_at)
    except IntegrityError:
        return False
    return True


def holds(*ids: str) -> Exists:
    """A condition for queries: one of the ids is spent."""
    return Exists(SpentToken.objects.filter(jti__in=ids))
