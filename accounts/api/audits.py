from collections.abc import Iterable
from typing import Any

import orjson

from accounts.models import Audit
from paymenter.catalogue import is_public
from paymenter.db.morph import class_name
from paymenter.jsonapi import values
from paymenter.jsonapi.documents import Documents
from paymenter.jsonapi.resource import Object, Relation, Resource
from paymenter.jsonapi.statements import Row
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.masking import HIDDEN, without_links, without_secrets
from paymenter.models import Setting

SETTING = class_name(Setting)
_CHANGES: Object = {"type": ["object", "array", "null"], "examples": [{"name": "Ada"}]}


def _changes(stored: Any) -> Any:
    return without_secrets(values.document(stored))


class AuditResource(Resource):
    """Also of what PHP wrote no secret is shown."""

    model = Audit
    permission = "audits"
    attributes = (
        "id",
        "event",
        "auditable_type",
        "auditable_id",
        "old_values",
        "new_values",
        "user_type",
        "user_id",
        "url",
        "ip_address",
        "user_agent",
        "tags",
        "created_at",
    )
    relations = {"user": Relation("*")}
    formats = {"old_values": _changes, "new_values": _changes, "url": without_links}
    schemas = {"old_values": _CHANGES, "new_values": _CHANGES}


class AuditDocuments(Documents):
    """Hides the values of settings that are not known to be harmless."""

    def many(self, resource: type[Resource], rows: Iterable[Row]) -> Object:
        return super().many(resource, _without_settings(list(rows)))

    def one(self, resource: type[Resource], row: Row) -> Object:
        return super().one(resource, _without_settings([row])[0])


class AuditViewSet(ResourceViewSet):
    resource = AuditResource
    filters = (
        "id",
        "event",
        "auditable_type",
        "auditable_id",
        "user_id",
        "ip_address",
        "tags",
        "created_at",
    )
    sorts = ("id", "event", "auditable_type", "auditable_id", "user_id", "created_at")
    includes = {"user": None}  # the record needs the permission of its own kind

    def documents(self, asked: Object, given: Object) -> Documents:
        plain = super().documents(asked, given)
        return AuditDocuments(plain.tree, plain.fields, plain.may_view)


_KIND, _ID, _OLD, _NEW = map(
    AuditResource.columns().index, ("auditable_type", "auditable_id", "old_values", "new_values")
)


def _without_settings(rows: list[Row]) -> list[Row]:
    """One query where there are any."""
    ids = {row[_ID] for row in rows if row[_KIND] == SETTING}
    if not ids:
        return rows
    found = Setting.objects.filter(pk__in=ids, settingable_type=None, encrypted=False)
    public = {pk for pk, key in found.values_list("pk", "key") if is_public(key)}
    return [
        _hidden(row) if row[_KIND] == SETTING and row[_ID] not in public else row for row in rows
    ]


def is_hidden(audit: Audit) -> bool:
    """Whether it is about a setting that is not known to be harmless."""
    if audit.auditable_type != SETTING:
        return False
    found = Setting.objects.filter(pk=audit.auditable_id, settingable_type=None, encrypted=False)
    return not any(is_public(key) for key in found.values_list("key", flat=True))


def _hidden(row: Row) -> Row:
    changed = list(row)
    for place in (_OLD, _NEW):
        changes = values.document(row[place])
        if isinstance(changes, dict) and changes.get("value") is not None:
            changed[place] = orjson.dumps({**changes, "value": HIDDEN})
    return tuple(changed)
