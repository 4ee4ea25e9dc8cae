"""Random messages, made from the specs: every field that a version has, with every kind of value it may take."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import attrs

from kwire.codec.primitives import ZERO_UUID, Buffer
from protocol_specs import emit_module, grammar
from protocol_specs.emitting import is_tagged_struct
from protocol_specs.grammar import Field, Message, Spec, Struct

INTEGERS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
}
SEED = int(os.environ.get("KWIRE_SEED") or random.SystemRandom().randrange(2**32))
"""Fixed by the environment variable KWIRE_SEED; tests print it when they fail."""

LETTERS = "abcXYZ019-_. äß€漢🎉\0\n"


@attrs.frozen
class Case:
    """One message of one spec in one version."""

    spec: Spec
    message: Message
    version: int

    @property
    def module(self) -> ModuleType:
        folder = "stored" if self.message.role in ("key", "value", "data") else "messages"
        return import_module(f"kwire.codec.{folder}.{self.spec.module}")

    @property
    def class_of(self) -> dict[str, str]:
        """The Python class of each struct."""
        return dict(zip_messages(self.spec))[self.message.name]

    @property
    def is_flexible(self) -> bool:
        return self.version >= self.message.flexible_from

    def __str__(self) -> str:
        return f"{self.message.name} v{self.version}"

    def random(self, rng: random.Random, tame: bool = False) -> Any:
        return _Maker(self, rng, tame).struct(self.message.body)

    def default(self) -> Any:
        return getattr(self.module, self.class_of[self.message.body.name])()

    def encode(self, value: Any) -> bytes:
        if self.message.role in ("key", "value", "data"):
            encoded: bytes = value.encode(self.version)
            return encoded
        parts: list[Buffer] = []
        getattr(self.module, f"encode_{self.message.role}")(value, self.version, parts)
        return b"".join(parts)

    def decode(self, buf: bytes | bytearray, pos: int = 0, end: int | None = None) -> Any:
        end = len(buf) if end is None else end
        if self.message.role in ("key", "value", "data"):
            kind = getattr(self.module, self.class_of[self.message.body.name])
            return kind.decode(buf, pos, end, self.version)
        decoded = getattr(self.module, f"decode_{self.message.role}")(buf, pos, end, self.version)
        return decoded[0] if self.message.role == "header" else decoded


def zip_messages(spec: Spec) -> Iterator[tuple[str, dict[str, str]]]:
    for message, names in zip(spec.messages, emit_module.class_names(spec), strict=True):
        yield message.name, names


def all_specs() -> list[Spec]:
    return [*grammar.apis(), *grammar.headers(), *grammar.stored()]


def identify(spec: Spec) -> str:
    """What a test of this spec is called."""
    return f"{spec.path.stem}-{spec.name}"


def cases(spec: Spec) -> list[Case]:
    """Every message of the spec in every version."""
    return [
        Case(spec, message, version)
        for message in spec.messages
        for version in range(message.versions.low, message.versions.high + 1)
    ]


class _Maker:
    """`tame` keeps to values that a stricter implementation also takes: known error codes, times of this age."""

    def __init__(self, case: Case, rng: random.Random, tame: bool) -> None:
        self.version = case.version
        self.module = case.module
        self.class_of = case.class_of
        self.rng = rng
        self.tame = tame

    def struct(self, struct: Struct) -> Any:
        result = getattr(self.module, self.class_of[struct.name])()
        for item in struct.fields:
            if self.version in item.versions and not (item.tag is not None and self.rng.random() < 0.4):
                setattr(result, item.name, self.value(item))
        return result

    def value(self, item: Field) -> Any:
        if self.version in item.nullable and self.rng.random() < 0.25:
            return None
        if item.is_array:
            return [self.element(item) for _ in range(self.count())]
        value = self.element(item)
        if is_tagged_struct(item) and value == type(value)():
            return None  # Not sent, so it reads as absent.
        return value

    def element(self, item: Field) -> Any:
        rng = self.rng
        if item.struct is not None:
            return self.struct(item.struct)
        if item.base in INTEGERS:
            return self.integer(item)
        if item.base == "bool":
            return rng.random() < 0.5
        if item.base == "float64":
            return rng.choice([0.0, -1.5, 1e300, float("inf"), rng.random()])
        if item.base == "uuid":
            return ZERO_UUID if rng.random() < 0.1 else rng.randbytes(16)
        if item.base == "string":
            return "".join(rng.choices(LETTERS, k=self.count(130)))
        return rng.randbytes(self.count(200))

    def integer(self, item: Field) -> int:
        low, high = INTEGERS[item.base]
        if self.tame:
            if item.name.endswith("error_code"):
                return self.rng.choice([-1, 0, 3, 42, 79])
            if item.name.endswith("_ms") or "timestamp" in item.name:
                return self.rng.randint(0, 2**31 - 1)
        return self.rng.choice([low, high, 0, 1 if low == 0 else -1, self.rng.randint(low, high)])

    def count(self, rarely: int = 3) -> int:
        """Mostly 0 to 3; now and then as many as need another byte of a varint."""
        return self.rng.choice([0, 1, 2, 3]) if self.rng.random() < 0.97 else rarely
