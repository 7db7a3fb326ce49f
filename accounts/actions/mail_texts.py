"""Texts of mails: staff's templates between header and footer (Paymenter: NotificationHelper)."""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from paymenter import options
from paymenter.laravel.blade import Html, TemplateError, escaped, render

MAX_BODY = 300_000  # characters, of which Markdown takes about a second

log = logging.getLogger(__name__)

_BLANKS = " \t\n\r\0\x0b"


def subject_of(template: str, data: Mapping[str, Any]) -> str:
    """HTML-escaped, as Paymenter's."""
    return render(template, data)


def html_of(template: str, data: Mapping[str, Any]) -> str:
    """A whole mail. What `{{ }}` prints is no Markdown, whatever signs it has."""
    return page(render(template, {**data, "body": template}, escape=printed))


def page(text: str) -> str:
    """Markdown between header and footer, which know nothing of the mail."""
    from paymenter.laravel import markdown  # takes a tenth of a second to load

    if len(text) > MAX_BODY:
        raise TemplateError(1, f"a mail of more than {MAX_BODY} characters")
    html = markdown.to_html(text.strip(_BLANKS))
    return f"{_part('header')}\n{html}\n{_part('footer')}\n".lstrip(_BLANKS)


def printed(value: object) -> str:
    from paymenter.laravel import markdown

    found = escaped(value)
    return found if isinstance(value, Html) else markdown.literal(found)


def _part(name: str) -> str:
    """The setting; ours where it cannot be rendered here, as no mail waits for its frame."""
    try:
        return render(str(options.get(f"mail_{name}", "")), {})
    except TemplateError as error:
        log.warning("The setting mail_%s is not used: %s", name, error)
        return render(_own(name), {})


@cache
def _own(name: str) -> str:
    return files("paymenter.seed").joinpath("mail", f"{name}.html").read_text("utf-8")
