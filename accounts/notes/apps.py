from django.apps import AppConfig


class NotesConfig(AppConfig):
    """What staff write down about people: an app of its own, as migrations belong to apps and
    those of `accounts` are Laravel's."""

    name = "accounts.notes"
    label = "notes"
    verbose_name = "Notes"
