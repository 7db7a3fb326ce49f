"""Adapters of the vocabulary A: prices, options, coupons, carts, checkout, upgrades."""

from billing.tests.golden.registry import Operations

operation = Operations("storefront")
