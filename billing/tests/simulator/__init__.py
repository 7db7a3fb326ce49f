"""Random lives of random shops, day by day; the same seed lives the same life.

`World` is one of them. People order, pay, cancel and change their minds, staff change settings, the
daily run comes by, processes die in the middle of what they do. After each day the books must
agree (billing.books) and the world outside must agree with them: each payment of the provider
counts once, and each server is in the state of its service (`outside`).
"""
