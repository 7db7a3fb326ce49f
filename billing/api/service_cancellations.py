from billing.actions.cancellations import (
    create_cancellation,
    delete_cancellation,
    update_cancellation,
)
from billing.models import Service, ServiceCancellation
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import In, Max, String


class ServiceCancellationResource(Resource):
    model = ServiceCancellation
    permission = "service_cancellations"
    attributes = ("id", "service_id", "reason", "type", "updated_at", "created_at")
    relations = {"service": "services"}


class ServiceCancellationInput(Input):
    service_id = Field(Exists(Service), required=True, create_only=True)
    type = Field(String(), In(ServiceCancellation.Type.values), required=True, create_only=True)
    reason = Field(String(), Max(255), nullable=True)


class ServiceCancellationViewSet(ResourceViewSet):
    resource = ServiceCancellationResource
    input = ServiceCancellationInput
    actions = Actions(create_cancellation, update_cancellation, delete_cancellation)
    bulk = True
    filters = ("id", "service_id", "type", "reason")
    sorts = ("id", "created_at", "updated_at", "service_id")
    includes = {"service": "services"}
