from accounts.actions.records import plain_actions
from billing.models import InvoiceItem

create_invoice_item, update_invoice_item, delete_invoice_item = plain_actions(InvoiceItem)
