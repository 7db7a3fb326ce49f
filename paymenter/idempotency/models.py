from django.db import models


class IdempotencyKey(models.Model):
    """A POST that a client wants done once: claimed while it runs, afterwards with its answer.

    `digest` is made of caller, path and the client's key, `fingerprint` of what was sent: neither
    tells what it was made of. `owner` is the request that may write the row. `answer` is
    encrypted, as it may hold a secret that is shown only once.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    owner = models.CharField(max_length=32)
    answer = models.TextField(blank=True, default="")
    claimed_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "idempotency_keys"
        default_permissions = ()
        verbose_name = "idempotency key"

    def __str__(self) -> str:
        return self.digest
