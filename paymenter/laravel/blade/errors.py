class TemplateError(Exception):
    """The template is not within what we render, or goes wrong with these values."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        self.message = message
        super().__init__(f"line {line}: {message}")


class Problem(Exception):
    """What a template asks for cannot be given; `render` adds the line."""
