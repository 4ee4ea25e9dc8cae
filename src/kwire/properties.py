"""Java properties files and the environment of Kafka's Docker image: two ways to write settings down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kwire.errors import InvalidSetting

ENVIRONMENT_PREFIX = "KAFKA_"

_NOT_SETTINGS = (
    "HEAP_OPTS",
    "JVM_PERFORMANCE_OPTS",
    "GC_LOG_OPTS",
    "JMX_OPTS",
    "JMX_PORT",
    "OPTS",
    "VERSION",
    "DEBUG",
)
_NOT_SETTINGS_PREFIXES = ("LOG4J", "TOOLS_LOG4J")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_BLANKS = " \t\f"


def parse_properties(text: str, where: str = "properties") -> dict[str, str]:
    """Names and values of a properties file: comments, continued lines, escapes, `=`, `:` or blanks between.

    Raises InvalidSetting naming `where` and the line.
    """
    found: dict[str, str] = {}
    for number, line in _logical_lines(text):
        name, value = _split(line, f"{where}, line {number}")
        found[name] = value
    return found


def settings_of_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings in `KAFKA_*` variables, as the official image reads them.

    `_` stands for `.`, `__` for `_`, `___` for `-`; variables that are meant for a JVM or its logging are none.
    `CLUSTER_ID` is the cluster's id.
    """
    found = {}
    for variable, value in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        name = variable[len(ENVIRONMENT_PREFIX) :]
        if not name or name in _NOT_SETTINGS or name.startswith(_NOT_SETTINGS_PREFIXES):
            continue
        found[_setting_name(name)] = value
    if environment.get("CLUSTER_ID"):
        found["cluster.id"] = environment["CLUSTER_ID"]
    return found


def _setting_name(variable: str) -> str:
    return (
        variable.lower()
        .replace("___", "\0")
        .replace("__", "\1")
        .replace("_", ".")
        .replace("\1", "_")
        .replace("\0", "-")
    )


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """(line number, text) of each line that says something, continued ones joined."""
    pending = ""
    began = 0
    for number, physical in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = physical.lstrip(_BLANKS)
        if not pending:
            if not line or line[0] in "#!":
                continue
            began = number
        if (len(line) - len(line.rstrip("\\"))) % 2:
            pending += line[:-1]
            if not pending:
                pending = " "  # an empty beginning is still the beginning of a line
            continue
        yield began, (pending + line).lstrip(_BLANKS) if pending.isspace() else pending + line
        pending = ""
    if pending.strip():
        yield began, pending


def _split(line: str, where: str) -> tuple[str, str]:
    """Name and value of one logical line."""
    at = 0
    while at < len(line) and line[at] not in "=:" + _BLANKS:
        at += 2 if line[at] == "\\" else 1
    name = line[:at]
    rest = line[at:].lstrip(_BLANKS)
    if rest[:1] in ("=", ":"):
        rest = rest[1:].lstrip(_BLANKS)
    if not name:
        raise InvalidSetting(f"{where}: there is no name before the value {rest!r}")
    return _unescape(name, where), _unescape(rest, where)


def _unescape(text: str, where: str) -> str:
    if "\\" not in text:
        return text
    out = []
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character != "\\" or at == len(text):
            out.append(character)
            continue
        escaped = text[at]
        at += 1
        if escaped == "u":
            digits = text[at : at + 4]
            try:
                out.append(chr(int(digits, 16)) if len(digits) == 4 else "")
            except ValueError:
                digits = ""
            if len(digits) != 4:
                raise InvalidSetting(f"{where}: \\u wants four hexadecimal digits")
            at += 4
        else:
            out.append(_ESCAPES.get(escaped, escaped))
    return "".join(out)
