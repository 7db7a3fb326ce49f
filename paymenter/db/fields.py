"""Column types of Laravel's tables: what is encoded in the database is decoded in Python.

`column_type(vendor)` is the type as the database itself names it. The schema is made from it and
compared with it (paymenter.db.schema).
"""

import json
import uuid
from datetime import datetime
from decimal import Decimal as Number
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
)
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from paymenter.db import zone
from paymenter.db.ciphers import Cipher, Decrypted
from paymenter.db.related import Related
from paymenter.laravel.crypt import encrypter
from paymenter.laravel.php import json_encode
from paymenter.rounding import rounded

SQLITE = "sqlite"
NOW = "current_timestamp()"


_ST = TypeVar("_ST")
_GT = TypeVar("_GT")
if not TYPE_CHECKING:  # Django's fields are generic for mypy only
    models.Field.__class_getitem__ = classmethod(lambda cls, _: cls)


class Rule(StrEnum):
    """What the database does with a row when the row it points to is deleted or renumbered."""

    CASCADE = "CASCADE"
    SET_NULL = "SET NULL"
    RESTRICT = "RESTRICT"


CASCADE, SET_NULL, RESTRICT = Rule


class Column(models.Field[_ST, _GT]):
    """What all columns share: their type, and that a nullable one may stay empty in a form."""

    mariadb: ClassVar[str]
    sqlite: ClassVar[str]
    is_text: ClassVar[bool] = False  # has a collation
    database_default: str | None = None  # an SQL expression; constants come from `default`

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("blank", options.get("null", False))
        super().__init__(*args, **options)

    def column_type(self, vendor: str) -> str:
        return self.sqlite if vendor == SQLITE else self.mariadb

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return self.column_type(connection.vendor)

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return self.column_type(connection.vendor)


class UnsignedBigAuto(Column[_ST, _GT], models.BigAutoField[_ST, _GT]):  # type: ignore[misc]
    """`rel_db_type` is unsigned too, else MariaDB refuses foreign keys (errno 150)."""

    mariadb, sqlite = "bigint(20) unsigned", "integer"

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"primary_key": True, "verbose_name": "ID", **options})


class UnsignedAuto(Column[_ST, _GT], models.AutoField[_ST, _GT]):  # type: ignore[misc]
    mariadb, sqlite = "int(10) unsigned", "integer"

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"primary_key": True, "verbose_name": "ID", **options})


class UnsignedBig(Column[_ST, _GT], models.PositiveBigIntegerField[_ST, _GT]):
    mariadb, sqlite = "bigint(20) unsigned", "integer"


class UnsignedInteger(Column[_ST, _GT], models.PositiveIntegerField[_ST, _GT]):
    mariadb, sqlite = "int(10) unsigned", "integer"


class UnsignedTiny(Column[_ST, _GT], models.PositiveSmallIntegerField[_ST, _GT]):
    mariadb, sqlite = "tinyint(3) unsigned", "integer"
    default_validators = [MaxValueValidator(255)]


class Integer(Column[_ST, _GT], models.IntegerField[_ST, _GT]):
    mariadb, sqlite = "int(11)", "integer"


class Boolean(Column[_ST, _GT], models.BooleanField[_ST, _GT]):
    mariadb, sqlite = "tinyint(1)", "bool"


class Date(Column[_ST, _GT], models.DateField[_ST, _GT]):
    mariadb = sqlite = "date"


