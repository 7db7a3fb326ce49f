from typing import Any, ClassVar

from paymenter.db.models import LaravelModel
from paymenter.models import Extension, ExtensionManager


class Server(Extension):
    """What provisions services: an extension of that type. `with_trashed` shows all types."""

    objects: ClassVar[Any] = ExtensionManager(Extension.Type.SERVER)

    class Meta(LaravelModel.Meta):
        proxy = True
        verbose_name = "server"
