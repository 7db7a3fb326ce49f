from typing import Any

from accounts.models import EmailLog
from paymenter.jsonapi.documents import Documents
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.masking import without_links


class EmailLogResource(Resource):
    """Links that open an account are taken out of the body."""

    model = EmailLog
    permission = "email_logs"
    attributes = (
        "id",
        "user_id",
        "subject",
        "to",
        "body",
        "status",
        "error",
        "sent_at",
        "updated_at",
        "created_at",
    )
    relations = {"user": "users"}
    formats = {"body": without_links, "error": without_links}


class EmailLogViewSet(ResourceViewSet):
    """No filter looks into bodies: one could guess at what they hide."""

    resource = EmailLogResource
    filters = ("id", "user_id", "subject", "to", "status", "sent_at", "created_at")
    sorts = ("id", "subject", "to", "status", "sent_at", "created_at")
    includes = {"user": "users"}

    def documents(self, asked: Object, given: Object) -> Documents:
        """A list has no bodies unless `fields` asks for them."""
        documents = super().documents(asked, given)
        if self.action == "list":
            rest: Any = frozenset(EmailLogResource.attributes) - {"body"}
            documents.fields = {EmailLogResource.type: rest, **documents.fields}
        return documents
