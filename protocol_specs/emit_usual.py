"""Emits short cuts for the usual shape of a message, where its spec says what is usual.

In the usual shape an array marked `one` has one element, every other array is empty, what may be null is null, records
aside, and no tagged field is sent. Nearly all of such a message is runs of fixed width: one `unpack` or `pack` each. A
short cut takes a whole message of this shape, or gives None and leaves it to the general code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from protocol_specs.emitting import FIXED, Code, Module, Names, default_literal, is_fixed, says_something
from protocol_specs.grammar import Field, Message, Struct, Versions, snake_case

_SIZES = {"B": 1, **dict(FIXED.values())}


@dataclass
class Run:
    """Fields of fixed width: (format, name or expression, the value that the usual shape has there, or None)."""

    parts: list[tuple[str, str, int | None]] = field(default_factory=list)

    @property
    def formats(self) -> str:
        return "".join(code for code, _, _ in self.parts)

    @property
    def size(self) -> int:
        return sum(_SIZES[code] for code, _, _ in self.parts)

    @property
    def constant(self) -> bytes | None:
        """The bytes of a run in which nothing varies."""
        values = [(code, value) for code, _, value in self.parts if value is not None]
        if len(values) < len(self.parts):
            return None
        return b"".join(value.to_bytes(_SIZES[code], "big", signed=code != "B") for code, value in values)


@dataclass
class Variable:
    """A string or records; its length is the last part of the run before it."""

    item: Field
    name: str
    compact: bool


class Shape:
    """The usual shape of a message in versions that all have the same fields, as runs and what is between them.

    Names are those of attributes: `response.throttle_time_ms`, and of elements `responses.partition_responses.index`.
    """

    def __init__(self, body: Struct, scope: Versions, flexible: bool) -> None:
        self.scope = scope
        self.flexible = flexible
        self.names = Names()
        self.pieces: list[Run | Variable] = []
        self.structs: list[tuple[Struct, str]] = []
        """Each struct of which there is one, outermost first, and the name of the array that it is in."""
        self.walk(body, "")

    def has(self, item: Field) -> bool:
        """Is it on the wire here, tagged fields aside?"""
        return item.tag is None and bool(item.versions.cut(self.scope))

    def walk(self, struct: Struct, array: str) -> None:
        self.structs.append((struct, array))
        for item in filter(self.has, struct.fields):
            local = self.names.local(struct, item.name)
            compact = self.flexible and not item.classic
            length = "B" if compact else "h" if item.base == "string" and not item.is_array else "i"
            if is_fixed(item):
                self.put(FIXED[item.base][0], local)
            elif item.one and item.struct is not None:
                self.put(length, f"{local}_count", 2 if compact else 1)
                self.walk(item.struct, local)
            elif item.nullable and item.base != "records":
                if not item.nullable.covers(self.scope):
                    raise ValueError(f"{item.name} may be null in some versions only")
                self.put(length, f"{local}_length", 0 if compact else -1)
            elif item.is_array:
                self.put(length, f"{local}_count", 1 if compact else 0)
            elif item.base in ("string", "records"):
                self.put(length, "n")
                self.pieces.append(Variable(item, local, compact))
            else:
                raise ValueError(f"{item.name} of type {item.base} has no usual shape")
        if self.flexible:
            self.put("B", self.names.local(struct, "tags"), 0)

    def put(self, code: str, name: str, value: int | None = None) -> None:
        if not self.pieces or isinstance(self.pieces[-1], Variable):
            self.pieces.append(Run())
        run = self.pieces[-1]
        assert isinstance(run, Run)
        run.parts.append((code, name, value))

    def built(self, struct: Struct, class_of: dict[str, str]) -> str:
        """The object of what was read, as an expression."""
        arguments = []
        for item in struct.fields:
            if not self.has(item):
                arguments.append(default_literal(item, class_of))
            elif item.one and item.struct is not None:
                arguments.append(f"[{self.built(item.struct, class_of)}]")
            elif item.nullable and item.base != "records":
                arguments.append("None")
            else:
                arguments.append("[]" if item.is_array else self.names.local(struct, item.name))
        return f"{class_of[struct.name]}({', '.join(arguments)})"


def has_usual_shape(struct: Struct) -> bool:
    """Does the spec say what is usual?"""
    return any(item.one for nested in struct.nested() for item in nested.fields)


def parts(body: Struct, scope: Versions) -> Iterator[Versions]:
    """`scope` in parts within which all versions have the same fields, newest first."""
    borders = {scope.low, scope.high + 1}
    for struct in body.nested():
        for item in struct.fields:
            here = item.versions.cut(scope)
            if item.tag is None and here:
                borders |= {here.low, here.high + 1}
    ordered = sorted(borders, reverse=True)
    for above, low in pairwise(ordered):
        yield Versions(low, above - 1)


def usual_name(message: Message, scope: Versions) -> str:
    return f"_usual_{message.role}_{scope.low}"


def decoder(
    module: Module, message: Message, class_of: dict[str, str], scope: Versions, flexible: bool
) -> list[str]:
    """A function that reads the message when it has the usual shape."""
    shape = Shape(message.body, scope, flexible)
    result = class_of[message.body.name]
    code = Code()
    at = "pos"
    with code.block(
        f"def {usual_name(message, scope)}(buf: Readable, pos: int, end: int) -> {result} | None:"
    ):
        for number, piece in enumerate(shape.pieces):
            last = number == len(shape.pieces) - 1
            if isinstance(piece, Variable):
                _read_variable(module, code, piece)
                at = "stop"
            elif last and piece.constant is not None:
                _give_up(code, f"buf[{at}:end] != {piece.constant!r}")
            else:
                _give_up(code, f"end - {at} {'!=' if last else '<'} {piece.size}")
                targets = ", ".join(name for _, name, _ in piece.parts)
                code(f"{targets} = {module.unpack(piece.formats)}(buf, {at})")
                if not last:
                    code(f"{'pos +=' if at == 'pos' else f'pos = {at} +'} {piece.size}")
                tests = [f"{name} != {value}" for _, name, value in piece.parts if value is not None]
                if tests:
                    _give_up(code, " or ".join(tests))
        code(f"return {shape.built(message.body, class_of)}")
    return code.lines


def _give_up(code: Code, test: str) -> None:
    with code.block(f"if {test}:"):
        code("return None")


def _read_variable(module: Module, code: Code, piece: Variable) -> None:
    """Of `n` bytes at `pos`; `stop` is behind it."""
    if piece.item.base == "records":
        if piece.compact:
            with code.block("if n > 127:"):
                with code.block("try:"):
                    code(f"n, pos = {module.use('uvarint_rest')}(buf, pos, n)")
                with code.block(f"except {module.use('BROKEN')}:"):
                    code("return None  # The general code says where it broke.")
        code(f"stop = pos + n{' - 1' if piece.compact else ''}")
        _give_up(code, f"{'n == 0' if piece.compact else 'n < 0'} or stop > end")
        code(f"{piece.name} = memoryview(buf)[pos:stop]")
    else:
        code(f"stop = pos + n{' - 1' if piece.compact else ''}")
        _give_up(code, f"{'not 0 < n < 128' if piece.compact else 'n < 0'} or stop > end")
        code(f'{piece.name} = buf[pos:stop].decode("utf-8", "replace")')


def encoder(
    module: Module, message: Message, class_of: dict[str, str], scope: Versions, flexible: bool
) -> list[str]:
    """A function that writes the message when it has the usual shape."""
    shape = Shape(message.body, scope, flexible)
    me = message.role
    code = Code()
    element_of = {"": me}
    with code.block(
        f"def {usual_name(message, scope)}({me}: {class_of[message.body.name]}) -> bytes | None:"
    ):
        expressions: dict[str, str] = {}
        for struct, array in shape.structs:
            if array:
                element_of[array] = snake_case(struct.name)
                code(f"({element_of[array]},) = {expressions[array]}")
            tests = []
            for item in struct.fields:
                value = f"{element_of[array]}.{item.name}"
                local = shape.names.local(struct, item.name)
                expressions[local] = value
                if not shape.has(item):
                    if not item.ignorable or item.tag is not None:
                        tests.append(says_something(module, item, value, class_of))
                elif item.one:
                    tests.append(f"len({value}) != 1")
                elif item.nullable and item.base != "records":
                    tests.append(f"{value} is not None")
                elif item.is_array:
                    tests.append(value)
            if tests:
                _give_up(code, " or ".join(tests))
        terms = []
        for number, piece in enumerate(shape.pieces):
            if isinstance(piece, Variable):
                terms.append(piece.name)
                continue
            arguments = [
                str(value) if value is not None else expressions.get(name, name)
                for _, name, value in piece.parts
            ]
            if piece.constant is not None:
                terms.append(repr(piece.constant))
                continue
            if number + 1 < len(shape.pieces):
                following = shape.pieces[number + 1]
                assert isinstance(following, Variable)
                assert following.item.base == "string", "of a response only strings vary in length"
                code(f"{following.name} = {expressions[following.name]}.encode()")
                if following.compact:
                    _give_up(code, f"len({following.name}) > 126")
                else:
                    _give_up(code, f"len({following.name}) > {module.use('LONGEST_STRING')}")
                arguments[-1] = f"len({following.name}){' + 1' if following.compact else ''}"
            terms.append(f"{module.pack(piece.formats)}({', '.join(arguments)})")
        code(f"return {' + '.join(terms)}")
    return code.lines
