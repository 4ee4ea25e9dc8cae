"""FrameBuffer: however a stream is cut into pieces, the same frames come out, and memory follows what arrived."""

from __future__ import annotations

import random
import tracemalloc
from struct import pack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kwire.codec import MalformedFrame
from kwire.codec.frames import DIRECT_BYTES, FIRST_PIECE_BYTES, SPARE_BYTES, FrameBuffer, Spares, finish_frame
from kwire.codec.primitives import Buffer

LIMIT = 8 * FIRST_PIECE_BYTES
MIB = 1 << 20
# A slow machine is no failure.
WIDE = settings(suppress_health_check=[HealthCheck.data_too_large])


def framed(*frames: bytes) -> bytes:
    return b"".join(pack(">i", len(frame)) + frame for frame in frames)


def drain(frames: FrameBuffer) -> list[bytes]:
    """Every frame that is whole, copied at once."""
    return [bytes(buf[pos:end]) for buf, pos, end in iter(frames.next_frame, None)]


@WIDE
@given(
    st.lists(st.binary(max_size=300), max_size=12), st.lists(st.integers(1, 400), min_size=1), st.booleans()
)
def test_any_cutting_gives_the_same_frames(frames: list[bytes], pieces: list[int], drain_each: bool) -> None:
    stream = framed(*frames)
    buffer = FrameBuffer(LIMIT)
    found, pos, turn = [], 0, 0
    while pos < len(stream):
        size = pieces[turn % len(pieces)]
        buffer.feed(stream[pos : pos + size])
        pos += size
        turn += 1
        if drain_each:
            found += drain(buffer)
    found += drain(buffer)
    assert found == frames
    assert buffer.buffered_bytes == 0


