"""Whole lives: what becomes of a shop and its clients over months, on a clock that is moved."""
