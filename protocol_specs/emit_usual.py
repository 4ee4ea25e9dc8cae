"""Emits short cuts for the usual shape of a message, where its spec says what is usual.

In the usual shape an array marked `one` has one element, every other array is empty, what may be null is null, records
aside, and no tagged field is sent. Nearly all of such a message is runs of fixed width: one `unpack` or `pack` each.
What is left of it are a few values, which a short cut gives, or takes, without an object around them. It reads a whole
message of this shape, or gives None and leaves it to the general code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from protocol_specs.emitting import FIXED, Code, Module, Names, default_literal, is_fixed, python_type
from protocol_specs.grammar import Field, Message, Struct, Versions

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
        self.locals: dict[str, str] = {}
        """For each value that is on the wire, by the name of its field, the name of the variable."""
        self.walk(body)

    def has(self, item: Field) -> bool:
        """Is it on the wire here, tagged fields aside?"""
        return item.tag is None and bool(item.versions.cut(self.scope))

    def walk(self, struct: Struct) -> None:
        for item in filter(self.has, struct.fields):
            local = self.names.local(struct, item.name)
            compact = self.flexible and not item.classic
            length = "B" if compact else "h" if item.base == "string" and not item.is_array else "i"
            if is_fixed(item):
                self.put(FIXED[item.base][0], local)
                self.locals[item.name] = local
            elif item.one and item.struct is not None:
                self.put(length, f"{local}_count", 2 if compact else 1)
                self.walk(item.struct)
            elif item.nullable and item.base != "records":
                if not item.nullable.covers(self.scope):
                    raise ValueError(f"{item.name} may be null in some versions only")
                self.put(length, f"{local}_length", 0 if compact else -1)
            elif item.is_array:
                self.put(length, f"{local}_count", 1 if compact else 0)
            elif item.base in ("string", "records"):
                self.put(length, "n")
                self.pieces.append(Variable(item, local, compact))
                self.locals[item.name] = local
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


def values(body: Struct) -> list[Field]:
    """What may differ from one message of the usual shape to the next, in the order of the spec."""
    found: list[Field] = []
    for item in body.fields:
        if item.one and item.struct is not None:
            found += values(item.struct)
        elif item.tag is None and not item.is_array and (not item.nullable or item.base == "records"):
            found.append(item)
    if len({item.name for item in found}) < len(found):
        raise ValueError("two values of a usual shape have the same name")
    return found


def has_usual_shape(struct: Struct) -> bool:
    """Does the spec say what is usual?"""
    return any(item.one for nested in struct.nested() for item in nested.fields)


def parts(message: Message) -> list[tuple[Versions, bool]]:
    """The versions in parts within which all have the same fields, newest first; and whether they are flexible."""
    flavours = sorted(message.flavours(), key=lambda flavour: -flavour[1].low)
    return [(part, flexible) for flexible, scope in flavours for part in _same_fields(message.body, scope)]


def _same_fields(body: Struct, scope: Versions) -> Iterator[Versions]:
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


def kind(item: Field) -> str:
    """The annotation of a value."""
    return python_type(item, {}, many_records=False).removesuffix(" | None")


def declared(module: Module, message: Message, usual: list[tuple[Versions, bool]]) -> list[str]:
    """A table of the short cuts by version."""
    kinds = ", ".join(map(kind, values(message.body)))
    module.use("Callable")
    if message.role == "request":
        module.use("Readable")
        name, signature = "READ_USUAL", f"Callable[[Readable, int, int], tuple[{kinds}] | None]"
        about = "By version: the values of a request of the usual shape, None for any other."
    else:
        name, signature = "WRITE_USUAL", f"Callable[[{kinds}], bytes | None]"
        about = (
            "By version: a response of the usual shape with these values; None when it cannot be written so."
        )
    lines = [f"{name}: dict[int, {signature}] = {{"]
    for part, _ in reversed(usual):
        lines += [
            f"    {version}: {usual_name(message, part)}," for version in range(part.low, part.high + 1)
        ]
    return [*lines, "}", f'"""{about}"""']


def decoder(module: Module, message: Message, scope: Versions, flexible: bool) -> list[str]:
    """A function that reads the values of a message that has the usual shape."""
    shape = Shape(message.body, scope, flexible)
    code = Code()
    at = "pos"
    kinds = ", ".join(map(kind, values(message.body)))
    with code.block(
        f"def {usual_name(message, scope)}(buf: Readable, pos: int, end: int) -> tuple[{kinds}] | None:"
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
        given = []
        for item in values(message.body):
            if item.name in shape.locals:
                given.append(shape.locals[item.name])
                continue
            default = default_literal(item, {})
            if default == "ZERO_UUID":
                module.use(default)
            given.append(default)
        code(f"return {', '.join(given)}")
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


def encoder(module: Module, message: Message, scope: Versions, flexible: bool) -> list[str]:
    """A function that writes the message of the usual shape with these values."""
    shape = Shape(message.body, scope, flexible)
    code = Code()
    takes = ", ".join(f"{item.name}: {kind(item)}" for item in values(message.body))
    with code.block(f"def {usual_name(message, scope)}({takes}) -> bytes | None:"):
        expressions = {local: name for name, local in shape.locals.items()}
        for item in values(message.body):
            if item.name not in shape.locals and not item.ignorable:
                raise ValueError(
                    f"{item.name} may not be left out, and versions {scope} have no place for it"
                )
        terms = []
        for number, piece in enumerate(shape.pieces):
            if isinstance(piece, Variable):
                terms.append("text")
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
                assert "text" not in terms, "there is one string at most"
                code(f"text = {expressions[following.name]}.encode()")
                if following.compact:
                    _give_up(code, "len(text) > 126")
                else:
                    _give_up(code, f"len(text) > {module.use('LONGEST_STRING')}")
                arguments[-1] = f"len(text){' + 1' if following.compact else ''}"
            terms.append(f"{module.pack(piece.formats)}({', '.join(arguments)})")
        code(f"return {' + '.join(terms)}")
    return code.lines
