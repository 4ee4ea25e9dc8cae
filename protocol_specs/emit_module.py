"""Emits whole modules: opening, classes, and the functions of both halves."""

from __future__ import annotations

from protocol_specs.emit_decode import Decoder
from protocol_specs.emit_encode import Encoder
from protocol_specs.emitting import Module, default_literal, format_name, is_tagged_struct, python_type
from protocol_specs.grammar import Field, Message, Spec, Struct, Versions

_NOTICE = '"""GENERATED from protocol_specs/{path} by protocol_specs/generate.py; do not edit."""'


def api_module(spec: Spec) -> str:
    """The messages of one API, in both directions."""
    module = Module()
    body: list[str] = []
    for message, class_of in zip(spec.messages, class_names(spec), strict=True):
        many_records = message.role == "response"
        body += classes(module, message, class_of, many_records)
        body += functions(module, message, class_of, many_records, f"{spec.name} {message.role}")
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
    body = classes(module, message, class_of, False)
    body += functions(module, message, class_of, False, spec.name)
    return assemble(spec.path.name, module, [], body)


def record_module(spec: Spec) -> str:
    """A stored record: one class for the key and one for the value, or one for all of it."""
    module = Module()
    body: list[str] = []
    for message, class_of in zip(spec.messages, class_names(spec), strict=True):
        body += classes(module, message, class_of, False, spec)
        body += record_functions(module, message, class_of)
    return assemble(f"stored/{spec.path.name}", module, [], body)


def class_names(spec: Spec) -> list[dict[str, str]]:
    """For each message: the class of each struct. A name that is there already gets the role as a suffix."""
    taken: set[str] = set()
    result = []
    for message in spec.messages:
        names = {}
        for struct in message.body.nested():
            name = struct.name
            if name in taken:
                name += message.role.capitalize()
            names[struct.name] = name
        taken |= set(names.values())
        result.append(names)
    return result


def classes(
    module: Module, message: Message, class_of: dict[str, str], many_records: bool, record: Spec | None = None
) -> list[str]:
    module.use("Struct")
    lines: list[str] = []
    for struct in message.body.nested():
        own = record if struct is message.body else None
        lines += ["", "", "@define(eq=False, repr=False)", f"class {class_of[struct.name]}(Struct):"]
        if own is not None:
            module.use("ClassVar")
            if own.key is not None:
                lines.append(f"    TYPE: ClassVar[int] = {own.key}")
            lines += [
                f"    MIN_VERSION: ClassVar[int] = {message.versions.low}",
                f"    MAX_VERSION: ClassVar[int] = {message.versions.high}",
                "",
            ]
        lines += [f"    {attribute(module, item, struct, class_of, many_records)}" for item in struct.fields]
        if own is not None:
            lines += record_methods(module, message, class_of)
        elif not struct.fields:
            lines.append("    pass")
    return lines


def attribute(
    module: Module, item: Field, struct: Struct, class_of: dict[str, str], many_records: bool
) -> str:
    kind = python_type(item, class_of, many_records)
    default = default_literal(item, class_of)
    if item.base == "records":
        module.use(*(["Buffer", "Sequence"] if many_records else ["Buffer"]))
    if default == "ZERO_UUID":
        module.use(default)
    if default == "[]" or (default.endswith("()") and not is_tagged_struct(item)):
        module.use("field")
        default = f"field(factory={'list' if default == '[]' else default[:-2]})"
    remark = "; ".join(filter(None, [versions_remark(item.versions, struct.versions), item.meaning]))
    return f"{item.name}: {kind} = {default}{f'  # {remark}' if remark else ''}"


def versions_remark(versions: Versions, within: Versions) -> str:
    if versions.covers(within):
        return ""
    if versions.low == versions.high:
        return f"version {versions.low}"
    if versions.high >= within.high:
        return f"{versions.low}+"
    return f"{versions.low}..{versions.high}"


def functions(
    module: Module, message: Message, class_of: dict[str, str], many_records: bool, what: str
) -> list[str]:
    lines: list[str] = []
    flavours = message.flavours()
    result = class_of[message.body.name]
    role = message.role
    read = f"tuple[{result}, int]" if role == "header" else result
    for side in ("decode", "encode"):
        signature = {
            "decode": f"buf: Readable, pos: int, end: int, version: int) -> {read}:",
            "encode": f"{role}: {result}, version: int, parts: list[Buffer]) -> None:",
        }[side]
        arguments = {"decode": "buf, pos, end, version", "encode": f"{role}, version, parts"}[side]
        if len(flavours) > 1:
            say = "return " if side == "decode" else ""
            text = {
                "decode": f"{what} of any version. Raises MalformedFrame.",
                "encode": f"Append {what} to `parts`. Raises ValueError for what the version cannot say.",
            }[side]
            lines += ["", "", f"def {side}_{role}({signature}", f'    """{text}"""']
            lines += [
                f"    if version >= {message.flexible_from}:",
                f"        {say}_{side}_{role}_flexible({arguments})",
            ]
            if side == "encode":
                lines += ["    else:", f"        _{side}_{role}_classic({arguments})"]
            else:
                lines += [f"    return _{side}_{role}_classic({arguments})"]
        for flexible, scope in flavours:
            name = f"{side}_{role}"
            if len(flavours) > 1:
                name = f"_{name}_{'flexible' if flexible else 'classic'}"
            if side == "decode":
                made = Decoder(module, class_of, many_records, flexible).message(message, scope, name, what)
            else:
                made = Encoder(module, class_of, flexible).message(message, scope, name, True, what)
            lines += ["", "", *made]
    return lines


