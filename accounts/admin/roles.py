from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.api.roles import RoleViewSet
from accounts.models import Role
from accounts.rules.grants import not_held
from paymenter.console.records import RecordAdmin


def grantable_roles(request: HttpRequest, kept: int | None) -> list[tuple[int, str]]:
    """Those that allow no more than the viewer's own, and the one that the person has."""
    person: Any = request.user
    return [
        (role.pk, role.name)
        for role in Role.objects.order_by("name")
        if role.pk == kept or not not_held(role.granted, person.may)
    ]


@admin.register(Role)
class RoleAdmin(RecordAdmin):
    viewset = RoleViewSet
    list_display = ("name", "created_at")
    search_fields = ("name",)
