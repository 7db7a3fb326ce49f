"""GitHub-flavoured Markdown as Paymenter's mails use it (league/commonmark)."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

# GFM, "disallowed raw HTML"
_UNSAFE_TAG = re.compile(
    r"<(?=/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)(?:[\s/>]|$))",
    re.IGNORECASE,
)
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>|<[!?][^>]*>", re.DOTALL)
_ADDRESS = re.compile(
    r"(?<![^\s*_~(])(?:(?:https?|ftp)://|www\.)[^\s<]+"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]*\w)+",
    re.IGNORECASE | re.ASCII,
)
_TRAILING = "?!.,:*_~'\""


def to_html(text: str, *, raw_html: bool = True) -> str:
    """`raw_html`: HTML in the text passes, but for the tags that GFM filters; else it is taken
    out, and links to scripts and data lose their address."""
    return str((_open() if raw_html else _strict()).render(text))


@cache
def _open() -> MarkdownIt:
    found = _converter()
    found.validateLink = lambda url: True  # type: ignore[method-assign]
    found.add_render_rule("html_block", _filtered)
    found.add_render_rule("html_inline", _filtered)
    return found


@cache
def _strict() -> MarkdownIt:
    found = _converter()
    found.add_render_rule("html_block", _stripped)
    found.add_render_rule("html_inline", _stripped)
    return found


def _converter() -> MarkdownIt:
    found = MarkdownIt("commonmark", {"xhtmlOut": True}).enable(["table", "strikethrough"])
    found.core.ruler.after("text_join", "autolink", _autolink)
    for name in ("th_open", "td_open"):
        found.add_render_rule(name, _aligned)
    for name in ("s_open", "s_close"):
        found.add_render_rule(name, _deleted)
    return found


def _filtered(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any
) -> str:
    return _ended(tokens[at], _UNSAFE_TAG.sub("&lt;", tokens[at].content))


def _stripped(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any
) -> str:
    return _ended(tokens[at], _TAG.sub("", tokens[at].content).replace("<", "&lt;"))


def _ended(token: Token, html: str) -> str:
    """Blocks end with a line break, also the last one."""
    return html if token.type == "html_inline" else html.rstrip("\n") + "\n"


def _aligned(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any
) -> str:
    token = tokens[at]
    style = str(token.attrs.pop("style", ""))
    if style:
        token.attrSet("align", style.removeprefix("text-align:"))
    return renderer.renderToken(tokens, at, options, env)


def _deleted(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any
) -> str:
    return "<del>" if tokens[at].nesting == 1 else "</del>"


def _autolink(state: StateCore) -> None:
    """Addresses that stand in the text become links."""
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_linked(block.children))


def _linked(tokens: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type == "text" and not depth:
            yield from _parts(token.content)
        else:
            yield token


def _parts(text: str) -> Iterator[Token]:
    end = 0
    for found in _ADDRESS.finditer(text):
        address = _without_trailing(found[0])
        if found.start() > end:
            yield _text(text[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": _target(address)})
        yield _text(address)
        yield Token("link_close", "a", -1)
        end = found.start() + len(address)
    if end < len(text):
        yield _text(text[end:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _target(address: str) -> str:
    if address.lower().startswith("www."):
        return f"http://{address}"
    return address if "://" in address else f"mailto:{address}"


def _without_trailing(address: str) -> str:
    """Punctuation of the sentence, and a bracket that was opened before the address."""
    unopened = address.count(")") - address.count("(")
    end = len(address)
    while end and (address[end - 1] in _TRAILING or (address[end - 1] == ")" and unopened > 0)):
        end -= 1
        unopened -= address[end] == ")"
    return address[:end]


# Values that are printed into Markdown

_SIGNS = {sign: f"&#{ord(sign)};" for sign in "\\`*_[]~|"}
_TABLE = str.maketrans(_SIGNS)
_LINE_START = re.compile(r"(?m)^([ \t]*)([-+#=])")
_NUMBERED = re.compile(r"(?m)^([ \t]*\d{1,9})([.)])(?=\s|$)")


def literal(html: str) -> str:
    """Escaped HTML in which nothing is Markdown any more: it is shown as it was written, in text as
    in an attribute of a tag."""
    found = html.translate(_TABLE)
    found = _LINE_START.sub(_numeric, found)
    return _NUMBERED.sub(_numeric, found)


def _numeric(found: re.Match[str]) -> str:
    return f"{found[1]}&#{ord(found[2])};"
