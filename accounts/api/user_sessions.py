from functools import partial

from accounts.actions.user_sessions import delete_user_session
from accounts.api.grants import person_holds
from accounts.models import UserSession
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Action, Actions, ResourceViewSet


class UserSessionResource(Resource):
    """Without the ulid, which signs in whoever sends it."""

    model = UserSession
    permission = "user_sessions"
    attributes = ("id", "user_id", "ip_address", "user_agent", "last_activity", "expires_at")
    relations = {"user": "users"}


class UserSessionViewSet(ResourceViewSet):
    resource = UserSessionResource
    actions = Actions(delete=delete_user_session)
    filters = ("id", "user_id", "ip_address", "user_agent", "last_activity", "expires_at")
    sorts = ("id", "user_id", "last_activity", "expires_at")
    includes = {"user": "users"}

    def written(self) -> Action:
        return partial(super().written(), holds=person_holds(self.request))
