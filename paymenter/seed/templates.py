# ruff: noqa: E501
"""Our own wording of Paymenter's twelve notifications, in the subset of Blade that we render.

PHP renders the same rows, so nothing here may be beyond it.
"""

TEMPLATES = (
    {
        "key": "new_login_detected",
        "subject": "Sign-in from a new device",
        "in_app_title": "Sign-in from a new device",
        "mail_enabled": "force",
        "in_app_enabled": "choice_off",
        "body": """\
# Sign-in from a new device

Somebody signed in to your account.

- Address: {{ $ip }}
- Browser: {{ $device }}
- When: {{ $time }}

Not you? [Choose a new password]({{ route('password.request') }}).""",
        "in_app_body": "{{ $device }} signed in from {{ $ip }} at {{ $time }}.",
        "edit_preference_message": "Tell me when a new device signs in",
        "in_app_url": "{{ url('/account/security') }}",
    },
    {
        "key": "new_invoice_created",
        "subject": "An invoice for you",
        "in_app_title": "An invoice for you",
        "mail_enabled": "choice_on",
        "in_app_enabled": "choice_on",
        "body": """\
# An invoice for you

Amount due: **{{ $total }}**

| What | How many | Each |
| --- | --- | --- |
@foreach ($items as $item)
| {{ $item->description }} | {{ $item->quantity }} | {{ $item->price }} |
@endforeach

<a class="button" href="{{ route('invoices.show', $invoice) }}">Open the invoice</a>

@if($has_subscription)
It is paid automatically.
@endif""",
        "in_app_body": "There is an invoice of {{ $total }} for you.",
        "edit_preference_message": "Tell me about each invoice",
        "in_app_url": "{{ route('invoices.show', $invoice) }}",
    },
    {
        "key": "invoice_paid",
        "subject": "We received your payment",
        "in_app_title": "Payment received",
        "mail_enabled": "choice_on",
        "in_app_enabled": "choice_on",
        "body": """\
# Thank you

Your payment of **{{ $invoice->formattedTotal }}** has arrived.

<a class="button" href="{{ route('invoices.show', $invoice) }}">Open the invoice</a>""",
        "in_app_body": "Invoice {{ $invoice->id }} of {{ $invoice->formattedTotal }} is settled.",
        "edit_preference_message": "Tell me when a payment arrives",
        "in_app_url": "{{ route('invoices.show', $invoice) }}",
    },
    {
        "key": "invoice_payment_failed",
        "subject": "A payment did not go through",
        "in_app_title": "A payment did not go through",
        "mail_enabled": "choice_on",
        "in_app_enabled": "choice_on",
        "body": """\
# A payment did not go through

Invoice total: **{{ $invoice->formattedTotal }}**

<a class="button" href="{{ route('invoices.show', $invoice) }}">Try again</a>""",
        "in_app_body": "Invoice {{ $invoice->id }} could not be charged.",
        "edit_preference_message": "Tell me when a charge fails",
        "in_app_url": "{{ route('invoices.show', $invoice) }}",
    },
    {
        "key": "new_order_created",
        "subject": "Your order",
        "in_app_title": "Your order",
        "mail_enabled": "choice_on",
        "in_app_enabled": "choice_on",
        "body": """\
# Your order

| What | How many | Each |
| --- | --- | --- |
@foreach ($items as $item)
| {{ $item->product->name }} | {{ $item->quantity }} | {{ $item->formattedPrice }} |
@endforeach""",
        "in_app_body": "Your order has been placed.",
        "edit_preference_message": "Confirm my orders",
        "in_app_url": "{{ route('services') }}",
    },
    {
        "key": "new_server_created",
        "subject": "Ready to use",
        "in_app_title": "Ready to use",
        "mail_enabled": "force",
        "in_app_enabled": "choice_on",
        "body": """\
# Ready to use

- {{ $service->product->name }}

@isset($service->product->email_template)
{!! Str::markdown(Illuminate\\View\\Compilers\\BladeCompiler::render($service->product->email_template, get_defined_vars()['__data'])) !!}
@endisset""",
        "in_app_body": "{{ $service->product->name }} is ready.",
        "edit_preference_message": "Tell me when a service is ready",
        "in_app_url": "{{ route('services.show', $service) }}",
    },
    {
        "key": "server_suspended",
        "subject": "On hold",
        "in_app_title": "On hold",
        "mail_enabled": "force",
        "in_app_enabled": "choice_on",
        "body": """\
# On hold

{{ $service->product->name }} is on hold until its invoice is settled.""",
        "in_app_body": "{{ $service->product->name }} is on hold until its invoice is settled.",
        "edit_preference_message": "Tell me when a service is put on hold",
        "in_app_url": "{{ route('services.show', $service) }}",
    },
    {
        "key": "server_terminated",
        "subject": "Ended",
        "in_app_title": "Ended",
        "mail_enabled": "force",
        "in_app_enabled": "choice_on",
        "body": """\
# Ended

{{ $service->product->name }} has ended.

<a class="button" href="{{ route('tickets.create') }}">Ask us</a>""",
        "in_app_body": "{{ $service->product->name }} has ended.",
        "edit_preference_message": "Tell me when a service ends",
        "in_app_url": "{{ route('services.show', $service) }}",
    },
    {
        "key": "new_ticket_message",
        "subject": "[Ticket #{{ $ticketMessage->ticket_id }}] An answer",
        "in_app_title": "An answer",
        "mail_enabled": "choice_on",
        "in_app_enabled": "choice_on",
        "body": """\
# An answer

From {{ $ticketMessage->user->name }}:

{!! Str::markdown($ticketMessage->message, ['html_input' => 'strip', 'allow_unsafe_links' => false]) !!}""",
        "in_app_body": "Ticket {{ $ticketMessage->ticket_id }} has an answer.",
        "edit_preference_message": "Tell me about answers",
        "in_app_url": "{{ route('tickets.show', $ticketMessage->ticket_id) }}",
    },
    {
        "key": "email_verification",
        "subject": "Confirm your address",
        "in_app_title": None,
        "mail_enabled": "force",
        "in_app_enabled": "never",
        "body": """\
# Confirm your address

<a class="button" href="{{ $url }}">Confirm</a>

The link works for an hour.""",
        "in_app_body": None,
        "edit_preference_message": None,
        "in_app_url": None,
    },
    {
        "key": "password_reset",
        "subject": "Choose a new password",
        "in_app_title": None,
        "mail_enabled": "force",
        "in_app_enabled": "never",
        "body": """\
# Choose a new password

<a class="button" href="{{ $url }}">Choose</a>

The link works for an hour.""",
        "in_app_body": None,
        "edit_preference_message": None,
        "in_app_url": None,
    },
    {
        "key": "service_cancellation_received",
        "subject": "We note your cancellation",
        "in_app_title": "We note your cancellation",
        "mail_enabled": "choice_on",
        "in_app_enabled": "choice_on",
        "body": """\
# We note your cancellation

- {{ $service->product->name }}
@if($cancellation->reason)
- Because: {{ $cancellation->reason }}
@endif
- On {{ $cancellation->created_at->format('F j, Y, g:i A') }}

@if($cancellation->type === 'end_of_period')
It stays on until {{ $service->expires_at->format('F j, Y') }}.
@else
It ends now.
@endif""",
        "in_app_body": "Your cancellation of {{ $service->product->name }} is noted.",
        "edit_preference_message": "Confirm my cancellations",
        "in_app_url": "{{ route('services.show', $service) }}",
    },
)

# What Paymenter has no template for. No rows: they count until staff store one of the same key,
# which then rewords them or, not enabled, silences them.
OURS = (
    {
        "key": "invoice_reminder",
        "subject": "An invoice waits to be paid",
        "in_app_title": "An invoice waits to be paid",
        "mail_enabled": "choice_on",
        "in_app_enabled": "choice_on",
        "body": """\
# An invoice waits to be paid

Still to be paid: **{{ $invoice->formattedRemaining }}**, by {{ $invoice->due_at->format('F j, Y') }}.

<a class="button" href="{{ route('invoices.show', $invoice) }}">Open the invoice</a>

If you have paid in the last days, there is nothing to do.""",
        "in_app_body": "{{ $invoice->formattedRemaining }} is to be paid by {{ $invoice->due_at->format('F j, Y') }}.",
        "edit_preference_message": "Remind me of unpaid invoices",
        "in_app_url": "{{ route('invoices.show', $invoice) }}",
    },
)
