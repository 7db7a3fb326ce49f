"""How much one answer may hold, and one filter ask for."""

PER_PAGE = 15
MOST_PER_PAGE = 1000
MOST_AT_ONCE = 100  # records that one request creates or deletes
MOST_VALUES = 500  # SQLite nests no more than 1 000 conditions
LONGEST_VALUE = 1000
