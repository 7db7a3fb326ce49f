from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.models.roles import EVERYTHING
from accounts.rules.permissions import STAFF_ACTIONS, role_allows
from paymenter.db.fields import (
    CreatedAt,
    Encrypted,
    ForeignKey,
    String,
    Timestamp,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel, LaravelQuerySet
from paymenter.db.morph import MorphMany
from paymenter.laravel import passwords


class UserManager(BaseUserManager.from_queryset(LaravelQuerySet)):  # type: ignore[misc]
    def with_email(self, email: str) -> "User | None":
        """The user with exactly this address but for upper and lower case.

        The column's collation also ignores accents, which would let look-alikes in.
        """
        wanted = email.casefold()
        rows = self.filter(email=email).order_by("pk")
        return next((user for user in rows if user.email.casefold() == wanted), None)

    def get_by_natural_key(self, username: str | None) -> "User":
        user = self.with_email(username or "")
        if user is None:
            raise self.model.DoesNotExist(f"no user {username}")
        return user


class User(AbstractBaseUser, LaravelModel):
    """A person: a client without a role, staff with one."""

    id = UnsignedBigAuto()
    first_name = String(null=True)
    last_name = String(null=True)
    email = String(unique=True)
    role = ForeignKey("accounts.Role", constrained=False, null=True, related_name="users")
    email_verified_at = Timestamp(null=True)
    password = String()
    tfa_secret = Encrypted(null=True, editable=False)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    last_login = None  # Paymenter has no such column

    properties = MorphMany("accounts.Property", "model_type", "model_id")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta(LaravelModel.Meta):
        db_table = "users"
        verbose_name = "user"
        indexes = [Index(fields=["role"])]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def name(self) -> str:
        return f"{self.first_name or ''} {self.last_name or ''}".strip()

    @property
    def initials(self) -> str:
        return "".join(part[:1] for part in (self.first_name, self.last_name) if part).upper()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.first_name or self.email

    @property
    def has_two_factor(self) -> bool:
        return self.__dict__.get("tfa_secret") is not None

    # Rights

    @property
    def permissions(self) -> frozenset[str]:
        """Those of the role; none where its row is gone. One query unless the role is loaded."""
        role = self._role()
        return role.granted if role else frozenset()

    @property
    def is_staff(self) -> bool:
        return self._role() is not None

    @property
    def is_superuser(self) -> bool:
        return EVERYTHING in self.permissions

    def has_permission(self, name: str) -> bool:
        """Paymenter's check: this very name, or `*`."""
        return bool({name, EVERYTHING} & self.permissions)

    def may(self, permission: str) -> bool:
        """Whether the role allows what an endpoint or a page asks for."""
        return role_allows(self.permissions, permission)

    def may_delete_many(self, group: str) -> bool:
        """Paymenter asks `deleteAny` for more than one at once, where it has it."""
        own = "deleteAny" in STAFF_ACTIONS.get(group, ())
        return self.may(f"admin.{group}.{'deleteAny' if own else 'delete'}")

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return any(backend.has_perm(self, perm, obj) for backend in get_backends())

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        backends: list[Any] = get_backends()
        return any(backend.has_module_perms(self, app_label) for backend in backends)

    def _role(self) -> Any:
        """The role, None also where the row is gone: the column has no constraint."""
        try:
            return self.role
        except models.ObjectDoesNotExist:
            return None

    # Password

    def set_password(self, raw_password: str | None) -> None:
        """Not stored before `save()`. None makes a password that nothing matches."""
        self.password = "!" if raw_password is None else passwords.make(raw_password)

    def check_password(self, raw_password: str | None) -> bool:
        return raw_password is not None and passwords.check(raw_password, self.password)

    def has_usable_password(self) -> bool:
        return not self.password.startswith("!")
