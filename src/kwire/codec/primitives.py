"""The small things that all messages are made of: varints, compact strings, tagged fields (KIP-482).

The `read_*` side works on `(buf, pos, end)` and gives the new position with the value. Lengths are held against
`end - pos` before anything is made of them. Reads of fixed width may run past `end` while they stay in `buf`: whoever
reads a whole message compares `pos` with `end` when done. Everything that can go wrong is in `BROKEN`, and the
generated code turns it into `MalformedFrame` at its public door.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import ClassVar, Final, NoReturn, TypeAlias

from kwire.codec import MalformedFrame

Buffer: TypeAlias = bytes | bytearray | memoryview
Readable: TypeAlias = bytes | bytearray

ZERO_UUID: Final = bytes(16)
LONGEST_STRING: Final = 0x7FFF
"""In bytes; also where a varint could say more."""


class BadLength(Exception):
    """A length or count that the rest of the frame cannot hold."""


BROKEN: Final = (BadLength, IndexError, struct.error)


class Struct:
    """What every generated class is: compared and shown field by field."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__match_args__)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({inside})"


def malformed(what: str, version: int, offset: int, size: int, error: Exception) -> MalformedFrame:
    """`error` in words that help whoever reads the log: what was read, and where it broke."""
    why = str(error) if isinstance(error, BadLength) else "it ends too early"
    return MalformedFrame(f"{what} version {version}, byte {offset} of {size}: {why}")


def refuse(name: str, length: int, room: int) -> NoReturn:
    """A field that cannot be: null where it may not be, or longer than what is left. Raises BadLength."""
    if length < 0:
        raise BadLength(f"{name} is null")
    raise BadLength(f"{name} has length {length}, but only {max(room, 0)} bytes are left")


def refuse_string(name: str, length: int) -> NoReturn:
    """A string over the limit. Raises BadLength."""
    raise BadLength(f"{name} has length {length}, and {LONGEST_STRING} is the limit")


def refuse_null(name: str, version: int) -> NoReturn:
    """Our own mistake on the way out. Raises ValueError."""
    raise ValueError(f"{name} may not be null in version {version}")


def refuse_field(name: str, version: int) -> NoReturn:
    """Our own mistake on the way out: a value that this version cannot say. Raises ValueError."""
    raise ValueError(f"{name} is set, but version {version} does not have it")


def uvarint_rest(buf: Readable, pos: int, first: int) -> tuple[int, int]:
    """The value of a varint whose first byte, above 127, stands before `pos`; at most five bytes."""
    value = first & 0x7F
    for shift in (7, 14, 21, 28):
        byte = buf[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 128:
            return value, pos
    raise BadLength("a varint is longer than five bytes")


def read_uvarint(buf: Readable, pos: int) -> tuple[int, int]:
    """An unsigned varint."""
    first = buf[pos]
    if first < 128:
        return first, pos + 1
    return uvarint_rest(buf, pos + 1, first)


def read_strings(buf: Readable, pos: int, end: int, count: int, name: str) -> tuple[list[str], int]:
    """`count` strings with int16 lengths."""
    if count * 2 > end - pos:
        refuse(name, count, end - pos)
    strings = []
    for _ in range(count):
        length = (buf[pos] << 8) | buf[pos + 1]
        pos += 2
        stop = pos + length
        if length > 0x7FFF or stop > end:
            refuse(name, -1 if length > 0x7FFF else length, end - pos)
        strings.append(buf[pos:stop].decode("utf-8", "replace"))
        pos = stop
    return strings, pos


def read_compact_strings(buf: Readable, pos: int, end: int, count: int, name: str) -> tuple[list[str], int]:
    """`count` strings with varint lengths."""
    if count > end - pos:
        refuse(name, count, end - pos)
    strings = []
    for _ in range(count):
        length, pos = read_uvarint(buf, pos)
        stop = pos + length - 1
        if length == 0 or stop > end:
            refuse(name, length - 1, end - pos)
        if length > LONGEST_STRING + 1:
            refuse_string(name, length - 1)
        strings.append(buf[pos:stop].decode("utf-8", "replace"))
        pos = stop
    return strings, pos


def read_uuids(buf: Readable, pos: int, count: int) -> list[bytes]:
    """`count` times 16 bytes, which must be there."""
    return [bytes(buf[at : at + 16]) for at in range(pos, pos + 16 * count, 16)]


def read_tag(buf: Readable, pos: int, end: int) -> tuple[int, int, int]:
    """The head of one tagged field: its tag, where its value ends, and where its value begins."""
    tag, pos = read_uvarint(buf, pos)
    size, pos = read_uvarint(buf, pos)
    if size > end - pos:
        refuse(f"tagged field {tag}", size, end - pos)
    return tag, pos + size, pos


def check_tag_end(tag: int, pos: int, tag_end: int) -> None:
    """The value of a tagged field must fill its size."""
    if pos != tag_end:
        raise BadLength(f"tagged field {tag} ends {tag_end - pos} bytes later than its value")


def skip_tagged_fields(buf: Readable, pos: int, end: int, count: int) -> int:
    """Pass by `count` tagged fields that nobody here knows; the new position.

    Over 127, `count` is only the first byte of a varint.
    """
    if count > 127:
        count, pos = uvarint_rest(buf, pos, count)
    if count * 2 > end - pos:
        refuse("tagged fields", count, end - pos)
    for _ in range(count):
        _, pos, _ = read_tag(buf, pos, end)
    return pos


def write_uvarint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)


