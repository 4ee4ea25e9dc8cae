"""The five codecs of a record batch, each in the framing that Kafka's clients read and write.

Always holds: what is decompressed never grows beyond the size that the caller allows, whatever the input
claims. The libraries are imported on first use: a broker that only passes batches on never needs them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

NONE = 0
GZIP = 1
SNAPPY = 2
LZ4 = 3
ZSTD = 4

CODEC_NAMES: tuple[str, ...] = ("none", "gzip", "snappy", "lz4", "zstd")
"""Name of each codec id, as Kafka's tools print it."""

CODECS_BY_NAME: dict[str, int] = {
    "uncompressed": NONE,
    **{name: codec for codec, name in enumerate(CODEC_NAMES)},
}
"""Codec id by the names that `compression.type` takes, and `none`."""

DEFAULT_MAX_BYTES = 256 * 1024 * 1024
"""Bound on one decompressed batch unless the caller knows better: far above any batch a client makes."""

LZ4_DEFAULT_LEVEL = 9
"""Kafka's default of `compression.lz4.level`; it means the fast compressor, any other level the thorough one."""

ZSTD_DEFAULT_LEVEL = 3

_XERIAL_MAGIC = b"\x82SNAPPY\x00"
_XERIAL_HEADER = _XERIAL_MAGIC + struct.pack(">ii", 1, 1)
_XERIAL_BLOCK_BYTES = 32 * 1024
_INT32 = struct.Struct(">i")
_COPY_BYTES = 256 * 1024

Buffer = bytes | bytearray | memoryview


class DecompressionFailed(Exception):
    """The bytes are not what the codec writes, or they would grow beyond the allowed size."""


def compress(codec: int, data: Buffer, level: int | None = None) -> bytes:
    """`data` in the framing that Kafka uses for `codec` (0 to 4); `level` None takes Kafka's default level.

    Raises ValueError for an unknown codec.
    """
    if codec == NONE:
        return bytes(data)
    if codec == GZIP:
        packer = zlib.compressobj(-1 if level is None else level, zlib.DEFLATED, 31)
        return packer.compress(data) + packer.flush()
    if codec == SNAPPY:
        return _compress_snappy(data)
    if codec == LZ4:
        import lz4.frame

        # Java's reader refuses blocks that depend on the block before.
        packed: bytes = lz4.frame.compress(
            data,
            compression_level=0 if level is None or level == LZ4_DEFAULT_LEVEL else max(level, 3),
            block_size=lz4.frame.BLOCKSIZE_MAX64KB,
            block_linked=False,
            store_size=False,
        )
        return packed
    if codec == ZSTD:
        import zstandard

        return zstandard.ZstdCompressor(level=ZSTD_DEFAULT_LEVEL if level is None else level).compress(data)
    raise ValueError(f"Unknown compression codec {codec}")


def decompress(codec: int, data: Buffer, max_size: int = DEFAULT_MAX_BYTES) -> bytes:
    """The plain bytes of `data`, which `codec` (0 to 4) packed; at most `max_size` of them.

    Raises DecompressionFailed for broken input, for more than `max_size` bytes and for an unknown codec.
    """
    unpack = _UNPACK.get(codec)
    if unpack is None:
        raise DecompressionFailed(f"Unknown compression codec {codec}")
    return unpack(data, max_size)


def _too_large(name: str, max_size: int) -> DecompressionFailed:
    return DecompressionFailed(f"{name} data grows beyond {max_size} bytes")


def _decompress_none(data: Buffer, max_size: int) -> bytes:
    if len(data) > max_size:
        raise _too_large("uncompressed", max_size)
    return bytes(data)


def _decompress_gzip(data: Buffer, max_size: int) -> bytes:
    parts: list[bytes] = []
    total = 0
    rest = bytes(data)
    while rest:  # a gzip stream may have several members
        unpacker = zlib.decompressobj(31)
        while not unpacker.eof:
            try:
                part = unpacker.decompress(rest, max_size - total + 1)
            except zlib.error as error:
                raise DecompressionFailed(f"gzip: {error}") from error
            total += len(part)
            if total > max_size:
                raise _too_large("gzip", max_size)
            parts.append(part)
            rest = unpacker.unconsumed_tail
            if not part and not rest and not unpacker.eof:
                raise DecompressionFailed("gzip: the stream is cut off")
        rest = unpacker.unused_data
    if not parts:
        raise DecompressionFailed("gzip: the stream is empty")
    return b"".join(parts)


def _compress_snappy(data: Buffer) -> bytes:
    """Xerial framing: its header, then blocks of 32 KiB, each after its compressed length."""
    import cramjam

    view = memoryview(data)
    parts = [_XERIAL_HEADER]
    for start in range(0, len(view), _XERIAL_BLOCK_BYTES):
        block = bytes(cramjam.snappy.compress_raw(view[start : start + _XERIAL_BLOCK_BYTES]))
        parts.append(_INT32.pack(len(block)))
        parts.append(block)
    return b"".join(parts)


def _decompress_snappy(data: Buffer, max_size: int) -> bytes:
    if bytes(data[: len(_XERIAL_MAGIC)]) != _XERIAL_MAGIC:  # some clients send one raw block
        return _snappy_block(data, max_size)
    parts: list[bytes] = []
    total = 0
    position = len(_XERIAL_HEADER)
    end = len(data)
    if end < position:
        raise DecompressionFailed("snappy: the header is cut off")
    while position < end:
        if end - position < 4:
            raise DecompressionFailed("snappy: a block length is cut off")
        size: int = _INT32.unpack_from(data, position)[0]
        position += 4
        if size < 0 or size > end - position:
            raise DecompressionFailed(f"snappy: a block says {size} bytes and {end - position} remain")
        block = _snappy_block(data[position : position + size], max_size - total)
        total += len(block)
        parts.append(block)
        position += size
    return b"".join(parts)


def _snappy_block(data: Buffer, max_size: int) -> bytes:
    import cramjam

    try:
        if cramjam.snappy.decompress_raw_len(data) > max_size:
            raise _too_large("snappy", max_size)
        return bytes(cramjam.snappy.decompress_raw(data))
    except cramjam.DecompressionError as error:
        raise DecompressionFailed(f"snappy: {error}") from error


def _decompress_lz4(data: Buffer, max_size: int) -> bytes:
    import lz4.frame

    unpacker = lz4.frame.LZ4FrameDecompressor()
    try:
        plain: bytes = unpacker.decompress(data, max_length=max_size + 1)
    except (RuntimeError, EOFError, ValueError) as error:
        raise DecompressionFailed(f"lz4: {error}") from error
    if len(plain) > max_size:
        raise _too_large("lz4", max_size)
    if not unpacker.eof:
        raise DecompressionFailed("lz4: the frame is cut off")
    return plain


def _decompress_zstd(data: Buffer, max_size: int) -> bytes:
    import zstandard

    parts: list[bytes] = []
    total = 0
    try:
        with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
            while part := reader.read(_COPY_BYTES):
                total += len(part)
                if total > max_size:
                    raise _too_large("zstd", max_size)
                parts.append(part)
    except zstandard.ZstdError as error:
        raise DecompressionFailed(f"zstd: {error}") from error
    return b"".join(parts)


_UNPACK: dict[int, Callable[[Buffer, int], bytes]] = {
    NONE: _decompress_none,
    GZIP: _decompress_gzip,
    SNAPPY: _decompress_snappy,
    LZ4: _decompress_lz4,
    ZSTD: _decompress_zstd,
}
