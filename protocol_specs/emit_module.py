"""Emits whole modules: opening, classes, and the functions of both halves."""

from __future__ import annotations

from protocol_specs import emit_usual
from protocol_specs.emit_decode import Decoder
from protocol_specs.emit_encode import Encoder
from protocol_specs.emitting import Module, default_literal, format_name, is_tagged_struct, python_type
from protocol_specs.grammar import Field, Message, Spec, Struct, Versions

_NOTICE = '"""GENERATED from protocol_specs/{path} by protocol_specs/generate.py; do not edit."""'
_OPENING = ["", "from __future__ import annotations", ""]
# A remark that makes a line of a class longer than this stands above it.
_WIDEST = 106
# Names a module may need that `primitives` does not have.
_HOT = {("decode", "request"), ("encode", "response")}
_ELSEWHERE = frozenset({"Callable", "ClassVar", "Sequence", "field", "pack", "unpack_from"})


def api_module(spec: Spec) -> str:
    """The messages of one API, in both directions."""
    module = Module()
    body: list[str] = []
    for message, class_of in zip(spec.messages, class_names(spec), strict=True):
        body += classes(module, message, class_of)
        body += functions(module, message, class_of, f"{spec.name} {message.role}")
    constants = [
        f"KEY = {spec.key}",
        f'NAME = "{spec.name}"',
        f"MIN_VERSION = {spec.versions.low}",
        f"MAX_VERSION = {spec.versions.high}",
        f"FLEXIBLE_FROM = {spec.flexible_from}",
    ]
    return assemble(spec.path.name, module, constants, body)


def header_module(spec: Spec) -> str:
    """The request or the response header."""
    module = Module()
    (message,), (class_of,) = spec.messages, class_names(spec)
    body = classes(module, message, class_of) + functions(module, message, class_of, spec.name)
    return assemble(spec.path.name, module, [], body)


def record_module(spec: Spec) -> str:
    """A stored record: one class for the key and one for the value, or one for all of it."""
    module = Module()
    body: list[str] = []
    for message, class_of in zip(spec.messages, class_names(spec), strict=True):
        body += classes(module, message, class_of, methods=record_methods(module, spec, message, class_of))
        body += functions(module, message, class_of, message.name, stored=True)
    return assemble(f"stored/{spec.path.name}", module, [], body)


def class_names(spec: Spec) -> list[dict[str, str]]:
    """For each message: the class of each struct. A name that is there already gets the role as a suffix."""
    taken: set[str] = set()
    result = []
    for message in spec.messages:
        structs = {struct.name for struct in message.body.nested()}
        suffix = message.role.capitalize()
        names = {name: name + suffix if name in taken else name for name in structs}
        taken |= set(names.values())
        result.append(names)
    return result


def many_records(message: Message) -> bool:
    """Whether `records` may be several buffers: where the broker writes them, out of its log."""
    return message.role == "response"


# Classes


def classes(
    module: Module,
    message: Message,
    class_of: dict[str, str],
    methods: tuple[list[str], list[str]] | None = None,
) -> list[str]:
    """All classes of the message; `methods` are lines before and after the attributes of the outermost one."""
    module.use("Struct")
    lines: list[str] = []
    for struct in message.body.nested():
        before, after = methods if methods and struct is message.body else ([], [])
        attributes = [
            f"    {line}"
            for item in struct.fields
            for line in attribute(module, item, struct, class_of, many_records(message))
        ]
        lines += ["", "", "@define(eq=False, repr=False)", f"class {class_of[struct.name]}(Struct):"]
        lines += [*before, *attributes, *after] or ["    pass"]
    return lines


def attribute(
    module: Module, item: Field, struct: Struct, class_of: dict[str, str], many_records: bool
) -> list[str]:
    kind = python_type(item, class_of, many_records)
    default = default_literal(item, class_of)
    if item.base == "records" and many_records:
        module.use("Buffer", "Sequence")
    if default == "ZERO_UUID":
        module.use(default)
    if default == "[]" or (default.endswith("()") and not is_tagged_struct(item)):
        module.use("field")
        default = f"field(factory={'list' if default == '[]' else default[:-2]})"
    remarks = [versions_remark(item.versions, struct.versions), item.meaning]
    remark = "; ".join(filter(None, remarks))
    line = f"{item.name}: {kind} = {default}"
    if not remark:
        return [line]
    beside = f"{line}  # {remark}"
    return [beside] if len(beside) <= _WIDEST else [f"# {remark}", line]


def versions_remark(versions: Versions, within: Versions) -> str:
    if versions.covers(within):
        return ""
    if versions.low == versions.high:
        return f"version {versions.low}"
    if versions.high >= within.high:
        return f"{versions.low}+"
    return f"{versions.low}..{versions.high}"


def record_methods(
    module: Module, spec: Spec, message: Message, class_of: dict[str, str]
) -> tuple[list[str], list[str]]:
    """What a stored record's class has besides its fields: its type and versions, `decode` and `encode`."""
    module.use("ClassVar", "Readable")
    constants = {"TYPE": spec.key, "MIN_VERSION": message.versions.low, "MAX_VERSION": message.versions.high}
    before = [
        f"    {name}: ClassVar[int] = {value}" for name, value in constants.items() if value is not None
    ]
    result = class_of[message.body.name]
    after = [
        "",
        "    @classmethod",
        f"    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> {result}:",
        '        """The fields, from `pos` to `end`. Raises MalformedFrame."""',
        f"        return _decode_{message.role}(buf, pos, end, version)",
        "",
        "    def encode(self, version: int) -> bytes:",
        '        """The fields. Raises ValueError for what the version cannot say."""',
        f"        return _encode_{message.role}(self, version)",
    ]
    return [*before, ""], after


