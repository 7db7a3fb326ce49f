import pytest

from accounts.rules.properties import split, text_of


@pytest.mark.parametrize(
    ("rules", "value", "text"),
    [
        ("string|max:3", "abc", None),
        ("string|max:3", "abcd", "The my field field must not be greater than 3 characters."),
        ("string", 5, "The my field field must be a string."),
        ("numeric|min:3", "2", "The my field field must be at least 3."),
        ("numeric|min:3", 3.5, None),
        ("min:3", "ab", "The my field field must be at least 3 characters."),
        ("min:x", "ab", "The my field field cannot be checked: its rule min is not known."),
        ("integer", "1.5", "The my field field must be an integer."),
        ("email", "a@b", None),
        ("email", "x", "The my field field must be a valid email address."),
        ("url", "https://example.com/a?b", None),
        ("url", "javascript:alert(1)", "The my field field must be a valid URL."),
        ("date", "2026-02-30", "The my field field must be a valid date."),
        ("boolean", "2", "The my field field must be true or false."),
        ("in:a,b", "b", None),
        ("in:a,b", "c", "The selected my field is invalid."),
        ("alpha", "äb", None),
        ("alpha", "a1", "The my field field must only contain letters."),
        ("alpha_num", "a-1", "The my field field must only contain letters and numbers."),
        ("digits:2", "1a", "The my field field must be 2 digits."),
        ("regex:/^(a|b)+$/i", "ABBA", None),
        ("nullable|regex:/^a$/", "b", "The my field field format is invalid."),
        ("regex:/(/", "b", "The my field field cannot be checked: its rule regex is not known."),
        ("regex:/a/e", "a", "The my field field cannot be checked: its rule regex is not known."),
        (
            "active_url",
            "a",
            "The my field field cannot be checked: its rule active_url is not known.",
        ),
        ("", "anything", None),
        ("", ["a"], "The my field field format is invalid."),
        ("", "ä" * 32_767, None),
        ("", "ä" * 32_768, "The my field field must not be greater than 65535 bytes."),
        ("", "a\0b", "The my field field format is invalid."),
    ],
)
def test_rules(rules, value, text):
    assert text_of("my_field", value, required=False, rules=rules) == text


@pytest.mark.parametrize("value", [None, "", "  ", []])
def test_missing_values_are_only_asked_for_where_required(value):
    assert text_of("a", value, required=False, rules="email") is None
    assert text_of("a", value, required=True, rules="") == "The a field is required."


def test_a_regular_expression_may_hold_the_separator():
    assert split("string | max:5|regex:/a|b/") == ["string", "max:5", "regex:/a|b/"]
