from accounts.actions.records import plain_actions
from billing.models import TaxRate

create_tax_rate, update_tax_rate, delete_tax_rate = plain_actions(TaxRate)