# Functions


def functions(
    module: Module, message: Message, class_of: dict[str, str], what: str, stored: bool = False
) -> list[str]:
    """Decode and encode: the function that all call, and one for each flavour when there are two.

    Those of stored records are private to their class.
    """
    flavours = message.flavours()
    lines: list[str] = []
    for side in ("decode", "encode"):
        name = f"{'_' if stored else ''}{side}_{message.role}"
        usual: list[tuple[Versions, bool]] = []
        # A server reads requests and writes responses; the other way nobody is in a hurry.
        if (side, message.role) in _HOT and emit_usual.has_usual_shape(message.body):
            usual = emit_usual.parts(message)
        if len(flavours) > 1:
            lines += ["", "", *dispatcher(module, message, class_of, side, name, what, stored)]
        short_cut = emit_usual.decoder if side == "decode" else emit_usual.encoder
        for part, flexible in usual:
            lines += ["", "", *short_cut(module, message, part, flexible)]
        if usual:
            lines += ["", "", *emit_usual.declared(module, message, usual)]
        for flexible, scope in flavours:
            own_name = name
            if len(flavours) > 1:
                own_name = f"_{name.lstrip('_')}_{'flexible' if flexible else 'classic'}"
            if side == "decode":
                decoder = Decoder(module, class_of, many_records(message), flexible)
                made = decoder.message(message, scope, own_name, what)
            else:
                encoder = Encoder(module, class_of, flexible)
                made = encoder.message(message, scope, own_name, not stored, what)
            lines += ["", "", *made]
    return lines


def dispatcher(
    module: Module, message: Message, class_of: dict[str, str], side: str, name: str, what: str, stored: bool
) -> list[str]:
    """The function that chooses the flavour by the version."""
    result = class_of[message.body.name]
    role = "record" if stored else message.role
    if side == "decode":
        module.use("Readable")
        returned = f"tuple[{result}, int]" if role == "header" else result
        opening = f"def {name}(buf: Readable, pos: int, end: int, version: int) -> {returned}:"
        doc = f'    """{what} of any version. Raises MalformedFrame."""'
        arguments = "buf, pos, end, version"
    elif stored:
        opening = f"def {name}({role}: {result}, version: int) -> bytes:"
        doc = ""
        arguments = f"{role}, version"
    else:
        opening = f"def {name}({role}: {result}, version: int, parts: list[Buffer]) -> None:"
        doc = f'    """Append {what} to `parts`. Raises ValueError for what the version cannot say."""'
        arguments = f"{role}, version, parts"
    flavour = f"_{name.lstrip('_')}"
    choice = [
        f"    if version >= {message.flexible_from}:",
        f"        return {flavour}_flexible({arguments})",
        f"    return {flavour}_classic({arguments})",
    ]
    return [opening, *([doc] if doc and not stored else []), *choice]


def assemble(path: str, module: Module, constants: list[str], body: list[str]) -> str:
    """The whole text, with the imports that turned out to be needed."""
    lines = [_NOTICE.format(path=path), *_OPENING]
    if abstract := sorted(module.imports & {"Callable", "Sequence"}):
        lines.append(f"from collections.abc import {', '.join(abstract)}")
    if module.unpackers or module.packers:
        lines.append("from struct import Struct as Format")
    if from_struct := sorted(module.imports & {"pack", "unpack_from"}):
        lines.append(f"from struct import {', '.join(from_struct)}")
    if "ClassVar" in module.imports:
        lines.append("from typing import ClassVar")
    lines += ["", f"from attrs import {'define, field' if 'field' in module.imports else 'define'}", ""]
    primitives = sorted(module.imports - _ELSEWHERE, key=import_order)
    lines += ["from kwire.codec.primitives import (", *(f"    {name}," for name in primitives), ")", ""]
    if constants:
        lines += [*constants, ""]
    for formats in sorted(module.unpackers):
        lines.append(f'_unpack_{format_name(formats)} = Format(">{formats}").unpack_from')
    for formats in sorted(module.packers):
        lines.append(f'_pack_{format_name(formats)} = Format(">{formats}").pack')
    return "\n".join(lines + body) + "\n"


def import_order(name: str) -> tuple[int, str]:
    """Constants, classes, functions: as ruff sorts names."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


# Indexes


def message_index(apis: list[Spec]) -> str:
    """The first lines of all API specs, as plain tuples: what `messages.INDEX` is made of."""
    rows = [
        (
            *(spec.key, spec.name, spec.module, spec.versions.low, spec.versions.high),
            *(spec.unstable, spec.flexible_from, spec.advertised.low),
        )
        for spec in apis
    ]
    lines = [
        _NOTICE.format(path="*.spec"),
        *_OPENING,
        "ROWS: tuple[tuple[int, str, str, int, int, int | None, int, int], ...] = (",
        *(f"    {row!r}," for row in rows),
        ")",
    ]
    return "\n".join(lines) + "\n"


def stored_index(specs: list[Spec]) -> str:
    """For each topic: module and class of each type of record."""
    lines = [_NOTICE.format(path="stored/*.spec"), *_OPENING]
    for path in sorted({spec.path for spec in specs if spec.key is not None}):
        rows = [spec for spec in specs if spec.path == path]
        lines += [f"{path.stem.upper()} = {{"]
        lines += [f'    {spec.key}: ("{spec.module}", "{spec.name}"),' for spec in rows]
        lines += ["}", ""]
    return "\n".join(lines) + "\n"
