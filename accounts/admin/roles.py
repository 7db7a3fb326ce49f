from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from accounts.actions.roles import FIRST
from accounts.admin.permissions import described, groups
from accounts.api.roles import RoleViewSet
from accounts.models import Role, User
from accounts.rules.grants import not_held
from accounts.rules.permissions import STAFF
from paymenter.console.checklist import Checklist
from paymenter.console.display import link
from paymenter.console.panels import Note, Panel
from paymenter.console.records import RecordAdmin

SHOWN = 10


def grantable_roles(request: HttpRequest, kept: int | None) -> list[tuple[int, str]]:
    """Those that allow no more than the viewer's own, and the one that the person has."""
    person: Any = request.user
    return [
        (role.pk, role.name)
        for role in Role.objects.order_by("name")
        if role.pk == kept or not not_held(role.granted, person.may)
    ]


def _holders(request: HttpRequest, role: Role) -> Iterator[Any]:
    for user in User.objects.filter(role=role).order_by("pk")[:SHOWN]:
        yield link(user), user.email


@admin.register(Role)
class RoleAdmin(RecordAdmin):
    viewset = RoleViewSet
    list_display = ("name", "allowed", "people", "created_at")
    search_fields = ("name",)
    ordering = ("pk",)
    fields = ("name", "permissions")
    help_texts = {
        "permissions": "What whoever has this role may do here and over the API. You can give only"
        " what you hold yourself; what the role has already you may leave or take away."
    }

    panels = (
        Panel(
            "People with this role",
            "users",
            ("Name", "E-mail"),
            _holders,
            empty="Nobody has this role.",
            all=lambda role: (
                f"{reverse('admin:accounts_user_changelist')}?role__id__exact={role.pk}"
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        users = User.objects.filter(role=OuterRef("pk")).order_by().values("role")
        number = Subquery(users.annotate(number=Count("pk")).values("number"))
        found: QuerySet[Role] = super().get_queryset(request)
        return found.annotate(holders=Coalesce(number, 0, output_field=IntegerField()))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_first(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_first(obj) and super().has_delete_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **options)
        if (old := form.base_fields.get("permissions")) is not None:
            person: Any = request.user
            names = groups(STAFF, person.may)
            field = Checklist(names, label="Permissions", help_text=old.help_text)
            form.base_fields["permissions"] = field
        return form

    def notes(self, request: HttpRequest, record: Role) -> Iterable[Note]:
        if _is_first(record):
            yield Note("Every installation has this role: it stays as it is.")

    @admin.display(description="Permissions")
    def permissions_shown(self, role: Role) -> str:
        return described(role.granted if role.granted else ())

    @admin.display(description="Permissions")
    def allowed(self, role: Role) -> str:
        return "All" if role.grants_everything else str(len(role.granted))

    @admin.display(description="People")
    def people(self, role: Any) -> int:
        return int(role.holders)


def _is_first(role: Any) -> bool:
    return role is not None and role.pk == FIRST
