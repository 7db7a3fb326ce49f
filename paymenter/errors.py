"""The one exception that rules and actions raise; each surface shows it in its own way."""


class Refused(Exception):
    """What was asked cannot be done, and why.

    `errors` holds the texts by field name, as Laravel's validator does; without a field the
    message alone is shown. `status` is the HTTP status of the API's answer.
    """

    def __init__(
        self, message: str = "", *, errors: dict[str, list[str]] | None = None, status: int = 422
    ) -> None:
        self.message = message
        self.errors = errors or {}
        self.status = status
        super().__init__(message or "; ".join(t for texts in self.errors.values() for t in texts))

    @classmethod
    def on(cls, field: str, *texts: str) -> "Refused":
        return cls(errors={field: list(texts)})
