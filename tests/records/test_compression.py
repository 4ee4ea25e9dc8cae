"""The five codecs: what comes out of one side is what went into the other, and broken input is only ever one error."""

from __future__ import annotations

import gzip
import os
import struct

import cramjam
import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from kwire.records.compression import CODEC_NAMES, CODECS_BY_NAME, DecompressionFailed, compress, decompress

CODECS = range(5)
PACKED = range(1, 5)


@pytest.mark.parametrize("codec", CODECS, ids=CODEC_NAMES)
@pytest.mark.parametrize("size", [0, 1, 32 * 1024, 32 * 1024 + 1, 300_000])
def test_data_survives_the_round_trip(codec: int, size: int) -> None:
    for data in (bytes(size), os.urandom(size)):
        assert decompress(codec, compress(codec, data)) == data


@pytest.mark.parametrize("codec", CODECS, ids=CODEC_NAMES)
def test_any_buffer_can_be_compressed_and_decompressed(codec: int) -> None:
    data = b"the same bytes " * 100
    packed = compress(codec, memoryview(bytearray(data)))
    assert decompress(codec, memoryview(packed)) == data
    assert decompress(codec, bytearray(packed)) == data


@pytest.mark.parametrize("codec", CODECS, ids=CODEC_NAMES)
def test_growing_beyond_the_allowed_size_is_refused(codec: int) -> None:
    packed = compress(codec, bytes(10_000))
    assert len(decompress(codec, packed, 10_000)) == 10_000
    with pytest.raises(DecompressionFailed):
        decompress(codec, packed, 9_999)


@pytest.mark.parametrize("codec", PACKED, ids=CODEC_NAMES[1:])
@settings(max_examples=60)
@given(data=st.data())
def test_damaged_input_is_data_or_one_error(codec: int, data: st.DataObject) -> None:
    packed = bytearray(compress(codec, b"some words, some words, and others" * 20))
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    packed = packed[: data.draw(st.integers(0, len(packed)))]
    try:
        plain = decompress(codec, packed, 100_000)
    except DecompressionFailed:
        return
    assert len(plain) <= 100_000


@pytest.mark.parametrize("codec", [1, 3], ids=["gzip", "lz4"])
def test_a_stream_that_is_cut_off_is_refused(codec: int) -> None:
    packed = compress(codec, os.urandom(1000))
    with pytest.raises(DecompressionFailed):
        decompress(codec, packed[:-10])


def test_a_gzip_stream_may_have_several_members() -> None:
    assert decompress(1, gzip.compress(b"one, ") + gzip.compress(b"two")) == b"one, two"


def test_zstd_frames_may_follow_one_another_and_omit_their_size() -> None:
    frame = zstandard.ZstdCompressor(write_content_size=False).compress(b"half")
    assert decompress(4, frame + frame) == b"halfhalf"


def test_snappy_is_framed_in_blocks_of_32_kib() -> None:
    packed = compress(2, os.urandom(70_000))
    assert packed[:16] == b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
    sizes = []
    position = 16
    while position < len(packed):
        (size,) = struct.unpack_from(">i", packed, position)
        sizes.append(len(bytes(cramjam.snappy.decompress_raw(packed[position + 4 : position + 4 + size]))))
        position += 4 + size
    assert sizes == [32768, 32768, 70_000 - 65536]


def test_one_raw_snappy_block_is_accepted_too() -> None:
    assert decompress(2, bytes(cramjam.snappy.compress_raw(b"raw " * 50))) == b"raw " * 50


def test_a_snappy_block_that_says_more_than_there_is_is_refused() -> None:
    packed = bytearray(compress(2, b"x" * 100))
    packed[16:20] = struct.pack(">i", 2**31 - 1)
    with pytest.raises(DecompressionFailed, match="remain"):
        decompress(2, packed)


def test_lz4_blocks_do_not_depend_on_one_another() -> None:
    info = lz4.frame.get_frame_info(compress(3, bytes(200_000)))
    assert info["block_linked"] is False


@pytest.mark.parametrize(
    ("codec", "low", "high"), [(1, 1, 9), (3, 1, 17), (4, -5, 19)], ids=["gzip", "lz4", "zstd"]
)
def test_levels_trade_time_for_size(codec: int, low: int, high: int) -> None:
    data = " ".join(str(number * number) for number in range(5000)).encode()
    assert len(compress(codec, data, high)) <= len(compress(codec, data, low))
    assert decompress(codec, compress(codec, data, high)) == data


def test_unknown_codecs_are_refused() -> None:
    with pytest.raises(DecompressionFailed):
        decompress(5, b"")
    with pytest.raises(ValueError):
        compress(7, b"")


def test_both_names_of_no_compression_are_known() -> None:
    assert CODECS_BY_NAME["uncompressed"] == CODECS_BY_NAME["none"] == 0
    assert CODECS_BY_NAME["zstd"] == 4
