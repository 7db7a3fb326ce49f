"""Encrypted values in Python: what the column type `Encrypted` (paymenter.db.fields) is made of."""

from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from paymenter.laravel.crypt import encrypter


class Cipher:
    """An encrypted value as stored. It is decrypted at the first use and never shown in a repr."""

    __slots__ = ("_plain", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain: str | None = None

    def decrypt(self) -> str:
        """Raises DecryptError where no known key fits."""
        if self._plain is None:
            self._plain = encrypter().decrypt_string(self.text)
        return self._plain

    def __repr__(self) -> str:
        return "<encrypted>"


class Decrypted(DeferredAttribute):
    """The attribute of an encrypted column: decrypts when it is read."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        return value.decrypt() if isinstance(value, Cipher) else value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value
