from billing.actions.tax_rates import create_tax_rate, delete_tax_rate, update_tax_rate
from billing.actions.taxes import EVERYWHERE
from billing.models import TaxRate
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import In, Max, Min, Numeric, String
from paymenter.seed.countries import COUNTRIES


class TaxRateResource(Resource):
    model = TaxRate
    permission = "tax_rates"
    attributes = ("id", "name", "rate", "country", "updated_at", "created_at")


class TaxRateInput(Input):
    name = Field(String(), Max(255), required=True)
    rate = Field(Numeric(), Min(0), Max(100), required=True)
    country = Field(
        String(), In((EVERYWHERE, *COUNTRIES)), Unique(TaxRate, "country"), required=True
    )


class TaxRateViewSet(ResourceViewSet):
    resource = TaxRateResource
    input = TaxRateInput
    actions = Actions(create_tax_rate, update_tax_rate, delete_tax_rate)
    filters = ("id", "name", "rate", "country")
    sorts = ("id", "created_at", "updated_at", "name", "rate", "country")
