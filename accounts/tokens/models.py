from django.db import models


class SpentToken(models.Model):
    """What must not be accepted a second time, until it would have run out by itself.

    `jti` is the id of a refresh token, the id of a session (for all tokens of one login), or user
    and time step of a two-factor code.
    """

    jti = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "jwt_blacklist"
        default_permissions = ()
        verbose_name = "spent token"

    def __str__(self) -> str:
        return self.jti
