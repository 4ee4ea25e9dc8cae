"""What reading and writing code have in common: text with indentation, conditions on versions, names, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from protocol_specs.grammar import Field, Struct, Versions, snake_case

# Types of fixed width: their code in the `struct` module, and their size in bytes.
FIXED = {
    "bool": ("?", 1),
    "int8": ("b", 1),
    "int16": ("h", 2),
    "int32": ("i", 4),
    "int64": ("q", 8),
    "uint16": ("H", 2),
    "uint32": ("I", 4),
    "float64": ("d", 8),
    "uuid": ("16s", 16),
}
# Names that the generated functions use for themselves.
RESERVED = frozenset(
    [
        "buf",
        "pos",
        "end",
        "version",
        "n",
        "start",
        "stop",
        "error",
        "out",
        "parts",
        "fields",
        "tag",
        "tag_end",
        "value",
        "text",
        "data",
        "cls",
        "self",
    ]
) | frozenset(
    ["bool", "bytes", "bytearray", "float", "int", "len", "list", "memoryview", "range", "str", "tuple"]
)


class Code:
    """Lines of Python with an indentation."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0

    def __call__(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        self(opening)
        self.depth += 1
        yield
        self.depth -= 1

    @contextmanager
    def when(self, condition: str | None) -> Iterator[None]:
        """A block under `if`, or none when it always applies."""
        if condition is None:
            yield
        else:
            with self.block(f"if {condition}:"):
                yield


@dataclass
class Module:
    """What a module being generated needs at its top."""

    imports: set[str] = field(default_factory=set)
    unpackers: set[str] = field(default_factory=set)
    packers: set[str] = field(default_factory=set)

    def use(self, *names: str) -> str:
        """Import from `primitives`; the last name, to be put into code."""
        self.imports.update(names)
        return names[-1]

    def unpack(self, formats: str) -> str:
        self.unpackers.add(formats)
        return f"_unpack_{format_name(formats)}"

    def pack(self, formats: str) -> str:
        self.packers.add(formats)
        return f"_pack_{format_name(formats)}"


def format_name(formats: str) -> str:
    """`?h16s` -> `thu`: what the codes of a format are called in a name."""
    return formats.replace("16s", "u").replace("?", "t")


@dataclass
class Names:
    """Local names of one function: a field's own name, made longer when another field has it."""

    owner: dict[str, tuple[str, str]] = field(default_factory=dict)
    chosen: dict[tuple[str, str], str] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)

    def local(self, struct: Struct, name: str) -> str:
        key = (struct.name, name)
        if key not in self.chosen:
            candidates = [name, f"{snake_case(struct.name)}_{name}"]
            candidates += [f"{candidates[1]}_{number}" for number in range(2, 9)]
            self.chosen[key] = next(c for c in candidates if c not in self.owner and c not in RESERVED)
            self.owner[self.chosen[key]] = key
        return self.chosen[key]

    def declare(self, name: str, annotation: str) -> str:
        """`name: annotation` the first time, `name` from then on."""
        if name in self.declared:
            return name
        self.declared.add(name)
        return f"{name}: {annotation}"


def condition(versions: Versions, scope: Versions) -> str | None:
    """Python that tells `versions` from the rest of `scope`; None when there is no rest."""
    if versions.covers(scope):
        return None
    if versions.high >= scope.high:
        return f"version >= {versions.low}"
    if versions.low <= scope.low:
        return f"version <= {versions.high}"
    if versions.low == versions.high:
        return f"version == {versions.low}"
    return f"{versions.low} <= version <= {versions.high}"


def grouped(struct: Struct, scope: Versions) -> Iterator[tuple[str | None, Versions, list[Field]]]:
    """The fields on the wire in `scope` but for tagged ones: runs under one condition, with the scope inside."""
    group: list[Field] = []
    current: Versions | None = None
    for item in struct.fields:
        here = item.versions.cut(scope)
        if item.tag is not None or not here:
            continue
        if here != current and group and current is not None:
            yield condition(current, scope), current, group
            group = []
        current = here
        group.append(item)
    if group and current is not None:
        yield condition(current, scope), current, group


