from paymenter.db.fields import CreatedAt, Json, String, UnsignedBigAuto, UpdatedAt
from paymenter.db.models import LaravelModel

EVERYTHING = "*"


class Role(LaravelModel):
    id = UnsignedBigAuto()
    name = String(unique=True)
    permissions = Json(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "roles"
        verbose_name = "role"

    def __str__(self) -> str:
        return self.name

    @property
    def granted(self) -> frozenset[str]:
        """The permissions; none where the column is NULL or holds no list."""
        names = self.permissions if isinstance(self.permissions, list) else []
        return frozenset(name for name in names if isinstance(name, str))

    @property
    def grants_everything(self) -> bool:
        return EVERYTHING in self.granted
