from paymenter.jsonapi.router import ResourceRouter
from support.api import ticket_messages, tickets

router = ResourceRouter()
router.register("tickets", tickets.TicketViewSet, basename="tickets")
router.register("ticket-messages", ticket_messages.TicketMessageViewSet, basename="ticket-messages")

urlpatterns = router.urls
