"""Emits the writing half: the same shape as the reading half, into one bytearray that breaks only at records.

Fields of fixed width that follow one another under the same condition become one `pack`. A field that the version
does not have is left out; when it is not ignorable and says something, that is a ValueError.
"""

from __future__ import annotations

from dataclasses import replace

from protocol_specs.emitting import (
    FIXED,
    Code,
    Module,
    Names,
    condition,
    grouped,
    is_fixed,
    is_tagged_struct,
    known_tags,
    says_something,
)
from protocol_specs.grammar import NEVER, Field, Message, Struct, Versions, snake_case


class Encoder:
    """The writing code of one message in one flavour, classic or flexible."""

    def __init__(self, module: Module, class_of: dict[str, str], flexible: bool) -> None:
        self.module = module
        self.class_of = class_of
        self.flexible = flexible
        self.code = Code()
        self.names = Names()
        self.tagged: dict[str, tuple[Struct, Versions]] = {}
        # The run being gathered: (expression, format code).
        self.run: list[tuple[str, str]] = []

    def message(self, message: Message, scope: Versions, name: str, into_parts: bool, what: str) -> list[str]:
        """A whole function for the message, and behind it those for its tagged fields."""
        class_name = self.class_of[message.body.name]
        me = message.role if into_parts else "record"
        self.names.owner[me] = ("", me)
        code = self.code
        if into_parts:
            self.module.use("Buffer")
        tail = ", parts: list[Buffer]) -> None:" if into_parts else ") -> bytes:"
        with code.block(f"def {name}({me}: {class_name}, version: int{tail}"):
            if not name.startswith("_"):
                code(f'"""Append {what} to `parts`. Raises ValueError for what the version cannot say."""')
            code("out = bytearray()")
            self.struct(message.body, scope, me)
            code("parts.append(out)" if into_parts else "return bytes(out)")
        lines = code.lines
        done: set[str] = set()
        while self.tagged.keys() - done:
            struct_name = min(self.tagged.keys() - done)
            done.add(struct_name)
            lines += ["", "", *self.tag_writer(*self.tagged[struct_name])]
        return lines

    def struct(self, struct: Struct, scope: Versions, me: str) -> None:
        self.refusals(struct, scope, me)
        for guard, inside, fields in grouped(struct, scope):
            if guard is not None:
                self.flush()
            with self.code.when(guard):
                for item in fields:
                    self.field(item, inside, f"{me}.{item.name}")
                if guard is not None:
                    self.flush()
            self.late_refusals(fields, scope, guard, me)
        if self.flexible:
            self.tags(struct, scope, me)
        self.flush()

    def refusals(self, struct: Struct, scope: Versions, me: str) -> None:
        """What no version of this flavour has and may not be lost."""
        for item in struct.fields:
            absent = not item.versions.cut(scope) or (item.tag is not None and not self.flexible)
            if absent and not item.ignorable:
                self.refusal(item, me, None)

    def late_refusals(self, fields: list[Field], scope: Versions, guard: str | None, me: str) -> None:
        """What some versions of this flavour do not have and may not be lost."""
        strict = [item for item in fields if not item.ignorable]
        if guard is not None and strict:
            with self.code.block("else:"):
                for item in strict:
                    self.refusal(item, me, None)

    def refusal(self, item: Field, me: str, guard: str | None) -> None:
        test = says_something(self.module, item, f"{me}.{item.name}", self.class_of)
        with self.code.block(f"if {guard} and {test}:" if guard else f"if {test}:"):
            self.code(f'{self.module.use("refuse_field")}("{item.name}", version)')

    # Runs of fixed width

    def gather(self, expression: str, formats: str) -> None:
        self.run.append((expression, formats))

    def flush(self) -> None:
        run, self.run = self.run, []
        if run:
            pack = self.module.pack("".join(item[1] for item in run))
            self.code(f"out += {pack}({', '.join(item[0] for item in run)})")

    def uvarint(self, expression: str) -> None:
        """A length, count or tag count: nearly always one byte."""
        self.flush()
        self.code(f"n = {expression}")
        with self.code.block("if n < 128:"):
            self.code("out.append(n)")
        with self.code.block("else:"):
            self.code(f"{self.module.use('write_uvarint')}(out, n)")

    # Fields

    def field(self, item: Field, scope: Versions, value: str) -> None:
        compact = self.flexible and not item.classic
        if is_fixed(item):
            self.gather(value, FIXED[item.base][0])
            return
        if item.nullable:
            allowed = condition(item.nullable.cut(scope), scope) if item.nullable.cut(scope) else "False"
            if allowed is not None:
                self.flush()
                self.refuse_null(item, value, "" if allowed == "False" else f" and not {allowed}")
        if item.is_array:
            self.array(item, scope, value, compact)
        elif item.struct is not None:
            self.single(item, scope, value)
        else:
            self.text(item, value, compact)

    def refuse_null(self, item: Field, value: str, and_when: str) -> None:
        with self.code.block(f"if {value} is None{and_when}:"):
            self.code(f'{self.module.use("refuse_null")}("{item.name}", version)')

    def text(self, item: Field, value: str, compact: bool) -> None:
        self.flush()
        kind = "compact_" if compact else ""
        if item.base == "records":
            if not item.nullable:
                self.refuse_null(item, value, "")
            self.module.use("write_records")
            self.code(f"out = write_records(out, parts, {value}, {compact})")
        else:
            self.code(f"{self.module.use(f'write_{kind}{item.base}')}(out, {value})")

    def single(self, item: Field, scope: Versions, value: str) -> None:
        assert item.struct is not None
        if not item.nullable:
            self.struct(item.struct, scope, value)
            return
        self.flush()
        with self.code.block(f"if {value} is None:"):
            self.code('out += b"\\xff"' if item.tag is None else "out.append(0)")
        with self.code.block("else:"):
            self.code("out.append(1)")
            self.struct(item.struct, scope, value)

    def array(self, item: Field, scope: Versions, value: str, compact: bool) -> None:
        if not item.nullable:
            self.elements(item, scope, value, compact)
            return
        self.flush()
        with self.code.block(f"if {value} is None:"):
            self.code("out.append(0)" if compact else f"out += {self.module.use('NULL_INT32')}")
        with self.code.block("else:"):
            self.elements(item, scope, value, compact)

    def elements(self, item: Field, scope: Versions, value: str, compact: bool) -> None:
        code = self.code
        if item.struct is None and item.base in FIXED and item.base != "uuid":
            # One element is most often what there is, and a format that need not be made up costs a third.
            kind = FIXED[item.base][0]
            self.module.use("pack")
            self.flush()
            code(f"n = len({value})")
            with code.block("if n == 1:"):
                one = self.module.pack(f"{'B' if compact else 'i'}{kind}")
                code(f"out += {one}({2 if compact else 1}, {value}[0])")
            with code.block("else:"):
                if compact:
                    self.uvarint("n + 1")
                    code(f'out += pack(f">{{n - 1}}{kind}", *{value})')
                else:
                    code(f'out += pack(f">i{{n}}{kind}", n, *{value})')
            return
        if compact:
            self.uvarint(f"len({value}) + 1")
        else:
            self.gather(f"len({value})", "i")
            self.flush()
        if item.struct is not None:
            element = self.names.local(Struct("each", scope), snake_case(item.struct.name))
            with code.block(f"for {element} in {value}:"):
                self.struct(item.struct, scope, element)
        elif item.base == "uuid":
            code(f'out += b"".join({value})')
        else:
            with code.block(f"for text in {value}:"):
                code(f"{self.module.use('write_compact_string' if compact else 'write_string')}(out, text)")

    # Tagged fields

    def tags(self, struct: Struct, scope: Versions, me: str) -> None:
        known = known_tags(struct, scope)
        self.flush_with_no_tags(not known)
        if not known:
            return
        _, before = self.tagged.get(struct.name, (struct, scope))
        self.tagged[struct.name] = (
            struct,
            Versions(min(before.low, scope.low), max(before.high, scope.high)),
        )
        tests = " or ".join(
            says_something(self.module, item, f"{me}.{item.name}", self.class_of) for item in known
        )
        with self.code.block(f"if {tests}:"):
            self.code(f"{tag_writer_name(self.class_of[struct.name])}(out, {me}, version)")
        with self.code.block("else:"):
            self.code("out.append(0)")

    def flush_with_no_tags(self, none_known: bool) -> None:
        """The count 0 of a struct that knows no tags rides along with the run before it."""
        if not none_known:
            self.flush()
        elif self.run:
            self.gather("0", "B")
            self.flush()
        else:
            self.code("out.append(0)")

    def tag_writer(self, struct: Struct, scope: Versions) -> list[str]:
        """A function that writes the tagged fields that say something; rarely called."""
        self.code, self.names = Code(), Names()
        code = self.code
        class_name = self.class_of[struct.name]
        me = snake_case(class_name)
        self.names.owner[me] = ("", me)
        self.module.use("write_tagged_fields")
        with code.block(
            f"def {tag_writer_name(class_name)}(buffer: bytearray, {me}: {class_name}, version: int) -> None:"
        ):
            code("fields: list[tuple[int, bytearray]] = []")
            for item in known_tags(struct, scope):
                inside = item.versions.cut(scope)
                guard = condition(inside, scope)
                value = f"{me}.{item.name}"
                if guard is not None and not item.ignorable:
                    self.refusal(item, me, f"not {guard}")
                test = says_something(self.module, item, value, self.class_of)
                if is_tagged_struct(item):
                    test += f" and {value} != {self.class_of[item.base]}()"
                with code.block(f"if {guard} and {test}:" if guard else f"if {test}:"):
                    code("out = bytearray()")
                    self.tag_value(item, inside, value)
                    self.flush()
                    code(f"fields.append(({item.tag}, out))")
            code("write_tagged_fields(buffer, fields)")
        return code.lines

    def tag_value(self, item: Field, scope: Versions, value: str) -> None:
        if not item.nullable or item.default != "null":
            self.field(item, scope, value)
            return
        # The default is null, so what is written here is not.
        if item.struct is not None and not item.is_array:
            self.code("out.append(1)")
        self.field(replace(item, nullable=NEVER), scope, value)


def tag_writer_name(class_name: str) -> str:
    return f"_write_{snake_case(class_name)}_tags"
