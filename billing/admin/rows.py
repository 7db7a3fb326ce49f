"""Pages of tables that name others by plain ids: the records behind them, read once for a page."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User
from billing.models import Invoice, Service
from paymenter.console.display import link
from paymenter.console.lists import Prefetching
from paymenter.console.records import ReadOnlyAdmin

INVOICES: Mapping[str, tuple[str, type[Model]]] = {"invoice": ("invoice_id", Invoice)}
SERVICES: Mapping[str, tuple[str, type[Model]]] = {"service": ("service_id", Service)}
CLIENTS: Mapping[str, tuple[str, type[Model]]] = {"client": ("user_id", User)}
STAFF: Mapping[str, tuple[str, type[Model]]] = {"staff": ("staff_id", User)}


class WithTargets(Prefetching):
    """One query for each kind of record that a page of the list names."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        self.result_list = rows
        for name, (column, model) in self.model_admin.targets.items():
            found = model._default_manager.in_bulk({getattr(row, column) for row in rows} - {None})
            for row in rows:
                row.__dict__[f"_{name}"] = found.get(getattr(row, column))


class RowsAdmin(ReadOnlyAdmin):
    """targets: by name the column with the id, and the model."""

    targets: ClassVar[Mapping[str, tuple[str, type[Model]]]] = {}

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[Any]:
        return WithTargets

    def target(self, row: Any, name: str) -> Any:
        """The record, None where it is gone."""
        if f"_{name}" not in row.__dict__:
            column, model = self.targets[name]
            key = getattr(row, column)
            row.__dict__[f"_{name}"] = model._default_manager.filter(pk=key or 0).first()
        return row.__dict__[f"_{name}"]

    def linked(self, row: Any, name: str) -> str:
        column, model = self.targets[name]
        key = getattr(row, column)
        if key is None:
            return "-"
        found = self.target(row, name)
        return link(found) if found else f"{model._meta.verbose_name} {key} (deleted)"
