"""Emits the reading half: straight-line code, flat over nested structs.

Fields of fixed width that follow one another under the same condition become one `unpack`; the length of what comes
after them rides along. `n` holds the length, count or number of tags being looked at, `pos` is always behind it.
"""

from __future__ import annotations

from protocol_specs.emitting import (
    FIXED,
    Code,
    Module,
    Names,
    condition,
    default_literal,
    grouped,
    is_fixed,
    known_tags,
    python_type,
    smallest_element,
)
from protocol_specs.grammar import Field, Message, Struct, Versions, snake_case

_SIGNATURE = "buf: Readable, pos: int, end: int, version: int"


class Decoder:
    """The reading code of one message in one flavour, classic or flexible."""

    def __init__(self, module: Module, class_of: dict[str, str], many_records: bool, flexible: bool) -> None:
        self.module = module
        self.class_of = class_of
        self.many_records = many_records
        self.flexible = flexible
        self.code = Code()
        self.names = Names()
        # Structs with tagged fields that were met: each gets a function of its own for those.
        self.tagged: dict[str, tuple[Struct, Versions]] = {}
        # The run being gathered: (local name, format code, size).
        self.run: list[tuple[str, str, int]] = []

    def message(self, message: Message, scope: Versions, name: str, what: str) -> list[str]:
        """A whole function for the message, and behind it those for its tagged fields."""
        self.module.use("Readable", "BROKEN", "malformed", "refuse")
        result = self.class_of[message.body.name]
        is_header = message.role == "header"  # Something follows it, so its reader says where it ends.
        code = self.code
        with code.block(f"def {name}({_SIGNATURE}) -> {f'tuple[{result}, int]' if is_header else result}:"):
            if not name.startswith("_"):
                code(f'"""{what} of any version. Raises MalformedFrame."""')
            code("start = pos")
            with code.block("try:"):
                built = self.struct(message.body, scope, snake_case(message.body.name))
                with code.block("if pos > end:"):
                    code('refuse("the last field", pos - end, 0)')
            with code.block("except BROKEN as error:"):
                code(f'raise malformed("{what}", version, pos - start, end - start, error) from error')
            code(f"return {built}, pos" if is_header else f"return {built}")
        lines = code.lines
        done: set[str] = set()
        while self.tagged.keys() - done:
            struct_name = min(self.tagged.keys() - done)
            done.add(struct_name)
            lines += ["", "", *self.tag_reader(*self.tagged[struct_name])]
        return lines

    def struct(self, struct: Struct, scope: Versions, target: str) -> str:
        """Read the fields; an expression for the object, which reads nothing any more."""
        read: set[str] = set()
        for guard, inside, fields in grouped(struct, scope):
            if guard is not None:
                self.flush()
                for item in fields:
                    local = self.names.local(struct, item.name)
                    default = default_literal(item, self.class_of)
                    self.use_default(default)
                    self.code(f"{self.declared(struct, item)} = {default}")
            with self.code.when(guard):
                for item in fields:
                    self.field(struct, item, inside)
                    read.add(item.name)
                if guard is not None:
                    self.flush()
        arguments = [
            self.names.local(struct, item.name) if item.name in read else default_literal(item, self.class_of)
            for item in struct.fields
        ]
        while arguments and struct.fields[len(arguments) - 1].name not in read:
            arguments.pop()
        for argument in arguments:
            self.use_default(argument)
        built = f"{self.class_of[struct.name]}({', '.join(arguments)})"
        if not self.flexible:
            self.flush()
            return built
        self.count()
        if known_tags(struct, scope):
            _, before = self.tagged.get(struct.name, (struct, scope))
            self.tagged[struct.name] = (
                struct,
                Versions(min(before.low, scope.low), max(before.high, scope.high)),
            )
            local = self.names.local(Struct("", scope), target)
            self.code(f"{local} = {built}")
            with self.code.block("if n:"):
                self.code(
                    f"pos = {tag_reader_name(self.class_of[struct.name])}({local}, n, buf, pos, end, version)"
                )
            return local
        with self.code.block("if n:"):
            self.code(f"pos = {self.module.use('skip_tagged_fields')}(buf, pos, end, n)")
        return built

    def use_default(self, literal: str) -> None:
        if literal == "ZERO_UUID":
            self.module.use("ZERO_UUID")

    def declared(self, struct: Struct, item: Field) -> str:
        """The local of a field, with its type where mypy needs it."""
        local = self.names.local(struct, item.name)
        if is_fixed(item) or (not item.nullable and not item.is_array and item.base != "records"):
            return local
        return self.names.declare(local, python_type(item, self.class_of, self.many_records))

    # Runs of fixed width

    def gather(self, local: str, formats: str, size: int) -> None:
        self.run.append((local, formats, size))

    def flush(self) -> None:
        """Emit the run: one `unpack`, or an index when it is a single byte."""
        run, self.run = self.run, []
        if not run:
            return
        size = sum(item[2] for item in run)
        formats = "".join(item[1] for item in run)
        if formats == "B":
            self.code("n = buf[pos]")
        else:
            targets = ", ".join(item[0] for item in run)
            if len(run) == 1:
                targets = f"({targets},)"
            self.code(f"{targets} = {self.module.unpack(formats)}(buf, pos)")
        self.code(f"pos += {size}")

    def count(self) -> None:
        """Read the first byte of a varint into `n`, together with the run before it."""
        self.gather("n", "B", 1)
        self.flush()

    def length(self, code: str, compact: bool, name: str = "") -> None:
        """Read a length into `n`. A compact one is still one more than it says.

        With a `name` it is a string's, which has a limit; a classic length cannot go over it.
        """
        if not compact:
            self.gather("n", code, FIXED[{"h": "int16", "i": "int32"}[code]][1])
            self.flush()
            return
        self.count()
        with self.code.block("if n > 127:"):
            self.code(f"n, pos = {self.module.use('uvarint_rest')}(buf, pos, n)")
            if name:
                with self.code.block(f"if n > {self.module.use('LONGEST_STRING')} + 1:"):
                    self.code(f'{self.module.use("refuse_string")}("{name}", n - 1)')

    # Fields

    def field(self, struct: Struct, item: Field, scope: Versions) -> None:
        local = self.names.local(struct, item.name)
        compact = self.flexible and not item.classic
        if is_fixed(item):
            code, size = FIXED[item.base]
            self.gather(local, code, size)
        elif item.is_array:
            self.array(struct, item, scope, compact)
        elif item.struct is not None:
            self.single(struct, item, scope)
        else:
            self.text(struct, item, scope, compact)

    def text(self, struct: Struct, item: Field, scope: Versions, compact: bool) -> None:
        """A string, bytes or records."""
        local = self.names.local(struct, item.name)
        is_string = item.base == "string"
        self.length("h" if is_string else "i", compact, item.name if is_string else "")
        reading = {
            "string": 'buf[pos:stop].decode("utf-8", "replace")',
            "bytes": "bytes(buf[pos:stop])",
            "records": "memoryview(buf)[pos:stop]",
        }[item.base]
        length = "n - 1" if compact else "n"
        missing = "n == 0" if compact else "n < 0"

        def rest(too_small: str) -> None:
            self.code(f"stop = pos + {length}")
            with self.code.block(f"if {too_small}stop > end:"):
                self.code(f'refuse("{item.name}", {length}, end - pos)')
            self.code(f"{local} = {reading}")
            self.code("pos = stop")

        if not item.nullable.cut(scope):
            rest(f"{missing} or ")
            return
        self.code(f"{self.declared(struct, item)} = None")
        self.null_refused(item, scope, missing)
        with self.code.block("if n:" if compact else "if n >= 0:"):
            rest("")

    def null_refused(self, item: Field, scope: Versions, missing: str) -> None:
        """Null is allowed in some versions only: refuse it in the others."""
        allowed = condition(item.nullable.cut(scope), scope)
        if allowed is not None:
            with self.code.block(f"if {missing} and not {allowed}:"):
                self.code(f'refuse("{item.name}", -1, end - pos)')

    def single(self, struct: Struct, item: Field, scope: Versions) -> None:
        """A struct that is not in an array; null is a byte below zero, or in a tagged field the byte 0."""
        assert item.struct is not None
        local = self.names.local(struct, item.name)
        if not item.nullable.cut(scope):
            built = self.struct(item.struct, scope, local)
            if built != local:
                self.code(f"{local} = {built}")
            return
        self.count()
        self.code(f"{self.declared(struct, item)} = None")
        missing, there = ("n > 127", "n < 128") if item.tag is None else ("n == 0", "n")
        self.null_refused(item, scope, missing)
        with self.code.block(f"if {there}:"):
            built = self.struct(item.struct, scope, snake_case(item.base))
            self.code(f"{local} = {built}")

    def array(self, struct: Struct, item: Field, scope: Versions, compact: bool) -> None:
        self.length("i", compact)
        if compact:
            self.code("n -= 1")
        nullable = bool(item.nullable.cut(scope))
        if nullable:
            self.code(f"{self.declared(struct, item)} = None")
            self.null_refused(item, scope, "n < 0")
        with self.code.when("n >= 0" if nullable else None):
            self.elements(struct, item, scope, compact, nullable)

    def elements(self, struct: Struct, item: Field, scope: Versions, compact: bool, nullable: bool) -> None:
        local = self.names.local(struct, item.name)
        if item.base == "string":
            reader = self.module.use("read_compact_strings" if compact else "read_strings")
            if not nullable:
                with self.code.block("if n < 0:"):
                    self.code(f'refuse("{item.name}", n, end - pos)')
            self.code(f'{local}, pos = {reader}(buf, pos, end, n, "{item.name}")')
            return
        size = smallest_element(item, scope, compact)
        bytes_needed = "n" if size == 1 else f"n * {size}"
        too_small = "" if nullable else "n < 0 or "
        with self.code.block(f"if {too_small}{bytes_needed} > end - pos:"):
            self.code(f'refuse("{item.name}", n, end - pos)')
        if item.struct is not None:
            self.code(f"{self.declared(struct, item)} = []")
            with self.code.block("for _ in range(n):"):
                built = self.struct(item.struct, scope, snake_case(item.base))
                self.code(f"{local}.append({built})")
        elif item.base == "uuid":
            self.code(f"{self.declared(struct, item)} = {self.module.use('read_uuids')}(buf, pos, n)")
            self.code("pos += 16 * n")
        else:
            self.module.use("unpack_from")
            code = FIXED[item.base][0]
            self.code(f'{self.declared(struct, item)} = list(unpack_from(f">{{n}}{code}", buf, pos))')
            self.code(f"pos += {bytes_needed}")

    # Tagged fields

    def tag_reader(self, struct: Struct, scope: Versions) -> list[str]:
        """A function that reads the tagged fields into the object; rarely called."""
        self.code, self.names = Code(), Names()
        class_name = self.class_of[struct.name]
        me = self.names.local(Struct("", scope), snake_case(class_name))
        code = self.code
        self.module.use("read_tag", "check_tag_end", "uvarint_rest")
        with code.block(
            f"def {tag_reader_name(class_name)}({me}: {class_name}, n: int, {_SIGNATURE}) -> int:"
        ):
            with code.block("if n > 127:"):
                code("n, pos = uvarint_rest(buf, pos, n)")
            with code.block("for _ in range(n):"):
                code("tag, tag_end, pos = read_tag(buf, pos, end)")
                word = "if"
                for item in known_tags(struct, scope):
                    inside = item.versions.cut(scope)
                    guard = condition(inside, scope)
                    with code.block(f"{word} tag == {item.tag}{f' and {guard}' if guard else ''}:"):
                        local = self.names.local(struct, item.name)
                        self.field(struct, item, inside)
                        self.flush()
                        code(f"{me}.{item.name} = {local}")
                        code("check_tag_end(tag, pos, tag_end)")
                    word = "elif"
                with code.block("else:"):
                    code("pos = tag_end")
            code("return pos")
        return code.lines


def tag_reader_name(class_name: str) -> str:
    return f"_read_{snake_case(class_name)}_tags"