def known_tags(struct: Struct, scope: Versions) -> list[Field]:
    tagged = [item for item in struct.fields if item.tag is not None and item.versions.cut(scope)]
    return sorted(tagged, key=lambda item: item.tag or 0)


def is_fixed(item: Field) -> bool:
    return not item.is_array and item.base in FIXED


def smallest(item: Field, scope: Versions, flexible: bool) -> int:
    """The least number of bytes that a field can take."""
    if item.is_array or item.base in ("string", "bytes", "records"):
        if flexible and not item.classic:
            return 1
        return 2 if item.base == "string" and not item.is_array else 4
    if item.struct is not None:
        return 1 if item.nullable else smallest_struct(item.struct, scope, flexible)
    return FIXED[item.base][1]


def smallest_struct(struct: Struct, scope: Versions, flexible: bool) -> int:
    always = [f for f in struct.fields if f.tag is None and f.versions.covers(scope)]
    size = sum(smallest(item, scope, flexible) for item in always) + (1 if flexible else 0)
    if not size:
        raise ValueError(f"{struct.name} may take no byte at all: its count could not be checked")
    return size


def smallest_element(item: Field, scope: Versions, flexible: bool) -> int:
    """The least number of bytes that one element of an array can take."""
    if item.struct is not None:
        return smallest_struct(item.struct, scope, flexible)
    if item.base in FIXED:
        return FIXED[item.base][1]
    return 1 if flexible else 2


def is_optional(item: Field) -> bool:
    """None is a value of the Python attribute: null on the wire, or a tagged struct that is not sent."""
    return bool(item.nullable) or item.base == "records" or is_tagged_struct(item)


def is_tagged_struct(item: Field) -> bool:
    """A struct that is left out when all of it is default: None in Python says so without making one."""
    return item.tag is not None and item.struct is not None and not item.is_array and not item.nullable


def default_literal(item: Field, class_of: dict[str, str]) -> str:
    """The default as Python that may be evaluated anew each time."""
    if item.default == "null" or item.base == "records" or is_tagged_struct(item):
        return "None"
    if item.is_array:
        return "[]"
    if item.struct is not None:
        return f"{class_of[item.base]}()"
    if item.default is not None:
        if item.base == "bool":
            return item.default.capitalize()
        return repr(item.default) if item.base == "string" else item.default
    zeros = {"bool": "False", "string": '""', "bytes": 'b""', "uuid": "ZERO_UUID", "float64": "0.0"}
    return zeros.get(item.base, "0")


def says_something(module: Module, item: Field, value: str, class_of: dict[str, str]) -> str:
    """Python that is true when the value is not the default."""
    default = default_literal(item, class_of)
    if default == "ZERO_UUID":
        module.use("ZERO_UUID")
    if default == "None":
        return f"{value} is not None"
    if default in ("[]", '""', 'b""'):
        return f"({value} is None or {value})" if item.nullable else value
    if default in ("False", "True"):
        return value if default == "False" else f"not {value}"
    return f"{value} != {default}"


def python_type(item: Field, class_of: dict[str, str], many_records: bool) -> str:
    """The annotation of the attribute; `many_records` allows several buffers for `records`."""
    plain = {"bool": "bool", "string": "str", "bytes": "bytes", "uuid": "bytes", "float64": "float"}
    if item.base == "records":
        name = "Buffer | Sequence[Buffer]" if many_records else "memoryview | bytes"
    elif item.struct is not None:
        name = class_of[item.base]
    else:
        name = plain.get(item.base, "int")
    if item.is_array:
        name = f"list[{name}]"
    return f"{name} | None" if is_optional(item) else name
