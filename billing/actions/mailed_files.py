"""What mails about invoices carry."""

from billing.actions.documents import invoice_pdf
from billing.models import Invoice
from paymenter.mail.attachments import producer
from paymenter.mail.messages import Attachment


@producer("invoice")
def invoice_file(invoice_id: int) -> Attachment:
    """As it is when the mail goes out."""
    invoice = Invoice.objects.get(pk=invoice_id)
    return Attachment("invoice.pdf", invoice_pdf(invoice), "application/pdf")
