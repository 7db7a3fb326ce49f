"""What a person wants to be told (Paymenter: Account\\Notifications). Not audited, as there."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.actions.notifications import ALL
from accounts.models import NotificationPreference, NotificationTemplate, User
from paymenter.db.locks import locked
from paymenter.errors import Refused

Wishes = Mapping[str, Mapping[str, bool]]  # by key of the template, then by channel

UNASKED = frozenset({"email_verification", "password_reset", "new_login_detected"})
NO_TEMPLATE = "There is no notification {} to choose."
NO_CHOICE = "Staff leave no choice here."

_Channel = NotificationTemplate.Channel


@dataclass(frozen=True, slots=True)
class Choice:
    template: NotificationTemplate
    chosen: NotificationPreference | None

    def is_on(self, channel: str) -> bool:
        return self.template.is_on(channel, self.chosen)


def choices_of(user: User) -> list[Choice]:
    """Of several preferences for a template, which nothing forbids, the first counts."""
    rows = NotificationPreference.objects.filter(user=user).order_by("-pk")
    chosen = {row.notification_template_id: row for row in rows}
    return [Choice(template, chosen.get(template.pk)) for template in _offered()]


def change_preferences(user: User, wishes: Wishes) -> list[Choice]:
    """All or, Refused, none of them. What is not named stays."""
    with transaction.atomic():
        user = locked(user)
        choices = {choice.template.key: choice for choice in choices_of(user)}
        _check(choices, wishes)
        for key, wish in wishes.items():
            _store(user, choices[key], wish)
        return choices_of(user)


def _offered() -> list[NotificationTemplate]:
    forced = {f"{channel}_enabled": _Channel.FORCE for channel in ALL}
    rows = NotificationTemplate.objects.filter(enabled=True).exclude(**forced)
    return list(rows.exclude(key__in=UNASKED).order_by("pk"))


def _check(choices: Mapping[str, Choice], wishes: Wishes) -> None:
    errors = {key: [NO_TEMPLATE.format(key)] for key in wishes.keys() - choices.keys()}
    for key in wishes.keys() & choices.keys():
        free = choices[key].template.is_choice
        errors |= {f"{key}.{name}": [NO_CHOICE] for name in wishes[key] if not free(name)}
    if errors:
        raise Refused(errors=dict(sorted(errors.items())))


def _store(user: User, choice: Choice, wish: Mapping[str, bool]) -> None:
    """Both channels, as Paymenter does: later they may be a choice again."""
    values = {f"{name}_enabled": wish.get(name, choice.is_on(name)) for name in ALL}
    rows = NotificationPreference.objects.filter(user=user, notification_template=choice.template)
    if choice.chosen is None:
        rows.create(user=user, notification_template=choice.template, **values)
    else:
        rows.update(**values)
