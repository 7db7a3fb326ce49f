from django.apps import AppConfig


class JobsConfig(AppConfig):
    """When what is scheduled ran: a table of ours, so an app with migrations of its own."""

    name = "paymenter.jobs"
    label = "jobs"
    verbose_name = "Background work"
