"""The list of a resource: what it shows, what is done to many rows, and what is edited in it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList as _ChangeList
from django.db import models, transaction
from django.forms.models import modelformset_factory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path
from unfold.decorators import action
from unfold.views import ChangeList

from paymenter.console import bulk, export, saved_filters
from paymenter.console.forms import RecordForm, fields_of, form_class
from paymenter.errors import Refused
from paymenter.jsonapi.viewset import ResourceViewSet

if TYPE_CHECKING:
    from paymenter.console.records import RecordAdmin


class Prefetching(ChangeList):  # type: ignore[misc]
    """Rows of other tables by one more query each, never by a join (docs/performance.md)."""

    def apply_select_related(self, queryset: Any) -> Any:
        return queryset.prefetch_related(*self.model_admin.list_prefetch)

    def url_for_result(self, result: Any) -> str:
        address: str = self.model_admin.address_of(result)
        return address


class RecordList:
    """list_prefetch: relations that the list shows. list_editable: fields of the Input."""

    model: type[models.Model]
    opts: Any
    admin_site: Any
    viewset: ClassVar[type[ResourceViewSet]]
    form_fields: ClassVar[Mapping[str, Any]] = {}
    list_prefetch: ClassVar[Sequence[str]] = ()

    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    show_full_result_count = False
    list_editable: Sequence[str] = ()
    list_before_template = "console/saved_filters.html"
    actions_list: Sequence[Any] = ("export_csv",)

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[_ChangeList]:
        return Prefetching

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        found.pop("delete_selected", None)
        return {**found, **bulk.actions(_page(self), request)}

    @action(
        description="Export CSV",
        icon="download",
        permissions=["view"],
        attrs={"x-on:click": "$el.href = $el.pathname + window.location.search"},
    )  # type: ignore[untyped-decorator]
    def export_csv(self, request: HttpRequest) -> HttpResponseBase:
        """All rows of the list as it is filtered now."""
        return export.answer(_page(self), request)

    def get_changelist_form(self, request: HttpRequest, **options: Any) -> Any:
        """Of `list_editable`: as a record's own form, with the rows' rules and actions."""
        names = tuple(self.list_editable)
        fields = fields_of(self.viewset.input, names, self.model, self.form_fields)
        for field in fields.values():  # the head of a column is no label of its boxes
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return form_class(RecordForm, self.viewset.input, fields, self.model)

    def get_changelist_formset(self, request: HttpRequest, **options: Any) -> Any:
        form = self.get_changelist_form(request)
        return modelformset_factory(self.model, form, extra=0, fields=())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            with transaction.atomic():
                answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
                return answer
        except Refused as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(request.get_full_path())

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view, page = self.admin_site.admin_view, _page(self)
        return [
            path("bulk/<str:name>/", view(partial(bulk.run, page)), name=f"{name}_bulk"),
            path("saved/", view(partial(saved_filters.keep, page)), name=f"{name}_save_filter"),
            path("saved/<int:key>/forget/", view(partial(saved_filters.forget, page))),
            *super().get_urls(),  # type: ignore[misc]
        ]


def _page(pages: RecordList) -> "RecordAdmin":
    return cast("RecordAdmin", pages)