@WIDE
@given(st.lists(st.sampled_from([0, 5, 70_000, 200_000, 3 * MIB]), max_size=5), st.integers(0, 2**32))
def test_any_mix_of_feeding_and_writing_in_place_gives_the_same_frames(sizes: list[int], seed: int) -> None:
    rng = random.Random(seed)
    frames = [rng.randbytes(64) * (size // 64) + b"." * (size % 64) for size in sizes]
    stream = framed(*frames)
    buffer = FrameBuffer(LIMIT)
    found: list[bytes] = []
    pos = 0
    while pos < len(stream):
        view = buffer.writable() if rng.random() < 0.8 else None
        wanted = rng.choice([1000, 65_536, 500_000])
        if view is not None:
            count = min(len(view), wanted, len(stream) - pos)
            view[:count] = stream[pos : pos + count]
            buffer.received(count)
        else:
            count = wanted
            buffer.feed(stream[pos : pos + count])
        pos += count
        found += drain(buffer)
    assert found == frames
    assert buffer.buffered_bytes == 0


def test_frames_that_arrive_together_are_not_copied() -> None:
    chunk = framed(b"first", b"second")
    buffer = FrameBuffer(LIMIT)
    buffer.feed(chunk)
    first, second = buffer.next_frame(), buffer.next_frame()
    assert first is not None
    assert second is not None
    assert first[0] is chunk
    assert second[0] is chunk


def test_a_frame_that_was_given_out_is_never_written_to_again() -> None:
    buffer = FrameBuffer(LIMIT)
    body = bytes(range(256)) * 1000
    stream = framed(body, body)
    buffer.feed(stream[:100])
    assert buffer.next_frame() is None
    buffer.feed(stream[100 : len(body) + 104])
    given_out = buffer.next_frame()
    assert given_out is not None
    buf, pos, end = given_out
    view = memoryview(buf)[pos:end]
    for start in range(len(body) + 104, len(stream), 1000):
        buffer.feed(stream[start : start + 1000])
        buffer.next_frame()
    assert view == body


def give_out(buffer: FrameBuffer, body: bytes) -> tuple[Buffer, int, int]:
    """The frame with `body`, which arrives in two pieces."""
    stream = framed(body)
    buffer.feed(stream[:100])
    assert buffer.next_frame() is None
    buffer.feed(stream[100:])
    frame = buffer.next_frame()
    assert frame is not None
    return frame


def test_the_buffer_of_a_large_frame_is_used_again_by_any_connection() -> None:
    spares = Spares()
    one, other = FrameBuffer(LIMIT, spares), FrameBuffer(LIMIT, spares)
    first, _, _ = give_out(one, b"a" * 3 * DIRECT_BYTES)
    assert one.next_frame() is None
    again, pos, end = give_out(other, b"b" * 2 * DIRECT_BYTES)
    assert again is first
    assert bytes(again[pos:end]) == b"b" * 2 * DIRECT_BYTES


def test_a_spare_buffer_grows_for_a_larger_frame() -> None:
    spares = Spares()
    buffer = FrameBuffer(LIMIT, spares)
    give_out(buffer, b"a" * DIRECT_BYTES)
    buf, pos, end = give_out(buffer, b"b" * 5 * DIRECT_BYTES)
    assert bytes(buf[pos:end]) == b"b" * 5 * DIRECT_BYTES


def test_a_buffer_of_which_somebody_has_a_slice_is_not_used_again() -> None:
    buffer = FrameBuffer(LIMIT)
    body = b"a" * 2 * DIRECT_BYTES
    buf, pos, end = give_out(buffer, body)
    kept = memoryview(buf)[pos:end]
    assert give_out(buffer, b"b" * 2 * DIRECT_BYTES)[0] is not buf
    assert kept == body


def test_spare_buffers_come_to_no_more_than_their_limit() -> None:
    spares = Spares()
    first, second = bytearray(SPARE_BYTES - DIRECT_BYTES), bytearray(DIRECT_BYTES + 1)
    spares.give(first)
    spares.give(second)
    assert spares.take(DIRECT_BYTES) is first
    assert spares.take(DIRECT_BYTES) is not second


def test_the_rest_of_a_large_frame_can_be_received_in_place() -> None:
    buffer = FrameBuffer(LIMIT)
    buffer.feed(pack(">i", 2 * DIRECT_BYTES) + b"x")
    assert buffer.next_frame() is None
    view = buffer.writable()
    assert view is not None
    assert len(view) == 2 * DIRECT_BYTES - 1


def test_a_small_rest_is_not_worth_it() -> None:
    buffer = FrameBuffer(LIMIT)
    buffer.feed(pack(">i", DIRECT_BYTES) + b"x")
    assert buffer.next_frame() is None
    assert buffer.writable() is None


@pytest.mark.parametrize("size", [-1, -(2**31), 1025, 2**31 - 1, 0x16030100])
def test_a_size_that_is_not_allowed_is_refused(size: int) -> None:
    buffer = FrameBuffer(1024)
    buffer.feed(pack(">i", size))
    with pytest.raises(MalformedFrame, match=str(size)):
        buffer.next_frame()


def test_a_frame_of_the_largest_allowed_size_is_taken() -> None:
    buffer = FrameBuffer(1024)
    buffer.feed(framed(bytes(1024)))
    assert drain(buffer) == [bytes(1024)]


def test_an_empty_frame_is_a_frame() -> None:
    buffer = FrameBuffer(1024)
    buffer.feed(framed(b"", b""))
    assert drain(buffer) == [b"", b""]


@pytest.mark.parametrize("arrived", [0, 1, 1000])
def test_a_large_size_alone_makes_no_room(arrived: int) -> None:
    buffer = FrameBuffer(100 * MIB)
    chunk = pack(">i", 100 * MIB) + bytes(arrived)
    tracemalloc.start()
    try:
        buffer.feed(chunk)
        assert buffer.next_frame() is None
        buffer.writable()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= FIRST_PIECE_BYTES + 64 * 1024 if arrived else peak <= 64 * 1024


def test_memory_follows_what_arrived() -> None:
    buffer = FrameBuffer(100 * MIB)
    buffer.feed(pack(">i", 100 * MIB) + b"x")
    buffer.next_frame()
    arrived = 1
    tracemalloc.start()
    try:
        for _ in range(60):
            view = buffer.writable()
            assert view is not None
            count = min(len(view), 100_000)
            arrived += count
            buffer.received(count)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 4 * arrived


def test_what_is_left_at_the_end_of_the_stream_is_told() -> None:
    buffer = FrameBuffer(LIMIT)
    buffer.feed(framed(b"whole") + b"\0\0\0\x05cut")
    assert drain(buffer) == [b"whole"]
    assert buffer.buffered_bytes > 0


def test_a_finished_frame_has_its_size_in_front() -> None:
    parts: list[Buffer] = [b"head", memoryview(b"records"), bytearray(b"tail")]
    assert finish_frame(parts) == 4 + 15
    buffer = FrameBuffer(LIMIT)
    buffer.feed(b"".join(parts))
    assert drain(buffer) == [b"headrecordstail"]
