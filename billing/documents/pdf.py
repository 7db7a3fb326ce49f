"""PDFs from the template invoice.typ, by one compiler in each process.

The template sees its own directory and what is handed to it, nothing else: no other file, no font
of the machine, no network. So the same invoice is the same file everywhere.
"""

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).resolve().parent / "templates"
FONTS = Path(__file__).resolve().parent / "fonts"
FAMILIES = (
    *("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew"),
    *("Noto Sans Devanagari", "Noto Sans Bengali", "WenQuanYi Micro Hei"),
)

MOST_TAGGED = 1000  # lines; the tags for screen readers make large files ten times larger

Form = Literal["pdf", "png"]

log = logging.getLogger(__name__)

_lock = Lock()  # a compiler serves one at a time


class Unprintable(Exception):
    """The text says what the compiler could not set, such as a letter that no font has."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be printed: the template's data, a logo (PNG, JPEG, WebP, GIF, SVG), and the
    XML that makes a PDF/A-3 of it."""

    data: dict[str, Any]
    made_at: datetime
    logo: bytes | None = None
    xml: bytes | None = field(default=None, repr=False)


def printed(job: Job) -> bytes:
    """The PDF. A logo that is no picture is left out; raises Unprintable."""
    return _rendered(job, "pdf")[0]


def pictured(job: Job, pixels_per_inch: int = 72) -> list[bytes]:
    """The pages as PNG."""
    return _rendered(job, "png", pixels_per_inch)


def _rendered(job: Job, form: Form, pixels_per_inch: int = 72) -> list[bytes]:
    try:
        return _compiled(job, job.logo, form, pixels_per_inch)
    except Unprintable as error:
        if job.logo is None:
            raise
        pages = _compiled(job, None, form, pixels_per_inch)
        log.error("The logo is left out of invoices, it cannot be printed: %s", error)
        return pages


def _compiled(job: Job, logo: bytes | None, form: Form, pixels_per_inch: int) -> list[bytes]:
    import typst  # noqa: PLC0415 (not needed to start)

    with _lock:
        try:
            made = _compiler().compile(
                sys_inputs=_inputs(job, logo),
                format=form,
                ppi=pixels_per_inch,
                pdf_standards=["a-3b"] if job.xml else [],
                pdf_tags=len(job.data["lines"]) <= MOST_TAGGED,
                timestamp=int(job.made_at.timestamp()),
            )
        except typst.TypstError as error:
            raise Unprintable(error.message) from None
    return made if isinstance(made, list) else [made or b""]


def _inputs(job: Job, logo: bytes | None) -> dict[str, str]:
    inputs = {"data": json.dumps(job.data), "fonts": json.dumps(families())}
    if logo is not None:
        inputs["logo"] = json.dumps(list(logo))
    if job.xml is not None:
        inputs["xml"] = job.xml.decode()
    return inputs


def families() -> list[str]:
    """In the order in which a letter is looked for; then every other font there is."""
    return [*settings.INVOICE_FONTS, *FAMILIES]


@cache
def _compiler() -> "typst.Compiler":
    return compiler()


def compiler() -> "typst.Compiler":
    """A new one. It sees the templates and the fonts named here."""
    import typst  # noqa: PLC0415

    paths = [str(FONTS), *map(str, settings.INVOICE_FONT_DIRS)]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=paths)
    return typst.Compiler(TEMPLATES / "invoice.typ", root=TEMPLATES, font_paths=fonts)
