"""What a server module is: the class that makes, stops and removes what a service runs on.

This text is the manual for authors of modules; docs/servers.md has an example.

* A module is made anew for each call, with the settings of its server (`self.settings`).
* Each call concerns one service and gets a `Subject`: what to build, and for whom.
* A call may be repeated: the process may die after the panel has answered and before we noted it.
  So each is written to be safe when it was carried out before: `create` looks for the server of
  this service first, `terminate` of what is gone succeeds.
* What fails raises `ServerError`; its text is shown to staff. Any other exception is a fault of the
  module, treated in the same way. Until then the call is tried again, later and later; with
  `permanent=True` it is not, and waits for staff.
* A call has two minutes. Use timeouts below that for each request.
* What the module must remember is a property of the service: `subject.remember("server_uuid", id)`.
  It is stored at once, also when the call fails afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

Values = Mapping[str, Any]


class ServerError(Exception):
    """The panel refused or did not answer. `permanent`: trying again cannot help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class ConfigField:
    """One input of a form: of the server, of a product, or of the checkout.

    `type`: text, password, email, number, textarea, select, radio, checkbox, tags, color, file.
    `options` are values with their labels. `rules` are Laravel's (`"integer|min:1"`; those that a
    checkout knows are listed in billing/rules/checkout_fields.py, `domain` among them). `encrypted`
    counts for the settings of a server: they are stored encrypted and never shown.
    """

    name: str
    label: str
    type: str = "text"
    required: bool = False
    default: Any = None
    description: str = ""
    placeholder: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    multiple: bool = False
    rules: str = ""
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    id: int
    first_name: str
    last_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A service, as its module sees it.

    `settings`: the product's options for this module. `properties`: what the client chose and what
    the module remembered; a config option is under its `env_variable` and wins over a property of
    the same name. `quantity` units were bought.
    """

    service_id: int
    status: str
    quantity: int
    label: str
    client: Client
    settings: Values
    properties: Values
    remember: Callable[[str, str], None] = field(repr=False, compare=False)
    forget: Callable[[str], None] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Action:
    """A button on the service's page: `url` is opened, or `call` names a method of the module that
    answers with the URL to open."""

    label: str
    url: str = ""
    call: str = ""


class Server:
    """Every method but `create` and `terminate` may be left out."""

    name: ClassVar[str]

    def __init__(self, settings: Values) -> None:
        self.settings = settings

    def create(self, subject: Subject) -> Values | None:
        """Makes the server. The result are variables of the mail that tells the client."""
        raise NotImplementedError

    def terminate(self, subject: Subject) -> Values | None:
        """Removes it for good, also where it was never or only half made."""
        raise NotImplementedError

    def suspend(self, subject: Subject) -> Values | None:
        raise NotImplementedError

    def unsuspend(self, subject: Subject) -> Values | None:
        raise NotImplementedError

    def upgrade(self, subject: Subject) -> Values | None:
        """Settings and properties are the new ones already."""
        raise NotImplementedError

    def test_connection(self) -> None:
        """Returns when the settings work, else raises ServerError."""

    @classmethod
    def configuration(cls, values: Values) -> Sequence[ConfigField]:
        """The settings of a server: address, key. `values` are those entered so far."""
        return ()

    def product_options(self, values: Values) -> Sequence[ConfigField]:
        """What staff choose for a product; may ask the panel."""
        return ()

    def checkout_fields(self, settings: Values, values: Values) -> Sequence[ConfigField]:
        """What the client is asked when he orders; asked again, with his answers, when he checks
        out. An exception blocks the order: nobody orders what cannot be made."""
        return ()

    def actions(self, subject: Subject) -> Sequence[Action]:
        """Buttons on the page of an active service."""
        return ()
