"""Clients and staff. A person's page is an overview to which every app adds its part
(`paymenter.console.overview.section`)."""

from collections.abc import Iterator
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter

from accounts.admin.roles import grantable_roles
from accounts.api.client_notes import ClientNoteViewSet
from accounts.api.properties import PropertyViewSet
from accounts.api.users import DisableTwoFactor, ImpersonateUser, UserViewSet
from accounts.models import CustomProperty, Property, User
from accounts.notes.models import ClientNote
from accounts.rules.grants import not_held
from paymenter.console.display import AMBER, GREEN, badge, moment, money
from paymenter.console.fields import Choice, Line, Switch, label_of
from paymenter.console.inlines import RecordInline, StackedRecordInline
from paymenter.console.once import Secret
from paymenter.console.overview import Overview, section
from paymenter.console.records import RecordAdmin
from paymenter.console.verbs import Verb, record_of
from paymenter.db import zone
from paymenter.db.fields import now
from paymenter.db.morph import class_name

YES, NO = "yes", "no"
MOST_PROPERTIES = 20


class YesNo(DropdownFilter):  # type: ignore[misc]
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(YES, "Yes"), (NO, "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() == YES:
            return self.those(queryset)
        if self.value() == NO:
            return queryset.exclude(pk__in=self.those(User.objects.all()).values("pk"))
        return queryset

    def those(self, users: QuerySet[User]) -> QuerySet[User]:
        raise NotImplementedError


class Staff(YesNo):
    title, parameter_name = "staff", "staff"

    def those(self, users: QuerySet[User]) -> QuerySet[User]:
        return users.filter(role_id__isnull=False)


class Verified(YesNo):
    title, parameter_name = "e-mail verified", "verified"

    def those(self, users: QuerySet[User]) -> QuerySet[User]:
        return users.filter(email_verified_at__isnull=False)


class ActiveServices(YesNo):
    title, parameter_name = "active services", "active"

    def those(self, users: QuerySet[User]) -> QuerySet[User]:
        services = apps.get_model("billing.Service")._default_manager.filter(status="active")
        return users.filter(pk__in=services.values("user_id"))


class VerifiedSwitch(Switch):
    """On is this moment, off is never; what is on already keeps its moment."""

    def prepare_value(self, value: Any) -> Any:
        return bool(value)

    def to_python(self, value: Any) -> Any:
        return str(zone.naive(now())) if super().to_python(value) else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial) != super().to_python(data)


class PropertyInline(RecordInline):
    viewset = PropertyViewSet
    owner = "model_id"
    fields = ("key", "value")
    verbose_name, verbose_name_plural = "property", "properties"
    hide_title = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        keys = Choice(lambda: _keys(obj), label="Property")
        self.form_fields = {"key": lambda: keys, "value": Line}
        return super().get_formset(request, obj, **options)

    def rows(self, record: Any) -> QuerySet[Property]:
        return Property.objects.filter(model_type=class_name(User), model_id=record.pk).order_by(
            "pk"
        )

    def known(self, record: Any) -> dict[str, Any]:
        return {"model_type": class_name(User), "model_id": record.pk}


class NoteInline(StackedRecordInline):
    hide_title = True
    viewset = ClientNoteViewSet
    owner = "user_id"
    verbose_name, verbose_name_plural = "note", "notes"

    def rows(self, record: Any) -> QuerySet[ClientNote]:
        return ClientNote.objects.filter(user_id=record.pk).order_by("-pk")


