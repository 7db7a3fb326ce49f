"""Records of the installation itself."""

from django.utils import timezone
from factory.declarations import LazyFunction, SelfAttribute, Sequence
from factory.django import DjangoModelFactory
from factory.faker import Faker

from paymenter.models import CronStat, DebugLog, Extension, FailedJob, Setting


class SettingFactory(DjangoModelFactory):
    """Of the installation unless `settingable_type` and `settingable_id` are given. Call
    `options.forget()` afterwards."""

    class Meta:
        model = Setting
        django_get_or_create = ("key", "settingable_type", "settingable_id")

    key = Sequence("setting_{}".format)
    value = "something"
    settingable_type = None
    settingable_id = None


class ExtensionFactory(DjangoModelFactory):
    class Meta:
        model = Extension

    name = "Announcements"
    extension = SelfAttribute("name")
    type = Extension.Type.OTHER
    enabled = True


class CronStatFactory(DjangoModelFactory):
    class Meta:
        model = CronStat

    key = "invoices_created"
    value = 1
    date = LazyFunction(lambda: timezone.now().date())


class DebugLogFactory(DjangoModelFactory):
    class Meta:
        model = DebugLog

    type = DebugLog.Type.EXCEPTION
    context = LazyFunction(lambda: {"message": "Something failed"})


class FailedJobFactory(DjangoModelFactory):
    class Meta:
        model = FailedJob

    uuid = Faker("uuid4")
    connection = "database"
    queue = "default"
    payload = "{}"
    exception = "RuntimeException: Something failed"
