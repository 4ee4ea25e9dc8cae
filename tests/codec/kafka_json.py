"""The message definitions inside Apache Kafka's jars: JSON with comments, and what its words mean."""

from __future__ import annotations

import json
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from protocol_specs.grammar import NEVER, Versions

# A string is kept; a comment outside of strings goes.
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*')
_OPEN_END = 1 << 15


@cache
def definitions(jar: Path) -> dict[str, dict[str, Any]]:
    """Every message of a jar, by its name."""
    found = {}
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"common/(message|metadata)/\w+\.json", name):
                text = _STRING_OR_COMMENT.sub(lambda match: match[1] or "", archive.read(name).decode())
                definition = json.loads(text)
                found[definition["name"]] = definition
    return found


def versions(text: str | None) -> Versions:
    """`3-7`, `3+`, `3`, `none` or nothing."""
    if text in (None, "", "none"):
        return NEVER
    low, mark, high = re.fullmatch(r"(\d+)([+-]?)(\d*)", str(text)).groups()  # type: ignore[union-attr]
    if mark == "+":
        return Versions(int(low), _OPEN_END)
    return Versions(int(low), int(high or low))


def normal_default(base: str, is_array: bool, default: object) -> str | None:
    """A default as one text for one value; None where it is the zero, the empty or the fresh one of its type.

    A JSON null says nothing; a JSON string "null" says null.
    """
    if default is None or default == "":
        return None
    text = str(default).lower()
    if text == "null":
        return text
    if is_array or base == "string":
        return str(default)
    if base == "bool":
        return None if text == "false" else text
    number = int(text, 0)
    return None if number == 0 else str(number)