class Decimal(Column[_ST, _GT], models.DecimalField[_ST, _GT]):
    """Rounded half up when stored, as MariaDB does, also in the object that was saved."""

    def __init__(self, max_digits: int = 17, decimal_places: int = 2, **options: Any) -> None:
        options |= {"max_digits": max_digits, "decimal_places": decimal_places}
        super().__init__(**options)

    def column_type(self, vendor: str) -> str:
        return (
            "decimal" if vendor == SQLITE else f"decimal({self.max_digits},{self.decimal_places})"
        )

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self._rounded(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return super().get_db_prep_save(self._rounded(value), connection)

    def _rounded(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        number: Number = self.to_python(value)
        return rounded(number, self.decimal_places)


class String(Column[_ST, _GT], models.CharField[_ST, _GT]):
    is_text = True

    def __init__(self, max_length: int = 255, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def column_type(self, vendor: str) -> str:
        return f"varchar({self.max_length})"


class Char(String[_ST, _GT]):
    def column_type(self, vendor: str) -> str:
        return f"char({self.max_length})"


class Enum(String[_ST, _GT]):
    """MariaDB's enum, its values in the order of `choices`; a CHECK on SQLite."""

    def __init__(self, choices: Any, **options: Any) -> None:
        pairs = getattr(choices, "choices", choices)
        self.values = [str(value) for value, _ in pairs]
        super().__init__(**{"max_length": max(map(len, self.values)), **options}, choices=pairs)

    def column_type(self, vendor: str) -> str:
        if vendor == SQLITE:
            return super().column_type(vendor)
        return "enum({})".format(",".join(f"'{value}'" for value in self.values))


class Text(Column[_ST, _GT], models.TextField[_ST, _GT]):
    is_text = True
    mariadb = sqlite = "text"


class MediumText(Text[_ST, _GT]):
    mariadb = "mediumtext"


class LongText(Text[_ST, _GT]):
    mariadb = "longtext"


class Uuid(Column[_ST, _GT], models.UUIDField[_ST, _GT]):
    """MariaDB's own type; on SQLite text with hyphens, as Laravel writes it."""

    mariadb, sqlite = "uuid", "varchar(36)"
    is_text = False

    def get_internal_type(self) -> str:
        return "LaravelUuid"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        value = self.to_python(value)
        return None if value is None else str(value)

    def from_db_value(self, value: Any, *_: Any) -> uuid.UUID | None:
        return value if value is None or isinstance(value, uuid.UUID) else uuid.UUID(value)


class DateTime(Column[_ST, _GT], models.DateTimeField[_ST, _GT]):
    """An aware instant in UTC; stored as naive local time of the installation (paymenter.db.zone).

    Extracts by lookup (`created_at__date`, `__year`, …) see the local time. Explicit `Trunc` and
    `Extract` expressions do so only with `tzinfo=UTC`.
    """

    mariadb = sqlite = "datetime"

    def get_internal_type(self) -> str:
        return "LaravelDateTime"  # unknown to Django's backends, so they convert nothing

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return parse_datetime(value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        value = models.Field.get_prep_value(self, self.to_python(value))
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{self.name} needs a datetime with a time zone, not {value!r}")
        return value

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if not prepared:
            value = self.get_prep_value(value)
        return str(zone.naive(value)) if isinstance(value, datetime) else value

    def from_db_value(self, value: Any, *_: Any) -> datetime | None:
        if isinstance(value, str):  # SQLite, where the result is not a plain column
            value = parse_datetime(value)
        return None if value is None else zone.aware(value)


class Timestamp(DateTime[_ST, _GT]):
    """`use_current`: the column's default is the database's time, ours is the current instant."""

    mariadb = sqlite = "timestamp"

    def __init__(self, *, use_current: bool = False, **options: Any) -> None:
        if use_current:
            options["default"] = now
            self.database_default = NOW
        super().__init__(**options)


class CreatedAt(Timestamp[_ST, _GT]):
    """Set when a row is made, unless given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"null": True, "editable": False, **options})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add and getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, now())
        return super().pre_save(model_instance, add)


class UpdatedAt(CreatedAt[_ST, _GT]):
    """Also set by every later `save()` and `update()` (paymenter.db.models)."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if not add:
            setattr(model_instance, self.attname, now())
        return super().pre_save(model_instance, add)


class JsonText(Text[_ST, _GT]):
    """Lists and dicts as PHP's json_encode writes them. Text that is no JSON reads as None."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        try:
            return None if value is None else json.loads(value)
        except ValueError:
            return None

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str | None:
        value = models.Field.get_prep_value(self, value)
        return None if value is None else json_encode(value)

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""


class Json(JsonText[_ST, _GT]):
    """A longtext that MariaDB checks with json_valid() and compares byte by byte."""

    mariadb = "longtext"


class Encrypted(Text[_ST, _GT]):
    """Plain text in Python, Laravel's encryption in the database.

    A row with a value that cannot be decrypted loads and saves unchanged; reading the attribute
    raises DecryptError. `values()` give the Cipher. Only `isnull` can be looked up.
    """

    descriptor_class = Decrypted

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return model_instance.__dict__.get(self.attname)

    def from_db_value(self, value: str | None, *_: Any) -> Cipher | None:
        return None if value is None else Cipher(value)

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, Cipher):
            return value.text
        return None if value is None else encrypter().encrypt_string(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class ForeignKey(models.ForeignKey[_ST, _GT]):
    """A key whose rule the database carries out; Django deletes and nulls nothing itself.

    `constrained=False`: the schema has the column but no constraint, so the row may be missing.
    `attname`: the column's name where it does not end in `_id`.
    """

    forward_related_accessor_class = Related

    def __init__(
        self,
        to: str | type[models.Model],
        rule: Rule = Rule.RESTRICT,
        *,
        constrained: bool = True,
        update_rule: Rule = Rule.RESTRICT,
        attname: str | None = None,
        **options: Any,
    ) -> None:
        self.rule, self.update_rule, self._attname = rule, update_rule, attname
        self._constrained = constrained
        options.setdefault("on_delete", models.DO_NOTHING)
        options.setdefault("blank", options.get("null", False))
        options |= {"db_constraint": constrained, "db_index": False}
        super().__init__(to, **options)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        options |= {"rule": self.rule, "update_rule": self.update_rule, "attname": self._attname}
        options["constrained"] = options.pop("db_constraint", True)
        return name, path, args, options

    @property
    def is_constrained(self) -> bool:
        return self._constrained

    def get_attname(self) -> str:
        return self._attname or super().get_attname()

    def column_type(self, vendor: str) -> str:
        target = self.target_field
        assert isinstance(target, Column)
        return target.column_type(vendor)

    @property
    def is_text(self) -> bool:
        target = self.target_field
        return isinstance(target, Column) and target.is_text


def now() -> datetime:
    """The current instant in whole seconds, the precision of Laravel's columns."""
    return timezone.now().replace(microsecond=0)


def _local(lookup: Any) -> Any:
    """A date part of the stored local time: the database converts nothing."""
    local: Any = type(lookup.__name__, (lookup,), {"get_tzname": lambda self: None})
    if lookup.lookup_name in ("year", "iso_year"):  # theirs compare with bounds in another zone
        for comparison in (Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual):
            local.register_lookup(comparison)
    return local


for _lookup in set(models.DateTimeField().get_lookups().values()):
    if hasattr(_lookup, "get_tzname"):
        DateTime.register_lookup(_local(_lookup))
