"""Records of people and access. `UserFactory(admin=True)` may do everything in the console."""

from hashlib import sha256
from typing import Any

from factory.declarations import (
    LazyAttribute,
    LazyFunction,
    SelfAttribute,
    Sequence,
    SubFactory,
    Trait,
)
from factory.django import DjangoModelFactory
from factory.faker import Faker

from accounts.models import (
    ApiKey,
    Audit,
    CustomProperty,
    EmailLog,
    Notification,
    NotificationPreference,
    NotificationTemplate,
    Property,
    Role,
    User,
)
from accounts.rules.permissions import API_KEY, EVERYTHING
from paymenter.db.fields import now
from paymenter.db.morph import class_name
from paymenter.laravel import passwords

PASSWORD = "correct horse 1"


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = Role
        django_get_or_create = ("name",)

    name = Sequence("role {}".format)
    permissions = LazyFunction(list)


class UserFactory(DjangoModelFactory):
    """A client whose password is PASSWORD, or the one given as `plain_password`."""

    class Meta:
        model = User

    class Params:
        plain_password = PASSWORD
        admin = Trait(role=SubFactory(RoleFactory, name="admin", permissions=[EVERYTHING]))
        staff = Trait(role=SubFactory(RoleFactory))
        unverified = Trait(email_verified_at=None)

    first_name = Faker("first_name")
    last_name = Faker("last_name")
    email = Sequence("user{}@example.com".format)
    email_verified_at = LazyFunction(now)
    password = LazyAttribute(lambda user: passwords.make(user.plain_password, rounds=4))


class ApiKeyFactory(DjangoModelFactory):
    """`token` is the key itself, as callers send it; the row gets its hash."""

    class Meta:
        model = ApiKey

    name = Sequence("key {}".format)
    permissions = LazyFunction(lambda: list(API_KEY))
    token = Sequence(lambda n: f"PAYM{n:064x}")
    type = ApiKey.Type.ADMIN

    @classmethod
    def _adjust_kwargs(cls, **values: Any) -> dict[str, Any]:
        return {**values, "token": sha256(values["token"].encode()).hexdigest()}


class CustomPropertyFactory(DjangoModelFactory):
    class Meta:
        model = CustomProperty
        django_get_or_create = ("key",)

    key = Sequence("field{}".format)
    name = LazyAttribute(lambda definition: definition.key.capitalize())
    type = CustomProperty.Type.STRING
    model = class_name(User)
    validation = "string|max:255"
    non_editable = False
    required = False
    show_on_invoice = False


class PropertyFactory(DjangoModelFactory):
    """`model` is whose it is: a user unless given."""

    class Meta:
        model = Property

    model = SubFactory(UserFactory)
    key = Sequence("key{}".format)
    name = LazyAttribute(lambda property_: property_.key.capitalize())
    value = "something"


class NotificationTemplateFactory(DjangoModelFactory):
    class Meta:
        model = NotificationTemplate
        django_get_or_create = ("key",)

    key = Sequence("template_{}".format)
    subject = "News for {{ $user->first_name }}"
    body = "Hello {{ $user->name }}"
    in_app_title = "News"
    in_app_body = "Something happened"


class NotificationFactory(DjangoModelFactory):
    class Meta:
        model = Notification

    class Params:
        read = Trait(read_at=LazyFunction(now))

    user = SubFactory(UserFactory)
    title = "News"
    body = "Something happened"


class NotificationPreferenceFactory(DjangoModelFactory):
    class Meta:
        model = NotificationPreference

    user = SubFactory(UserFactory)
    notification_template = SubFactory(NotificationTemplateFactory)


class EmailLogFactory(DjangoModelFactory):
    class Meta:
        model = EmailLog

    class Params:
        sent = Trait(status=EmailLog.Status.SENT, sent_at=LazyFunction(now))
        failed = Trait(status=EmailLog.Status.FAILED, error="Connection refused")

    user = SubFactory(UserFactory)
    to = SelfAttribute("user.email")
    subject = "News"
    body = "<p>Something happened</p>"


class AuditFactory(DjangoModelFactory):
    """`auditable` is what was changed: a user unless given; nobody did it unless `user` is."""

    class Meta:
        model = Audit

    event = "updated"
    auditable = SubFactory(UserFactory)
    old_values = LazyFunction(lambda: {"first_name": "Ada"})
    new_values = LazyFunction(lambda: {"first_name": "Grace"})
    url = "console"
    ip_address = "127.0.0.1"
