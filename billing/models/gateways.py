from typing import Any, ClassVar

from paymenter.db.models import LaravelModel
from paymenter.models import Extension, ExtensionManager


class Gateway(Extension):
    """A way to pay: an extension of that type. `with_trashed` shows deleted ones of all types."""

    objects: ClassVar[Any] = ExtensionManager(Extension.Type.GATEWAY)

    class Meta(LaravelModel.Meta):
        proxy = True
        verbose_name = "gateway"
