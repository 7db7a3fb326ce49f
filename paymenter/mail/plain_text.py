"""The text of an HTML mail, for programs and people that read no HTML."""

import re
from html.parser import HTMLParser

_SKIPPED = frozenset({"style", "script", "head", "title"})
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "div", "pre"}
)
_LINES = frozenset({"br", "tr", "li", "blockquote", "hr"})
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")


def of_html(html: str) -> str:
    """Paragraphs with a blank line between, links with their address behind them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._skipped = 0
        self._links: list[tuple[str, int]] = []  # address, and where its text begins
        self._cells = 0

    def text(self) -> str:
        lines = [_BLANKS.sub(" ", line).strip() for line in "".join(self._parts).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self._parts)))
        elif tag == "img":
            self._parts.append(given.get("alt") or "")
        elif tag == "tr":
            self._cells = 0
        self._break(tag)
        if tag == "li":
            self._parts.append("- ")
        elif tag in ("td", "th"):
            self._parts.append("  " if self._cells else "")
            self._cells += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(self._skipped - 1, 0)
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._parts.append(_BLANKS.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._parts.append("\n\n")
        elif tag in _LINES:
            self._parts.append("\n")

    def _end_link(self, address: str, start: int) -> None:
        text = "".join(self._parts[start:]).strip()
        if address and address not in (text, f"mailto:{text}") and not address.startswith("#"):
            self._parts.append(f" ({address})" if text else address)