def record_methods(module: Module, message: Message, class_of: dict[str, str]) -> list[str]:
    result = class_of[message.body.name]
    module.use("Readable")
    lines = [
        "",
        "    @classmethod",
        f"    def decode(cls, buf: Readable, pos: int, end: int, version: int) -> {result}:",
        '        """The fields, from `pos` to `end`. Raises MalformedFrame."""',
        f"        return {record_call('decode', message)}(buf, pos, end, version)",
        "",
        "    def encode(self, version: int) -> bytes:",
        '        """The fields. Raises ValueError for what the version cannot say."""',
        f"        return {record_call('encode', message)}(self, version)",
    ]
    if len(message.flavours()) < 2:
        return lines
    for index, line in enumerate(lines):
        if line.startswith("        return _"):
            side = "decode" if "_decode" in line else "encode"
            lines[index] = (
                f"        if version >= {message.flexible_from}:\n"
                f"            {line.strip()}\n"
                f"        {line.strip().replace('_flexible(', '_classic(')}"
            )
            assert side in line
    return lines


def record_call(side: str, message: Message) -> str:
    flavours = message.flavours()
    return f"_{side}_{message.role}" + (
        f"_{'flexible' if len(flavours) > 1 else ''}" if len(flavours) > 1 else ""
    )


def record_functions(module: Module, message: Message, class_of: dict[str, str]) -> list[str]:
    lines: list[str] = []
    flavours = message.flavours()
    for side in ("decode", "encode"):
        for flexible, scope in flavours:
            name = f"_{side}_{message.role}"
            if len(flavours) > 1:
                name += "_flexible" if flexible else "_classic"
            if side == "decode":
                made = Decoder(module, class_of, False, flexible).message(message, scope, name, message.name)
            else:
                made = Encoder(module, class_of, flexible).message(message, scope, name, False, message.name)
            lines += ["", "", *made]
    return lines


def assemble(path: str, module: Module, constants: list[str], body: list[str]) -> str:
    """The whole text, with the imports that turned out to be needed."""
    lines = [_NOTICE.format(path=path), "", "from __future__ import annotations", ""]
    if "Sequence" in module.imports:
        lines.append("from collections.abc import Sequence")
    from_struct = sorted(module.imports & {"pack", "unpack_from"})
    if module.unpackers or module.packers:
        lines.append("from struct import Struct as Format")
    if from_struct:
        lines.append(f"from struct import {', '.join(from_struct)}")
    if "ClassVar" in module.imports:
        lines.append("from typing import ClassVar")
    attrs = ["define"] + (["field"] if "field" in module.imports else [])
    lines += ["", f"from attrs import {', '.join(attrs)}", ""]
    primitives = sorted(
        module.imports - {"Sequence", "pack", "unpack_from", "ClassVar", "field"}, key=import_order
    )
    lines += [
        "from kwire.codec.primitives import (",
        *(f"    {name}," for name in primitives),
        ")",
        "",
        *([*constants, ""] if constants else []),
    ]
    for formats in sorted(module.unpackers):
        lines.append(f'_unpack_{format_name(formats)} = Format(">{formats}").unpack_from')
    for formats in sorted(module.packers):
        lines.append(f'_pack_{format_name(formats)} = Format(">{formats}").pack')
    return "\n".join(lines + body) + "\n"


def import_order(name: str) -> tuple[int, str]:
    """Constants, classes, functions: as ruff sorts names."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def message_index(apis: list[Spec]) -> str:
    """The first lines of all API specs, as plain tuples: what `messages.INDEX` is made of."""
    lines = [
        _NOTICE.format(path="*.spec"),
        "",
        "from __future__ import annotations",
        "",
        "ROWS: tuple[tuple[int, str, str, int, int, int | None, int, int], ...] = (",
    ]
    for spec in apis:
        row = (
            spec.key,
            spec.name,
            spec.module,
            spec.versions.low,
            spec.versions.high,
            spec.unstable,
            spec.flexible_from,
            spec.advertised.low,
        )
        lines.append(f"    {row!r},")
    return "\n".join([*lines, ")"]) + "\n"


def stored_index(specs: list[Spec]) -> str:
    """Which module and classes a stored record is read with: by the topic it is in, and its type."""
    lines = [_NOTICE.format(path="stored/*.spec"), "", "from __future__ import annotations"]
    for path in sorted({spec.path for spec in specs}):
        rows = [spec for spec in specs if spec.path == path and spec.key is not None]
        if rows:
            lines += ["", f"{path.stem.upper()} = {{"]
            lines += [f'    {spec.key}: ("{spec.module}", "{spec.name}"),' for spec in rows]
            lines.append("}")
    return "\n".join(lines) + "\n"
