"""Java properties files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kwire.config.properties import Property, parse_properties
from kwire.errors import InvalidSetting


def pairs(text: str) -> list[tuple[str, str]]:
    return [(each.name, each.value) for each in parse_properties(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=b", [("a", "b")]),
        ("a : b", [("a", "b")]),
        ("a b = c", [("a", "b = c")]),
        ("  a\t=\f b ", [("a", "b ")]),
        ("a", [("a", "")]),
        ("a==b", [("a", "=b")]),
        ("# a=b\n ! c=d\n\n e=f", [("e", "f")]),
        ("a=1\r\nb=2\rc=3\n", [("a", "1"), ("b", "2"), ("c", "3")]),
        ("a=b,\\\n    c", [("a", "b,c")]),
        ("a=b\\\n# c", [("a", "b# c")]),
        ("a=b\\\n\nc=d", [("a", "b"), ("c", "d")]),
        ("\\\n# c\na=b", [("a", "b")]),
        ("a=b\\\\\nc=d", [("a", "b\\"), ("c", "d")]),
        ("a=b\\", [("a", "b")]),
        (r"a\ b\=c\:d=e", [("a b=c:d", "e")]),
        (r"a=\t\n\r\f\q\"", [("a", '\t\n\r\fq"')]),
        (r"a=\u00e9\ud83d\ude00", [("a", "é😀")]),
        ("a=x\x1cy\x85z\u2028", [("a", "x\x1cy\x85z\u2028")]),
        ("a=1\na=2", [("a", "1"), ("a", "2")]),
    ],
)
def test_a_text_has_these_properties(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


def test_a_property_knows_its_first_line() -> None:
    assert parse_properties("\n# x\na=\\\n  1\nb=2") == [Property("a", "1", 3), Property("b", "2", 5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x=y\na=\\u12", r"server.properties, line 2: \u must be followed by four hexadecimal digits"),
        ("a=\\uzzzz", r"server.properties, line 1: \u must be followed by four hexadecimal digits"),
        (
            "a=\\ud83d",
            r"server.properties, line 1: a \u escape is half of a character, and the other half is not there",
        ),
        ("\n= b", "server.properties, line 2: there is no name before '= b'"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(text: str, message: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_properties(text, "server.properties")
    assert str(caught.value) == message


def escape(text: str, special: str) -> str:
    """Some way to write a text into a properties file."""
    written = ""
    for position, character in enumerate(text):
        if character in special or (character == " " and position == 0):
            written += "\\" + {"\n": "n", "\r": "r", "\t": "t", "\f": "f"}.get(character, character)
        elif not character.isascii():
            code = character.encode("utf-16-be")
            written += "".join(f"\\u{code[at]:02x}{code[at + 1]:02X}" for at in range(0, len(code), 2))
        else:
            written += character
    return written


SPECIAL = "=:\\\n\r\t\f"
NAMES = st.text(st.characters(codec="utf-8"), min_size=1)
VALUES = st.text(st.characters(codec="utf-8"))
NOISE = st.sampled_from(["", "\n", "# comment\n", "   \t\n", " ! a=b\\\n", "\r\n"])


@given(st.lists(st.tuples(NAMES, VALUES, NOISE, st.sampled_from(["=", ":", " ", " = ", "\t:\f"]))))
def test_what_is_written_is_read_again(entries: list[tuple[str, str, str, str]]) -> None:
    text = "".join(
        f"{noise}{escape(name, SPECIAL + ' !#')}{separator}{escape(value, SPECIAL)}\n"
        for name, value, noise, separator in entries
    )
    assert pairs(text) == [(name, value) for name, value, _, _ in entries]


@given(st.text(st.sampled_from("ab=: \t\f\\\n\r#!u0")), st.text(st.characters(codec="utf-8")))
def test_any_text_has_properties_or_a_mistake_that_is_told(likely: str, unlikely: str) -> None:
    for text in (likely, unlikely):
        told = ""
        try:
            found = parse_properties(text, "file")
        except InvalidSetting as error:
            found, told = [], str(error)
        assert told == "" or told.startswith("file, line ")
        assert all(each.name and 1 <= each.line <= len(text) + 1 for each in found)
