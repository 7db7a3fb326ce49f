from paymenter.db.fields import Integer, String, UnsignedAuto
from paymenter.db.models import LaravelModel


class Migration(LaravelModel):
    """What Laravel has migrated; tells PHP that the tables are up to date."""

    id = UnsignedAuto()
    migration = String()
    batch = Integer()

    class Meta(LaravelModel.Meta):
        db_table = "migrations"
        verbose_name = "migration of PHP"
        verbose_name_plural = "migrations of PHP"

    def __str__(self) -> str:
        return self.migration
