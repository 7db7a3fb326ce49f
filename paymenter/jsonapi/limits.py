"""How much one answer may hold."""

PER_PAGE = 15
MOST_PER_PAGE = 1000
