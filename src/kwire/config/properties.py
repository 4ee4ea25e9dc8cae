"""Java properties files: names and values, as java.util.Properties reads them.

A line is `name=value`, `name:value` or `name value`; `#` and `!` begin a comment; a backslash at a line's end goes on
with the next one, and elsewhere it makes the character after it ordinary (`\\t`, `\\n`, `\\r`, `\\f` and `\\uXXXX` are
characters). When a name is there twice, the last one holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from kwire.errors import InvalidSetting

_BLANKS = " \t\f"
_LINE_END = re.compile(r"\r\n|\r|\n")
_KEY = re.compile(r"(?:\\.|[^\\=: \t\f])*", re.DOTALL)
_SEPARATOR = re.compile(r"[ \t\f]*[=:]?[ \t\f]*")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.?)", re.DOTALL)
_CHARACTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@attrs.frozen
class Property:
    """One line of the file, or several that belong together; `line` is the first one's number, from 1."""

    name: str
    value: str
    line: int


def parse_properties(text: str, source: str = "properties") -> list[Property]:
    """Every property of the text, in its order. Raises InvalidSetting naming `source` and the line."""
    found = []
    for number, line in _logical_lines(text):
        key = _KEY.match(line)
        assert key is not None  # it matches nothing at all
        separator = _SEPARATOR.match(line, key.end())
        assert separator is not None
        if not key[0]:
            raise InvalidSetting(f"{source}, line {number}: there is no name before {line.strip()!r}")
        try:
            found.append(Property(_unescape(key[0]), _unescape(line[separator.end() :]), number))
        except ValueError as error:
            raise InvalidSetting(f"{source}, line {number}: {error}") from None
    return found


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """(number, text) of every line that says something, with the lines that continue it."""
    joined = ""
    began = 0
    for number, raw in enumerate(_LINE_END.split(text), 1):
        line = raw.lstrip(_BLANKS)
        if not began:
            if not line or line[0] in "#!":
                continue
            began = number
        backslashes = len(line) - len(line.rstrip("\\"))
        if backslashes % 2:
            joined += line[:-1]
            if not joined:  # nothing was said yet: what follows is a line's beginning
                began = 0
            continue
        yield began, joined + line
        joined, began = "", 0
    if began and joined:
        yield began, joined


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    unescaped = _ESCAPE.sub(_character, text)
    try:
        # A character beyond the first 65,536 is written as two halves.
        return unescaped.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ValueError("a \\u escape is half of a character, and the other half is not there") from None


def _character(match: re.Match[str]) -> str:
    escaped = match[1]
    if escaped == "u":
        raise ValueError("\\u must be followed by four hexadecimal digits")
    if len(escaped) == 5:
        return chr(int(escaped[1:], 16))
    return _CHARACTERS.get(escaped, escaped)
