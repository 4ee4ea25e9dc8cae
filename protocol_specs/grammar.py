"""The spec language: text to `Spec` values. README.md beside this file gives the grammar.

Every range of a `Field` is absolute: it is already cut to the versions in which the enclosing struct is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

SPECS = Path(__file__).parent

PRIMITIVES = frozenset(
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint16",
        "uint32",
        "float64",
        "uuid",
        "string",
        "bytes",
        "records",
    ]
)


class SpecError(Exception):
    """A spec that cannot be read: file, line and why."""


class Versions(NamedTuple):
    """Both ends belong to the range; `low > high` is the empty range."""

    low: int
    high: int

    def __bool__(self) -> bool:
        return self.low <= self.high

    def __contains__(self, version: object) -> bool:
        return isinstance(version, int) and self.low <= version <= self.high

    def covers(self, other: Versions) -> bool:
        return not other or (self.low <= other.low and other.high <= self.high)

    def cut(self, other: Versions) -> Versions:
        return Versions(max(self.low, other.low), min(self.high, other.high))


NEVER = Versions(1, 0)


@dataclass
class Field:
    """One line: what is on the wire in `versions`, null allowed in `nullable`."""

    name: str
    base: str
    is_array: bool
    versions: Versions
    nullable: Versions = NEVER
    default: str | None = None
    tag: int | None = None
    ignorable: bool = False
    classic: bool = False
    one: bool = False
    meaning: str = ""
    struct: Struct | None = None


@dataclass
class Struct:
    name: str
    versions: Versions
    fields: list[Field] = field(default_factory=list)

    def nested(self) -> list[Struct]:
        """Every struct used inside, each once, before the one that uses it; `self` is last."""
        found: list[Struct] = []
        for child in self.fields:
            if child.struct is not None:
                found += [struct for struct in child.struct.nested() if struct not in found]
        return [*found, self]


@dataclass
class Message:
    """One thing that is encoded on its own: a request, a response, or a stored key, value or record."""

    name: str
    role: str  # the word that opens its section
    versions: Versions
    flexible_from: int
    body: Struct

    def flavours(self) -> list[tuple[bool, Versions]]:
        """(flexible, versions) of the two encodings that this message has, classic first."""
        classic = self.versions.cut(Versions(0, self.flexible_from - 1))
        flexible = self.versions.cut(Versions(self.flexible_from, self.versions.high))
        return [(kind, versions) for kind, versions in ((False, classic), (True, flexible)) if versions]


@dataclass
class Spec:
    """What one header line opens: an API, a stored record, or a piece of data."""

    name: str
    path: Path
    key: int | None
    versions: Versions
    unstable: int | None
    flexible_from: int
    advertised: Versions
    messages: list[Message] = field(default_factory=list)

    @property
    def module(self) -> str:
        return snake_case(self.name)


def snake_case(name: str) -> str:
    """`TopicProduceData` -> `topic_produce_data`; KRaft is one word."""
    name = name.replace("KRaft", "Kraft")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


_HEADER = re.compile(r"(?P<name>[A-Z]\w*)(?P<rest>( +[a-z]+ +\S+)*)")
_ROLES = {
    "request": "Request",
    "response": "Response",
    "key": "Key",
    "value": "Value",
    "data": "",
    "header": "",
}
_TYPE = re.compile(r"(?P<array>\[\])?(?P<base>[A-Za-z]\w*?)(?P<null>\?(?P<null_versions>[\d.+]+)?)?")
_VERSIONS = re.compile(r"(?P<low>\d+)?(?P<mark>\+|\.\.)?(?P<high>\d+)?")
_INDENT = 2


class _Parser:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.remark = ""
        self.specs: list[Spec] = []
        self.message: Message | None = None
        # Structs of the spec being read that stand by themselves, and the fields that name a struct.
        self.shared: dict[str, Struct] = {}
        self.used: list[tuple[int, Field]] = []
        # The structs that are open, outermost first: (indentation of their fields, struct).
        self.open: list[tuple[int, Struct]] = []
        self.last_field: Field | None = None

    def fail(self, why: str) -> NoReturn:
        raise SpecError(f"{self.path.name}:{self.number}: {why}")

    def parse(self) -> list[Spec]:
        for number, line in enumerate(self.path.read_text().splitlines(), 1):
            self.number = number
            text, _, self.remark = line.strip().partition("# ")
            text = text.rstrip()
            if not text:
                continue
            indent = len(line) - len(line.lstrip())
            if indent:
                self.read_field(indent, text)
            elif text[0].isupper():
                self.finish()
                self.read_header(text)
            elif text.startswith("struct "):
                self.read_struct(text)
            else:
                self.read_section(text)
        self.finish()
        return self.specs

    def read_header(self, text: str) -> None:
        match = _HEADER.fullmatch(text)
        if match is None:
            self.fail("a header is: Name word value word value ...")
        words = self.words(match["rest"], {"key", "versions", "unstable", "flexible", "advertised"})
        versions, flexible_from = self.versions_and_flexible(words)
        self.specs.append(
            Spec(
                name=match["name"],
                path=self.path,
                key=int(words["key"]) if "key" in words else None,
                versions=versions,
                unstable=int(words["unstable"]) if "unstable" in words else None,
                flexible_from=flexible_from,
                advertised=self.versions(words["advertised"], versions)
                if "advertised" in words
                else versions,
            )
        )

    def words(self, text: str, known: set[str]) -> dict[str, str]:
        items = text.split()
        words = dict(zip(items[::2], items[1::2], strict=True))
        if not words.keys() <= known:
            self.fail(f"unknown word: {', '.join(sorted(words.keys() - known))}")
        return words

    def versions_and_flexible(self, words: dict[str, str]) -> tuple[Versions, int]:
        if "versions" not in words:
            return NEVER, 0
        stable = self.versions(words["versions"], Versions(0, 1 << 15))
        every = Versions(stable.low, int(words.get("unstable", stable.high)))
        flexible = words.get("flexible")
        return stable, self.versions(flexible, every).low if flexible else every.high + 1

    def versions(self, text: str, within: Versions) -> Versions:
        match = _VERSIONS.fullmatch(text)
        if match is None or (match["low"] is None and match["high"] is None):
            self.fail(f"not a range of versions: {text}")
        low, mark, high = match["low"], match["mark"], match["high"]
        if mark == "+":
            return Versions(int(low), within.high)
        if mark == "..":
            return Versions(int(low) if low else within.low, int(high))
        return Versions(int(low), int(low))

    def read_section(self, text: str) -> None:
        role, _, rest = text.partition(" ")
        if role not in _ROLES or not self.specs:
            self.fail(f"not a section: {text}")
        spec = self.specs[-1]
        self.finish()
        words = self.words(rest, {"versions", "flexible"})
        versions, flexible_from = self.versions_and_flexible(words)
        if not versions:
            versions = Versions(spec.versions.low, spec.unstable or spec.versions.high)
            flexible_from = spec.flexible_from
        if not versions:
            self.fail("neither the header nor the section states versions")
        body = Struct(spec.name + _ROLES[role], versions)
        self.message = Message(body.name, role, versions, flexible_from, body)
        spec.messages.append(self.message)
        self.open = [(_INDENT, body)]
        self.last_field = None

    def read_struct(self, text: str) -> None:
        if self.message is None:
            self.fail("a struct belongs to the section above it")
        _, name, *rest = text.split()
        versions = self.versions(rest[0], self.message.versions) if rest else self.message.versions
        struct = Struct(name, versions)
        self.shared[name] = struct
        self.open = [(_INDENT, struct)]
        self.last_field = None

    def read_field(self, indent: int, text: str) -> None:
        while self.open and indent < self.open[-1][0]:
            self.open.pop()
            self.last_field = None
        if not self.open:
            self.fail("this line belongs to nothing")
        if indent > self.open[-1][0]:
            parent = self.last_field
            if parent is None or indent != self.open[-1][0] + _INDENT or parent.base in PRIMITIVES:
                self.fail("only a struct has lines below it, indented by two more")
            parent.struct = Struct(parent.base, parent.versions)
            self.open.append((indent, parent.struct))
        struct = self.open[-1][1]
        item = self.field(text, struct.versions)
        if any(other.name == item.name for other in struct.fields):
            self.fail(f"{item.name} is there already")
        if item.base not in PRIMITIVES:
            self.used.append((self.number, item))
        struct.fields.append(item)
        self.last_field = item

    def field(self, text: str, within: Versions) -> Field:
        words = text.split()
        if len(words) < 2:
            self.fail("a field has a name and a type")
        name, type_, *rest = words
        match = _TYPE.fullmatch(type_)
        if match is None:
            self.fail(f"not a type: {type_}")
        if match["base"] not in PRIMITIVES and not match["base"][0].isupper():
            self.fail(f"unknown type: {type_}")
        versions = within
        if rest and _VERSIONS.fullmatch(rest[0]):
            versions = self.versions(rest.pop(0), within).cut(within)
            if not versions:
                self.fail(f"{name} is in no version")
        result = Field(name, match["base"], match["array"] is not None, versions, meaning=self.remark)
        if match["null"]:
            nullable = match["null_versions"]
            result.nullable = (self.versions(nullable, versions) if nullable else versions).cut(versions)
        while rest:
            word = rest.pop(0)
            if word == "=" and rest:
                result.default = rest.pop(0)
            elif word == "tag" and rest:
                result.tag = int(rest.pop(0))
            elif word == "ignorable":
                result.ignorable = True
            elif word == "classic":
                result.classic = True
            elif word == "one" and result.is_array and result.base not in PRIMITIVES:
                result.one = True
            else:
                self.fail(f"{name}: unknown word {word}")
        return result

    def finish(self) -> None:
        """Give the fields that name a struct of its own line that struct."""
        for number, item in self.used:
            if item.struct is None:
                self.number = number
                if item.base not in self.shared:
                    self.fail(f"no struct {item.base}")
                item.struct = self.shared[item.base]
        self.shared, self.used, self.open, self.message = {}, [], [], None


def parse(path: Path) -> list[Spec]:
    """The specs of one file. Raises SpecError."""
    return _Parser(path).parse()


def apis() -> list[Spec]:
    """Every API, by key."""
    specs = [spec for path in SPECS.glob("[0-9]*.spec") for spec in parse(path)]
    return sorted(specs, key=lambda spec: spec.key or 0)


def headers() -> list[Spec]:
    """The request and the response header."""
    return parse(SPECS / "headers.spec")


def stored() -> list[Spec]:
    """Everything that is stored in topics, file by file."""
    return [spec for path in sorted(SPECS.glob("stored/*.spec")) for spec in parse(path)]
