"""Mail on its way out: Markdown to HTML, HTML to a message, the message to the SMTP server.

Knows neither users nor logs: accounts.actions.mails decides what is sent and keeps account of it.
"""
