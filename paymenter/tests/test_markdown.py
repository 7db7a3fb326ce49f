"""Markdown of mails: GitHub's flavour, and values that are none of it."""

import re
import time
from html import unescape

import pytest

from paymenter.laravel.blade import TemplateError, check, escaped, render
from paymenter.laravel.markdown import literal, to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("soft\nbreak", "<p>soft\nbreak</p>\n"),
        ("hard  \nbreak", "<p>hard<br />\nbreak</p>\n"),
        ("~~gone~~", "<p><del>gone</del></p>\n"),
        (
            "See www.example.com.",
            '<p>See <a href="http://www.example.com">www.example.com</a>.</p>\n',
        ),
        ("(https://a.example/b_c)", '<p>(<a href="https://a.example/b_c">https://a.example/b_c</a>)'
         "</p>\n"),
        (
            "https://a.example/?x=1&amp;y=2",
            '<p><a href="https://a.example/?x=1&amp;y=2">https://a.example/?x=1&amp;y=2</a></p>\n',
        ),
        ("a@b.example", '<p><a href="mailto:a@b.example">a@b.example</a></p>\n'),
        ("[www.a.example](https://b.example)", '<p><a href="https://b.example">www.a.example</a></p>\n'),
        ("<IFRAME src=x>", "&lt;IFRAME src=x>\n"),
        ("a <script>x</script>", "<p>a &lt;script>x&lt;/script></p>\n"),
        ("<scripty>", "<scripty>\n"),
        ("", ""),
    ],
)  # fmt: skip
def test_as_github_reads_it(text, html):
    assert to_html(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>x</b> y", "<p>x y</p>\n"),
        ("<div onclick=evil()>\nx", "\nx\n"),
        ("<img src=x onerror='evil()'>", "\n"),
        ("[x](javascript:evil())", "<p>[x](javascript:evil())</p>\n"),
        ("<script>evil()</script>", "evil()\n"),
        ("a < b", "<p>a &lt; b</p>\n"),
        ("<div\nonclick=x", "&lt;div\nonclick=x\n"),
    ],
)
def test_foreign_text_brings_no_html(text, html):
    assert to_html(text, raw_html=False) == html


HOSTILE = [
    "[Click](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "**bold** _it_ ~~gone~~ `code`",
    "# Heading",
    "a\n\n# Heading\n\n- item\n1. first\n+ x\n---\n===",
    "| a | b |\n|---|---|\n| c | d |",
    "\\",
    "```\ncode",
    "<b>html</b> &amp; \"quotes\" 'single'",
    "Ann_Bee*",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_printed_value_is_shown_as_it_was_written(value):
    html = to_html("Hi " + literal(escaped(value)) + " there")
    html = re.sub(r'<a href="([^"]*)">\1</a>', r"\1", html)  # an address may be one for all to see
    for tag in ("<a", "<img", "<strong", "<em", "<del", "<code", "<h1", "<ul", "<ol", "<table"):
        assert tag not in html
    shown = unescape(html.replace("<p>", "").replace("</p>", "\n"))
    assert shown.split() == f"Hi {value} there".split()


@pytest.mark.parametrize("value", ["a_b*c", "https://a.example/?x_y=[1]&z=2"])
def test_printed_value_holds_in_an_attribute(value):
    html = to_html(f'<a href="{literal(escaped(value))}">x</a>')
    assert unescape(html.partition('href="')[2].partition('"')[0]) == value


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "*a " * 50_000, "`" * 50_001, "www." + ")" * 50_000, "a." * 50_000,
             "<" * 50_000, "> " * 20_000, "_(" * 30_000]
)  # fmt: skip
def test_hostile_text_takes_bounded_time(text):
    began = time.process_time()
    to_html(text)
    assert time.process_time() - began < 20


# In templates


def test_template_may_convert_markdown():
    text = "{!! Str::markdown($m, ['html_input' => 'strip', 'allow_unsafe_links' => false]) !!}"
    assert render(text, {"m": "**a** <b>x</b>"}) == "<p><strong>a</strong> x</p>\n"


@pytest.mark.parametrize(
    "call",
    [
        r"Illuminate\View\Compilers\BladeCompiler::render($t, get_defined_vars()['__data'])",
        r"\Illuminate\Support\Facades\Blade::render($t, get_defined_vars())",
        "Blade::render($t)",
    ],
)
def test_template_within_a_template_has_its_variables(call):
    assert render("{!! " + call + " !!}", {"t": "Hi {{ $name }}", "name": "A&B"}) == "Hi A&amp;B"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("{{ $missing }}", "in the text included, line 1: Undefined variable $missing"),
        ("@php x() @endphp", "in the text included, line 1: @php is not available"),
        ("{!! Blade::render($t) !!}", "templates within templates within templates"),
    ],
)
def test_template_within_a_template_that_goes_wrong(inner, text):
    with pytest.raises(TemplateError, match=text.replace("$", r"\$")):
        render("{!! Blade::render($t) !!}", {"t": inner})


def test_template_within_a_template_gets_nothing_else():
    with pytest.raises(TemplateError):
        check("{!! Blade::render($t, ['a' => 1]) !!}")
