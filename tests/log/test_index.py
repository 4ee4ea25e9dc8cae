"""The sparse indexes: searched right, written in Kafka's bytes, and refused when they cannot be right."""

from __future__ import annotations

import struct

import pytest

from kwire.log.index import BadIndex, IndexBuilder, OffsetIndex, TimeIndex


def _offsets(*entries: tuple[int, int]) -> OffsetIndex:
    index = OffsetIndex()
    for offset, position in entries:
        index.append(offset, position)
    return index


def _times(*entries: tuple[int, int]) -> TimeIndex:
    index = TimeIndex()
    for timestamp, offset in entries:
        index.append(timestamp, offset)
    return index


def test_the_offset_index_gives_the_last_position_that_is_not_too_far() -> None:
    index = _offsets((10, 5000), (20, 10000))
    assert [index.floor(offset) for offset in (0, 9, 10, 19, 20, 99)] == [0, 0, 5000, 5000, 10000, 10000]
    assert [index.floor_position(at) for at in (0, 4999, 5000, 9999, 20000)] == [0, 0, 5000, 5000, 10000]


def test_an_offset_entry_is_two_big_endian_int32() -> None:
    index = _offsets((10, 5000), (20, 10000))
    assert index.encode() == struct.pack(">iiii", 10, 5000, 20, 10000)
    read = OffsetIndex.decode(index.encode(), 20000)
    assert (list(read.offsets), list(read.positions)) == ([10, 20], [5000, 10000])


def test_zeros_at_the_end_of_an_index_are_room() -> None:
    assert len(OffsetIndex.decode(_offsets((10, 5000)).encode() + bytes(800), 20000)) == 1
    assert len(OffsetIndex.decode(bytes(800), 20000)) == 0
    assert len(TimeIndex.decode(_times((99, 10)).encode() + bytes(1200))) == 1
    assert len(TimeIndex.decode(_times((0, 0), (5, 1)).encode() + bytes(1200))) == 2
    assert len(TimeIndex.decode(bytes(1200))) == 0
    assert len(TimeIndex.decode(b"")) == 0


def test_a_lone_record_of_time_zero_is_an_entry() -> None:
    assert TimeIndex.decode(bytes(12)).last == (0, 0)
    assert len(TimeIndex.decode(bytes(12))) == 1


@pytest.mark.parametrize(
    "data",
    [
        bytes(7),
        struct.pack(">iiii", 20, 5000, 10, 10000),
        struct.pack(">iiii", 10, 10000, 20, 5000),
        struct.pack(">ii", -5, 5000),
        struct.pack(">ii", 10, 20000),
    ],
)
def test_an_offset_index_that_cannot_be_right_is_refused(data: bytes) -> None:
    with pytest.raises(BadIndex):
        OffsetIndex.decode(data, 20000)


@pytest.mark.parametrize(
    "data", [bytes(13), struct.pack(">qiqi", 100, 10, 50, 20), struct.pack(">qiqi", 1, 5, 2, 4)]
)
def test_a_time_index_that_cannot_be_right_is_refused(data: bytes) -> None:
    with pytest.raises(BadIndex):
        TimeIndex.decode(data)


def test_the_time_index_gives_an_offset_below_which_all_is_older() -> None:
    index = _times((100, 10), (200, 20))
    assert [index.before(timestamp) for timestamp in (50, 100, 101, 200, 201)] == [0, 0, 10, 10, 20]
    assert index.last == (200, 20)
    assert _times().last == (-1, 0)


def test_a_time_entry_is_an_int64_and_an_int32() -> None:
    assert _times((100, 10)).encode() == struct.pack(">qi", 100, 10)
    assert TimeIndex.encode_entry(100, 10) == struct.pack(">qi", 100, 10)
    assert OffsetIndex.encode_entry(7, 8) == struct.pack(">ii", 7, 8)


def test_an_entry_is_made_once_more_than_the_interval_was_written_since_the_last() -> None:
    builder = IndexBuilder(1000, 4096)
    for number in range(10):
        builder.add(number * 2048, 2048, 1000 + number, 50 + number)
    assert list(builder.offsets.offsets) == [3, 6, 9]
    assert list(builder.offsets.positions) == [3 * 2048, 6 * 2048, 9 * 2048]
    assert [builder.times[at] for at in range(len(builder.times))] == [(53, 3), (56, 6), (59, 9)]


def test_the_time_index_skips_what_is_not_newer_and_ends_with_the_newest() -> None:
    builder = IndexBuilder(0, 10)
    for number, timestamp in enumerate((500, 100, 400, 500, 300, 900)):
        builder.add(number * 100, 100, number, timestamp)
    assert [builder.times[at] for at in range(len(builder.times))] == [(500, 0), (900, 5)]
    builder.add(600, 5, 6, 901)
    builder.finish()
    assert builder.times.last == (901, 6)


def test_batches_without_time_make_no_time_entries() -> None:
    builder = IndexBuilder(0, 10)
    builder.add(0, 100, 0, -1)
    builder.add(100, 100, 1, -1)
    builder.finish()
    assert len(builder.times) == 0
    assert len(builder.offsets) == 1