_pack_int16 = struct.Struct(">h").pack
_pack_int32 = struct.Struct(">i").pack
NULL_INT16: Final = b"\xff\xff"
NULL_INT32: Final = b"\xff\xff\xff\xff"


def write_string(out: bytearray, text: str | None) -> None:
    """A string with an int16 length, or null. Raises ValueError for one that is too long."""
    if text is None:
        out += NULL_INT16
    else:
        data = text.encode()
        if len(data) > LONGEST_STRING:
            raise ValueError(f"a string of {len(data)} bytes cannot be written")
        out += _pack_int16(len(data))
        out += data


def write_compact_string(out: bytearray, text: str | None) -> None:
    """A string with a varint length, or null. Raises ValueError for one that is too long."""
    if text is None:
        out.append(0)
        return
    data = text.encode()
    size = len(data) + 1
    if size < 128:
        out.append(size)
    elif size > LONGEST_STRING + 1:
        raise ValueError(f"a string of {len(data)} bytes cannot be written")
    else:
        write_uvarint(out, size)
    out += data


def write_bytes(out: bytearray, data: Buffer | None) -> None:
    """Bytes with an int32 length, or null."""
    if data is None:
        out += NULL_INT32
    else:
        out += _pack_int32(len(data))
        out += data


def write_compact_bytes(out: bytearray, data: Buffer | None) -> None:
    """Bytes with a varint length, or null."""
    if data is None:
        out.append(0)
    else:
        write_uvarint(out, len(data) + 1)
        out += data


def write_records(
    out: bytearray, parts: list[Buffer], records: Buffer | Sequence[Buffer] | None, compact: bool
) -> bytearray:
    """Length and records, which go into `parts` as they are; gives the buffer to go on with.

    Several buffers that follow one another count as one.
    """
    if records is None:
        out += b"\x00" if compact else NULL_INT32
        return out
    pieces = (records,) if isinstance(records, bytes | bytearray | memoryview) else records
    size = sum(map(len, pieces))
    if compact:
        write_uvarint(out, size + 1)
    else:
        out += _pack_int32(size)
    if not size:
        return out
    parts.append(out)
    parts.extend(pieces)
    return bytearray()


def write_tagged_fields(out: bytearray, fields: list[tuple[int, bytearray]]) -> None:
    """The tagged fields that are set, in ascending order of their tags."""
    write_uvarint(out, len(fields))
    for tag, value in fields:
        write_uvarint(out, tag)
        write_uvarint(out, len(value))
        out += value
