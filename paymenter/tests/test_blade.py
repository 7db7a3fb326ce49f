"""Blade as PHP renders it, and what is refused."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import User
from billing.actions import shown
from billing.models import Currency, Invoice, Service
from paymenter import options
from paymenter.db.presented import present
from paymenter.laravel.blade import Collection, Html, Problem, TemplateError, Values, check, render
from paymenter.laravel.blade.dates import formatted
from paymenter.laravel.routes import RouteError, route
from paymenter.models import Setting
from paymenter.seed.templates import TEMPLATES
from paymenter.tests.formats import recorded
from paymenter.tests.rows import load_case

pytestmark = pytest.mark.django_db  # settings are read

FILE = "templates.json"
MODELS: dict[str, Any] = {"Invoice": Invoice, "Service": Service, "User": User}

# what PHP does with these and we refuse, with our words
REFUSED = {
    "template-syntax-16": "@for is not available",
    "template-syntax-29": "@php is not available",
    "template-syntax-32": "@class is not available",
    "template-syntax-47": "fn() is not available in templates",
    "template-syntax-56": "a whole record cannot be printed; name one of its attributes",
}
# both fail, in other words
REWORDED = {
    "template-syntax-26": "the template ends before @endif",
    "template-syntax-54": "@include is not available",
}
# a password cannot be read, so it is as long as nothing
REPAIRED = {"template-syntax-55": "no"}


def value_of(given: Any) -> Any:
    """The recorded variables: `$model`, `$price` and so on."""
    match given:
        case {"$model": model, "id": key}:
            return present(MODELS[model].objects.get(pk=key), shown.CATALOGUE)
        case {"$items_of": key}:
            items = Invoice.objects.get(pk=key).items.order_by("pk")
            return present(Collection(items), shown.CATALOGUE)
        case {"$price": amount, "currency": code}:
            return shown.price(Decimal(amount), Currency.objects.get(pk=code))
        case {"$date": text}:
            return datetime.fromisoformat(text).replace(tzinfo=options.zone())
        case {"$html": text}:
            return Html(text)
        case dict():
            return {key: value_of(value) for key, value in given.items()}
        case list():
            return [value_of(value) for value in given]
    return given


def outcome(template: str, data: dict[str, Any]) -> str:
    try:
        return render(template, data)
    except TemplateError as error:
        return f"error: {error.message}"


@pytest.mark.parametrize("case", recorded("template.render", file=FILE))
def test_template_renders_as_recorded(case):
    load_case(case)
    args, want = case["operation"]["args"], case["outcome"]["return"]
    if case["outcome"]["exception"]:
        want = "error: " + case["outcome"]["exception"]["message"]
        want = want.removesuffix(" (inline template)")
    for ours in (REFUSED, REWORDED):
        want = f"error: {ours[case['id']]}" if case["id"] in ours else want
    want = REPAIRED.get(case["id"], want)
    with time_machine.travel(datetime.fromisoformat(case["now"]), tick=False):
        data = {name: value_of(value) for name, value in dict(args["data"]).items()}
        assert outcome(args["template"], data) == want


@pytest.mark.parametrize("case", recorded("template.mail", file=FILE))
def test_subject_renders_as_recorded(case):
    load_case(case)
    args = case["operation"]["args"]
    data = {name: value_of(value) for name, value in dict(args["data"]).items()}
    assert render(args["subject"], data) == case["outcome"]["return"]["subject"]


DATA: dict[str, Any] = {
    "name": "Ann <b>",
    "none": None,
    "zero": "0",
    "list": ["a", "b", "c", "d"],
    "map": {"x": {"y": 1}},
    "rows": Collection([Values({"n": 1, "t": "a"}), Values({"n": 2, "t": "b"})]),
    "empty": Collection(),
    "day": datetime(2026, 3, 31, 14, 5, 9, tzinfo=ZoneInfo("Europe/Berlin")),
    "html": Html("<i>"),
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        # echoes
        ("{{$name}}", "Ann &lt;b&gt;"),
        ("{{ $html }}{!! $name !!}", "<i>Ann <b>"),
        ("{{{ $name }}}", "Ann &lt;b&gt;"),
        ("{{ 'a' . 1 . \"\\n\" . 'b' }}", "a1\nb"),
        ('{{ "\\$x \\"q\\"" }}', "$x &quot;q&quot;"),
        ("{{ never closed", "{{ never closed"),
        ("a {{ $zero }}\n b", "a 0\n b"),
        ("@verbatim{{ $x }} @if @endverbatim.", "{{ $x }} @if ."),
        ("@@if (x) @{!! y !!}", "@if (x) {!! y !!}"),
        ("ann@if.example @media (x) { }", "ann@if.example @media (x) { }"),
        # null and missing
        ("{{ $missing ?? $none ?? 'c' }}", "c"),
        ("{{ $map['x']['z'] ?? 'no' }}{{ $map['x']['y'] ?? 'no' }}", "no1"),
        ("{{ $none?->a?->b ?? 'x' }}|{{ $none?->a->b }}", "x|"),
        ("{{ $none?->format('Y') }}.", "."),
        ("{{ isset($map['x'], $none) ? 1 : 2 }}{{ empty($missing->a) ? 3 : 4 }}", "23"),
        ("{{ $name ?: 'x' }}{{ $zero ?: 'x' }}", "Ann &lt;b&gt;x"),
        # operators
        (
            "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 % 3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ -2 }}",
            "7 9 1 3.5 3 -2",
        ),
        ("{{ '1.50' * 2 }} {{ 0.1 + 0.2 }} {{ 10000000000000000000.0 }}", "3 0.3 1.0E+19"),
        ("{{ '5' == 5 }}{{ '5' === 5 }}{{ null == false }}{{ 'a' == 0 }}", "11"),
        ("{{ !$none && true }}{{ $none || $zero }}.", "1."),
        ("{{ 'a' . 1 + 2 }}", "a3"),
        ("{{ 2 > 1 ? 'x' : 'y' }}{{ 'abc' < 'abd' }}{{ '10' >= '9' }}", "x11"),
        # blocks
        ("@if($none)a @elseif($zero)b @else c @endif", "c "),
        ("@unless($none)a @else b @endunless", "a "),
        ("@isset($none)a @else b @endisset", "b "),
        ("@empty($list)a @else b @endempty", "b "),
        ("@foreach($list as $x)@continue($x == 'b')@break($x === 'd'){{ $x }}@endforeach", "ac"),
        ("@foreach($map as $k => $v)\n{{ $k }}\n@endforeach\n.", "x\n."),
        ("@forelse($empty as $x)x @empty none @endforelse", "none "),
        ("@forelse($list as $x){{ $x }}@empty none @endforelse", "abcd"),
        ("@switch(2) @case(1) a @break @case(2) b @break @default c @endswitch", "b "),
        ("@switch(9) @case(1) a @break @default c @endswitch", "c "),
        ("@if(count($list) > 3 && in_array('a', $list))x @endif", "x "),
        (
            "@json(['a' => '<\\'&>', 'b' => [1, null]])",
            '{"a":"\\u003C\\u0027\\u0026\\u003E","b":[1,null]}',
        ),
        # functions and methods
        ("{{ $rows->sum('n') }}{{ $rows->pluck('t')->join(', ', ' and ') }}", "3a and b"),
        ("{{ $rows->where('n', '2')->first()->t }}{{ $empty->first()?->t }}", "b"),
        ("{{ $rows->isEmpty() ? 1 : 2 }}{{ $empty->isNotEmpty() ? 1 : 2 }}", "22"),
        ("{{ $day->format('D, d M Y H:i:s O') }}", "Tue, 31 Mar 2026 14:05:09 +0200"),
        (
            "{{ $day->addMonth()->format('Y-m-d') }} {{ $day->subDays(31)->toDateString() }}",
            "2026-05-01 2026-02-28",
        ),
        ("{{ implode('-', $list) }} {{ max(3, 12) }} {{ round(2.345, 2) }}", "a-b-c-d 12 2.35"),
        ("{{ number_format('1234.5') }} {{ number_format(0.5, 1, ',', '.') }}", "1,235 0,5"),
        ("{{ __('Hello :name', ['name' => 'Bo']) }}", "Hello Bo"),
        ("{{ Str::limit('abc', 2) }} {{ ucwords('a b') }} {{ trim('  x ') }}", "ab... A B x"),
    ],
)
def test_subset_follows_php(template, text):
    assert render(template, DATA) == text


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("a\n\n{{ $x->y }}", 3, "Undefined variable $x"),
        ("a\n@if(true)\n{{ $name->y }}\n@endif", 3, 'Attempt to read property "y" on text'),
        ("{{ $list[9] }}", 1, "Undefined array key 9"),
        ("{{ $list }}", 1, "an array cannot be printed"),
        ("{{ $rows->first() }}", 1, "a whole record cannot be printed; name one of its attributes"),
        ("{{ 1 / 0 }}", 1, "Division by zero"),
        ("{{ 'a' * 2 }}", 1, "text is no number"),
        ("@foreach($name as $x)@endforeach", 1, "text cannot be looped over"),
        ("{{ $day->timezone('UTC') }}", 1, "a date has no timezone()"),
        ("{{ $rows->map('x') }}", 1, "a collection has no map()"),
        ("{{ route('nowhere') }}", 1, "Route [nowhere] not defined."),
        ("{{ config('app.key') }}", 1, "config('app.key') is not available in templates"),
        (
            "{{ config('settings.mail_password') }}",
            1,
            "config('settings.mail_password') is not available in templates",
        ),
        # not within the subset
        ("a\n{{ system('id') }}", 2, "system() is not available in templates"),
        ("{{ env('APP_KEY') }}", 1, "env() is not available in templates"),
        ("{{ App\\Models\\User::first() }}", 1, "User::first() is not available in templates"),
        ("{{ $x = 1 }}", 1, "`= 1 ` is not understood"),
        ("{{ new Foo }}", 1, "the constant new is not available"),
        ("{{ `id` }}", 1, "``id` ` is not understood"),
        ("{{ $this->x }}", 1, "Undefined variable $this"),
        ('{{ "a $name" }}', 1, "a variable within quotes; put it outside with a dot"),
        ("{{ $a b }}", 1, "`b` is not understood here"),
        ("{{ }}", 1, "the expression ends too early"),
        ("x\n<?php echo 1 ?>", 2, "PHP code is not run"),
        ("<?= 1 ?>", 1, "PHP code is not run"),
        ("<x-alert />", 1, "components (<x-…>) are not available"),
        ("@php($x = 1)", 1, "@php is not available"),
        ("@inject('m', 'Mailer')", 1, "@inject is not available"),
        ("\n@if($name", 2, "a bracket is never closed"),
        ("@endif", 1, "@endif is out of place"),
        ("@if(1)\n@foreach($list as $x)\n@endif", 3, "@endif is out of place"),
        ("@break", 1, "@break outside of a loop"),
        ("@foreach($list)@endforeach", 1, "`as` expected, not ``"),
        ("@switch(1) x @case(1) @endswitch", 1, "text before the first @case"),
        ("@switch(1) @case(1) a @case(2) b @endswitch", 1, "a @case without @break"),
    ],
)
def test_what_is_not_within_the_subset_is_refused(template, line, message):
    with pytest.raises(TemplateError) as caught:
        render(template, DATA)
    assert (caught.value.line, caught.value.message) == (line, message)


NAMES_OF_PYTHON = (
    "{{ $name->__class__ }}",
    "{{ $rows->__class__ }}",
    "{{ $map->items }}",
    "{{ $list->append('x') }}",
    "{{ $day->__reduce__() }}",
    "{{ $rows->first()->_attributes->x }}",
    "{{ $rows['__class__'] }}",
    "{{ variable }}",
    "{{ self.x }}",
    "{{ $name.__class__ }}",
    "{% for x in range(9) %}{% endfor %}{{ cycler.__init__ }}",
)


@pytest.mark.parametrize("template", NAMES_OF_PYTHON)
def test_nothing_of_python_is_within_reach(template):
    with pytest.raises(TemplateError):
        render(template, DATA)


def test_text_of_jinja_is_only_text():
    template = "{% set x = 1 %}{# note #}{%- raw %}"
    assert render(template, {}) == template


def test_variables_may_have_any_name():
    names = ("loop", "self", "class", "def", "None", "variable", "escaped", "context", "_x1")
    template = "".join(f"{{{{ ${name} }}}}" for name in names)
    assert render(template, dict.fromkeys(names, "y")) == "y" * len(names)


# texts of mails that need Markdown within the template
MARKDOWN = {"new_server_created", "new_ticket_message"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["key"])
def test_texts_of_a_fresh_installation_are_within_the_subset(template):
    for name in ("subject", "in_app_title", "in_app_body", "in_app_url", "body"):
        if name != "body" or template["key"] not in MARKDOWN:
            check(template[name] or "")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        *((name, "") for name in ("password", "tfa_secret", "role", "apiKeys", "api_keys", "pk")),
        *((name, "") for name in ("has_permission", "_state", "__class__", "objects", "sessions")),
        ("email", "ann@example.com"),
        ("email_verified_at", "2026-01-01 00:00:00"),
        ("name", "Ann Archer"),
    ],
)
def test_record_shows_what_is_listed_only(name, text):
    user = present(User.objects.get(pk=1), shown.CATALOGUE)
    assert render(f"{{{{ $user->{name} }}}}", {"user": user}) == text


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ $i->items->count() }} {{ $i->total }} {{ $i->remaining }}", "2 2479 2479"),
        ("{{ $i->formattedRemaining }} {{ $i->snapshot?->name }}", "$2,479.00 "),
        ("{{ $i->items[0]->reference->product->category->slug }}", "hosting"),
        ("{{ $i->items->first()->reference->billing_agreement?->name ?? 'hidden' }}", "hidden"),
        ("{{ $i->items->first()->reference->invoiceItems->first()->invoice->number }}", "INV-7"),
        ("{{ $i->user->properties->isEmpty() ? 'none' : 'some' }}", "none"),
    ],
)
def test_relations_are_read_on_the_way(template, text):
    invoice = present(Invoice.objects.get(pk=1), shown.CATALOGUE)
    assert render(template, {"i": invoice}) == text


@pytest.fixture
def shop():
    """An invoice of two lines, the first for a service; the rows of one recording."""
    [case] = [
        found.values[0]
        for found in recorded("template.render", file=FILE)
        if found.id == "template-syntax-35"
    ]
    load_case(case)


@pytest.mark.usefixtures("shop")
def test_model_that_is_not_listed_cannot_be_presented():
    with pytest.raises(Problem, match="a setting is not shown in templates"):
        present(Setting.objects.first(), shown.CATALOGUE)


@pytest.mark.usefixtures("shop")
def test_times_are_those_of_the_installation():
    Setting.objects.filter(key="timezone").update(value="America/New_York")
    options.forget()
    invoice = Invoice.objects.get(pk=1)
    invoice.created_at = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
    text = render("{{ $i->created_at }} {{ $i->due_at }}", {"i": present(invoice, shown.CATALOGUE)})
    assert text == "2026-06-30 22:00:00 2026-04-15 00:00:00"


LOOPS = "@foreach($many as $a)" * 4 + "x" + "@endforeach" * 4
HOSTILE = {
    "ten megabytes": "x" * 10_000_000,
    "openings": "{{ " * 30_000,
    "echoes": "{{1}}" * 20_000,
    "a long list": "{{ [" + "1," * 40_000 + "] }}",
    "raw openings": "{!! {{{ {{-- @{{ " * 5000,
    "brackets in an expression": "{{ " + "(" * 40_000 + " }}",
    "negations": "{{ " + "!" * 40_000 + "$name }}",
    "arrays": "{{ " + "[" * 40_000 + " }}",
    "indexes": "{{ $name" + "[0]" * 20_000 + " }}",
    "a long chain": "{{ $name" + "->a" * 20_000 + " }}",
    "a long sum": "{{ 1" + "+1" * 30_000 + " }}",
    "questions": "{{ " + "$a ?? " * 10_000 + "1 }}",
    "conditions": "{{ " + "1 ? 2 : " * 10_000 + "1 }}",
    "blocks": "@if(1)" * 15_000,
    "loops in loops": "@foreach($many as $a)" * 4_000,
    "many rounds": LOOPS,
    "long output": "@foreach($many as $a){{ $long }}@endforeach",
    "a long text": "{{ str_repeat('x', 1000000000000) }}",
    "a growing text": "{{ str_replace('x', $long, $long) }}",
    "texts of texts": "{{ " + " . ".join(["$long"] * 500) + " }}",
    "a large power": "{{ " + " * ".join(["9999999999999999"] * 50) + " }}",
    "a far date": "{{ $day->addYears(99999999) }}",
    "quotes": "@if('" * 15_000,
    "brackets of directives": "@if(" * 20_000,
    "at signs": "@" * 90_000,
    "a huge number": "{{ " + "9" * 90_000 + " }}",
}
HOSTILE_DATA = DATA | {"many": list(range(1000)), "long": "x" * 50_000}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_template_costs_little_time(name):
    started = time.monotonic()
    assert len(outcome(HOSTILE[name], HOSTILE_DATA)) <= 1_000_000
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("d D j l N S w z", "03 Sun 3 Sunday 7 rd 0 2"),
        ("W F m M n t L o Y y", "53 January 01 Jan 1 31 0 2020 2021 21"),
        ("a A g G h H i s u v", "am AM 12 0 12 00 05 09 000000 000"),
        ("e T I O P p Z U", "Europe/Berlin CET 0 +0100 +01:00 +01:00 3600 1609628709"),
        ("c", "2021-01-03T00:05:09+01:00"),
        ("r", "Sun, 03 Jan 2021 00:05:09 +0100"),
        ("\\Y\\\\ x", "Y\\ x"),
    ],
)
def test_date_letters(letters, text):
    moment = datetime(2021, 1, 3, 0, 5, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert formatted(moment, letters) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-03-31 10:15:00", "0 seconds ago"),
        ("2026-03-31 10:15:01", "1 second from now"),
        ("2026-03-31 09:15:00", "1 hour ago"),
        ("2026-03-25 10:15:00", "6 days ago"),
        ("2026-02-28 10:15:00", "1 month ago"),
        ("2024-03-31 10:15:00", "2 years ago"),
        ("2026-04-07 10:15:00", "1 week from now"),
    ],
)
def test_distance_from_now(moment, text):
    with time_machine.travel(datetime(2026, 3, 31, 10, 15, tzinfo=UTC), tick=False):
        given = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert render("{{ $d->diffForHumans() }}", {"d": given}) == text


@pytest.mark.parametrize(
    ("call", "address"),
    [
        (("home",), "http://localhost"),
        (("services",), "http://localhost/services"),
        (("tickets.show", [5]), "http://localhost/tickets/5"),
        (("invoices.show", ["A 1/2"]), "http://localhost/invoices/A%201%2F2"),
        (
            ("invoices.show", [], {"invoice": 5, "pay": "a&b"}),
            "http://localhost/invoices/5?pay=a%26b",
        ),
        (("profile.security",), "http://localhost/account/security"),
    ],
)
def test_route_gives_the_address(call, address):
    assert route(*call) == address


@pytest.mark.parametrize("call", [("nowhere",), ("tickets.show",), ("tickets.show", [""])])
def test_route_without_address_is_refused(call):
    with pytest.raises(RouteError):
        route(*call)