@admin.register(User)
class UserAdmin(Overview, RecordAdmin):
    viewset = UserViewSet
    list_display = ("name", "email", "verified", "role", "credit", "created_at")
    list_prefetch = ("role", "credits")
    list_filter = (Staff, ("role", RelatedDropdownFilter), Verified, ActiveServices)
    search_fields = ("first_name", "last_name", "email", "=id")
    search_help_text = "Name, e-mail address or number"
    ordering = ("-created_at", "-pk")
    fields = ("first_name", "last_name", "email", "password", "role_id", "email_verified_at")
    form_fields = {"email_verified_at": VerifiedSwitch}
    labels = {"email": "E-mail", "email_verified_at": "E-mail verified"}
    help_texts = {
        "password": "At least 8 characters. Left empty it stays; a new one signs the person out"
        " everywhere.",
        "role_id": "Whoever has a role is staff and may enter this console. You can give roles"
        " that allow no more than your own.",
        "email_verified_at": "Some pages ask clients to verify their address first.",
    }
    inlines = (NoteInline, PropertyInline)
    verbs = (
        Verb(
            ImpersonateUser,
            label="Impersonate",
            icon="supervised_user_circle",
            reveals=lambda user, answer: Secret(
                f"You act as {user} for 15 minutes",
                "There is no client area here yet, so this is a token for its API: send it as"
                " “Authorization: Bearer …”, for example to /api/v1/profile/me. Whatever is done"
                " with it is noted with your name.",
                answer["access_token"],
            ),
        ),
        Verb(
            DisableTwoFactor,
            label="Switch off two-factor",
            icon="phonelink_erase",
            done="Two-factor sign-in is switched off, and the person is signed out everywhere.",
            dangerous=True,
            when=lambda user: user.has_two_factor,
        ),
    )
    audited = (
        *("invoices", "services", "tickets", "credits", "orders", "billing_agreements"),
        "properties",
    )
    bulk_delete = False

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        with_role = self.get_queryset(request).select_related("role")
        return with_role.filter(pk=object_id).first() if object_id.isdigit() else None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        oneself = obj is not None and obj.pk == request.user.pk
        return not oneself and super().has_delete_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **options)
        if "role_id" in form.base_fields:
            old = form.base_fields["role_id"]
            kept = obj.role_id if obj is not None else None
            form.base_fields["role_id"] = Choice(
                lambda: grantable_roles(request, kept),
                first="No role: a client",
                empty=None,
                label="Role",
                help_text=old.help_text,
            )
        return form

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Nobody impersonates himself, or somebody who may do more."""
        found = super().get_actions_detail(request, object_id)
        user, person = record_of(self, request, object_id), cast(User, request.user)
        if user is None or user.pk == person.pk or not_held(user.permissions, person.may):
            return [each for each in found if each.path != "impersonate-user"]
        return found

    def facts(self, request: HttpRequest, record: User) -> list[tuple[str, Any]]:
        prefetch_related_objects([record], "credits")  # for the section of billing too
        balances = " · ".join(_balances(record)) or "None"
        return [
            ("E-mail", record.email),
            ("E-mail verified", _yes(record.email_verified_at is not None)),
            ("Two-factor sign-in", _yes(record.has_two_factor)),
            ("Role", record.role if record.is_staff else "Client"),
            ("Since", moment(record.created_at)),
            ("Credit", balances),
        ]

    @admin.display(description="Name", ordering="first_name")
    def name(self, user: User) -> str:
        return str(user)

    @admin.display(description="Verified", ordering="email_verified_at")
    def verified(self, user: User) -> str:
        return _yes(user.email_verified_at is not None)

    @admin.display(description="Credit")
    def credit(self, user: User) -> str:
        return " · ".join(_balances(user)) or "-"


@section(
    "accounts.User",
    "Properties",
    permission="properties",
    order=65,
    headers=("Property", "Value"),
    empty="Nothing is known beside name and address.",
)
def properties(user: User) -> Iterator[Any]:
    rows = Property.objects.filter(model_type=class_name(User), model_id=user.pk).order_by("pk")
    for each in rows[:MOST_PROPERTIES]:
        yield each.name or label_of(each.key), each.value


def _keys(person: Any) -> list[tuple[str, str]]:
    """Those that are defined, and what else this person has."""
    defined = CustomProperty.objects.filter(model=class_name(User)).order_by("pk")
    known = dict(defined.values_list("key", "name"))
    own = Property.objects.filter(model_type=class_name(User), model_id=person.pk) if person else ()
    return list({**{each.key: each.name or label_of(each.key) for each in own}, **known}.items())


def _yes(value: bool) -> str:
    return badge(YES if value else NO, {YES: GREEN, NO: AMBER})


def _balances(user: Any) -> list[str]:
    return [money(each.amount, each.currency_code) for each in user.credits.all() if each.amount]
