from accounts.actions.records import plain_actions
from support.models import Ticket

create_ticket, update_ticket, delete_ticket = plain_actions(Ticket)
