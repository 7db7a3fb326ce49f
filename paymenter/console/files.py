"""Images in forms: what is there, a box for another one, and a tick to have none."""

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from paymenter import public_files
from paymenter.errors import Refused

_CLEAR = "-clear"


class ImageWidget(forms.Widget):
    needs_multipart_form = True
    input_type = "file"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        path = value if isinstance(value, str) else ""
        context = {
            "name": name,
            "id": (attrs or {}).get("id", ""),
            "path": path,
            "address": public_files.address(path) if path else "",
            "accept": ",".join(self.attrs.get("kinds", ())),
            "clear": f"{name}{_CLEAR}",
        }
        return mark_safe(render_to_string("console/image.html", context))  # noqa: S308

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if (file := files.get(name)) is not None:
            return file
        return "" if data.get(f"{name}{_CLEAR}") else None

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}{_CLEAR}" not in data


class Image(forms.Field):
    """The path of a stored image: of the one uploaded, else of the one that was there.

    store(content) writes the file and tells its path; it may raise Refused.
    """

    widget = ImageWidget

    def __init__(
        self, store: Callable[[bytes], str], kinds: Collection[str], **options: Any
    ) -> None:
        self.store = store
        super().__init__(required=False, **options)
        endings = sorted({public_files.TYPES[kind] for kind in kinds})
        self.widget.attrs["kinds"] = endings

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data is not None

    def clean(self, value: Any) -> str | None:
        if value is None or value == "":
            return None
        if value.size > public_files.MOST_BYTES:
            raise ValidationError("The file must not be larger than 2 MB.")
        try:
            return self.store(value.read())
        except Refused as refused:
            raise ValidationError(str(refused)) from refused


def image_field(directory: str) -> Callable[[], Image]:
    """Of a record: under a name of its own in `directory`."""

    def store(content: bytes) -> str:
        return public_files.store_new(content, directory, public_files.PHOTOS)

    return lambda: Image(store, public_files.PHOTOS)
