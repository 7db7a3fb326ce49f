"""Sign-in and rights of the staff console: Paymenter's users, roles and permission names."""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.backends import BaseBackend
from django.db import models
from django.http import HttpRequest

from accounts.models import User
from accounts.rules import permissions
from paymenter.laravel import passwords


class RoleBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """Takes as long for an unknown address as for a wrong password."""
        email = username if username is not None else credentials.get(User.USERNAME_FIELD)
        if email is None or password is None:
            return None
        user = User.objects.with_email(email)
        if user is None:
            passwords.check(password, _nobodys_password())
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: Any) -> User | None:
        user: User | None = User.objects.select_related("role").filter(pk=user_id).first()
        return user

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        """Django's `billing.view_invoice`, or one of Paymenter's names as it is."""
        if not isinstance(user_obj, User):
            return False
        name = perm if perm.startswith("admin.") else _name(perm, one=obj is not None)
        return name is not None and permissions.grants(user_obj.permissions, name)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        if not isinstance(user_obj, User) or not apps.is_installed(app_label):
            return False
        models = apps.get_app_config(app_label).get_models()
        return any(
            self.has_perm(user_obj, f"{app_label}.{verb}_{model._meta.model_name}")
            for model in models
            for verb in ("view", "add", "change", "delete")
        )


def _name(perm: str, *, one: bool) -> str | None:
    verb, _, model = perm.partition(".")[2].partition("_")
    return permissions.required(model, verb, one=one)


@cache
def _nobodys_password() -> str:
    return passwords.make("")
