"""Adapters of the vocabulary B: payments, credits, invoices, services, the daily run."""

from billing.tests.golden.registry import Operations

operation = Operations("backoffice")
