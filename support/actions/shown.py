"""What templates may read of tickets."""

from billing.actions import shown as billing
from paymenter.db.presented import Catalogue, Shown

CATALOGUE: Catalogue = {
    **billing.CATALOGUE,
    "support.Ticket": Shown(frozenset({"user", "service", "messages"})),
    "support.TicketMessage": Shown(frozenset({"ticket", "user", "attachments"})),
    "support.TicketMessageAttachment": Shown(),
}
