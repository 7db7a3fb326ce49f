"""Renders Blade texts that staff wrote for PHP: the subset that Paymenter's own texts need.

Values are plain data and `Record`s; anything of PHP beyond the subset is refused with its line.
Time, output and depth are bounded, so that a bad template costs no more than an error.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from paymenter.laravel.blade.compiler import compile_template
from paymenter.laravel.blade.errors import Problem, TemplateError
from paymenter.laravel.blade.expressions import VARIABLE
from paymenter.laravel.blade.functions import escaped
from paymenter.laravel.blade.runtime import Run
from paymenter.laravel.blade.values import Collection, Html, Later, Record, Values

__all__ = [
    "Collection",
    "Html",
    "Later",
    "Problem",
    "Record",
    "TemplateError",
    "Values",
    "check",
    "escaped",
    "render",
]

MAX_SOURCE = 100_000  # characters; the columns hold 65 535 bytes
MAX_OUTPUT = 1_000_000

_PHP_BLANKS = " \t\n\r\0\x0b"
_WRONG = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)

_environment = ImmutableSandboxedEnvironment(autoescape=False, cache_size=0)
_environment.globals.clear()
_environment.filters.clear()
_environment.tests.clear()


def render(text: str, data: Mapping[str, Any], *, escape: Callable[[object], str] = escaped) -> str:
    """The template with these variables. Whatever is wrong with it is a TemplateError.

    `escape` prints the values of `{{ }}`.
    """
    run = Run(escape, lambda snippet: _rendered(snippet, data, run))
    return _rendered(text, data, run)


def _rendered(text: str, data: Mapping[str, Any], run: Run) -> str:
    template = _compiled(text)
    given = {n: data[n].value if isinstance(data[n], Later) else data[n] for n in _used(text, data)}
    context = template.new_context(
        {VARIABLE + name: value for name, value in given.items()} | run.methods()
    )
    try:
        return "".join(_bounded(template.root_render_func(context))).lstrip(_PHP_BLANKS)
    except Problem as error:
        raise TemplateError(_line(template, error.__traceback__), str(error)) from None
    except _WRONG as error:
        reason = f"cannot be computed: {type(error).__name__}: {error}"
        raise TemplateError(_line(template, error.__traceback__), reason) from error


def _used(text: str, data: Mapping[str, Any]) -> list[str]:
    return [name for name in data if f"${name}" in text]


def check(text: str) -> None:
    """Raises TemplateError where the text is not within the subset."""
    _compiled(text)


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
    if len(text) > MAX_SOURCE:
        raise TemplateError(1, f"a template of more than {MAX_SOURCE} characters")
    try:
        code = _environment.compile(compile_template(text))
    except RecursionError:
        raise TemplateError(1, "the template is nested too deeply") from None
    return Template.from_code(_environment, code, {})


def _bounded(chunks: Iterator[str]) -> Iterator[str]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_OUTPUT:
            raise Problem("the result is too long")
        yield chunk


def _line(template: Template, trace: TracebackType | None) -> int:
    """The line of the template that was being rendered."""
    line = 1
    while trace is not None:
        if trace.tb_frame.f_globals.get("environment") is _environment:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line
