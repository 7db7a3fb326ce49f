from support.models.mail_logs import TicketMailLog
from support.models.tickets import Ticket, TicketMessage, TicketMessageAttachment

__all__ = ["Ticket", "TicketMailLog", "TicketMessage", "TicketMessageAttachment"]
