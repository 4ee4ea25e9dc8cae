"""Regular expressions of RE2: what matches, and what is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kwire.broker.regex import InvalidRegex, Regex

NAMES = ["orders-1", "Orders", "orders", "a", "ab", "b", "aab", "_x", "t.1", "t-u", "12", "-", ".", "abcabc"]


@pytest.mark.parametrize(
    ("expression", "matching"),
    [
        ("orders.*", ["orders-1", "orders"]),
        ("orders", ["orders"]),
        ("(?i)ORDERS", ["Orders", "orders"]),
        ("(?i:O)rders", ["Orders", "orders"]),
        ("(?i)o(?-i)rders", ["Orders", "orders"]),
        ("a|b", ["a", "b"]),
        ("a+b", ["ab", "aab"]),
        ("a{2}b", ["aab"]),
        ("(abc){2,}", ["abcabc"]),
        ("(?:abc){0,2}?", ["abcabc"]),
        (r"\d+", ["12"]),
        (r"[\d]{1,2}", ["12"]),
        (r"\pN+", ["12"]),
        (r"\p{Lu}\p{Ll}+", ["Orders"]),
        (r"\P{L}", ["-", "."]),
        (r"\p{^L}", ["-", "."]),
        ("[[:alpha:]]", ["a", "b"]),
        ("[[:^alpha:]]", ["-", "."]),
        (r"\Qt.1\E", ["t.1"]),
        (r"t\.1", ["t.1"]),
        (r"t\x2e1", ["t.1"]),
        (r"t\x{2E}1", ["t.1"]),
        (r"t\0561", ["t.1"]),
        ("t.1", ["t.1"]),
        (r"t\b.\b[u1]", ["t.1", "t-u"]),
        (r"\W", ["-", "."]),
        (r"\Ba", []),
        ("^a$", ["a"]),
        (r"\Aa\z", ["a"]),
        ("a^b", []),
        ("[^a-z]", ["-", "."]),
        ("[]a]", ["a"]),
        ("[a-]", ["a", "-"]),
        ("(?P<x>a)(?<y>b)", ["ab"]),
        ("a{,2}", []),
        (r"\pZ|\s|\t|a", ["a"]),
        ("", []),
        (".*", NAMES),
    ],
)
def test_an_expression_matches_whole_names(expression: str, matching: list[str]) -> None:
    regex = Regex(expression)
    assert [name for name in NAMES if regex.matches(name)] == matching


@pytest.mark.parametrize(
    "expression",
    [
        *("(", ")", "[", "[a", "*", "+a", "?", "a**", "a+*", "a{2}{3}", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)"),
        *(r"(a)\1", r"\Z", r"\y", "a\\", "a{1001}", "a{2,1}", "[z-a]", "[[:best:]]", r"\p{Best}", r"\pX"),
        *(
            "(?P<>a)",
            "(?P=x)",
            "(?z)a",
            "(?i",
            "{2}",
            r"\x{}",
            r"\xg",
            "((a{500}){500}){500}",
        ),
    ],
)
def test_what_re2_does_not_know_is_refused_with_a_reason(
    expression: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InvalidRegex, match=r"\w"):
        Regex(expression)
    assert capfd.readouterr().err == ""


def test_no_expression_takes_long() -> None:
    # With backtracking this would never end.
    assert not Regex("(a*)*(a|aa)+b" * 3).matches("a" * 249)


parts = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a|bc)", "(?:ab)?", "c"])
expressions = st.lists(
    st.builds(lambda part, times: part + times, parts, st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}"])),
    max_size=6,
).map("".join)


@given(expressions, expressions, st.lists(st.text("abc", max_size=8), max_size=20))
@settings(max_examples=200)
def test_where_python_knows_the_same_it_says_the_same(first: str, second: str, names: list[str]) -> None:
    expression = f"{first}|{second}"
    expression = re.sub(r"\)\?(?=[*+?{])", ")", expression)
    regex, other = Regex(expression), re.compile(expression)
    for name in names:
        assert regex.matches(name) == bool(other.fullmatch(name))
