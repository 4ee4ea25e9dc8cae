"""Bytes that mean harm: whatever comes, reading ends, takes little memory, and raises nothing but MalformedFrame."""

from __future__ import annotations

import random
import tracemalloc
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kwire.codec import MalformedFrame
from kwire.codec.headers import decode_request_header
from kwire.codec.primitives import BadLength, uvarint_rest
from protocol_specs.grammar import Spec
from tests.codec.random_messages import SEED, Case, all_specs, cases, identify

SPECS = all_specs()
EVERY_SPEC = pytest.mark.parametrize("spec", SPECS, ids=identify)

# A slow machine is no failure.
FEW = settings(max_examples=15)

# Written over a valid message, one after the other, at every place: null and huge lengths, classic and compact.
ABSURD = [
    *(b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x7f\xff", b"\x00", b"\xff"),
    *(b"\xff\xff\xff\xff\x07", b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x80\x80\x80\x80\x80\x80"),
]
# What a byte of a frame may cost in objects, and what the tools themselves take.
OBJECT_BYTES_PER_BYTE, OVERHEAD_BYTES = 64, 64 * 1024


def sample(case: Case, salt: object = "") -> bytes:
    return case.encode(case.random(random.Random(f"{SEED} {case} {salt}")))


def survives(case: Case, data: bytes, end: int | None = None) -> bool:
    """Whether `data` can be read; anything but MalformedFrame gets through to the test."""
    try:
        case.decode(data, 0, end)
    except MalformedFrame:
        return False
    return True


@EVERY_SPEC
def test_a_message_that_is_cut_short_is_refused(spec: Spec) -> None:
    for case in cases(spec):
        data = sample(case)[:400]
        whole = sample(case)
        for size in range(min(len(whole), 400)):
            assert not survives(case, data[:size]), f"{case}, KWIRE_SEED={SEED}, {size} of {len(whole)} bytes"
            # The frame ends here, but the buffer goes on with the next frame.
            assert not survives(case, whole, size), f"{case}, KWIRE_SEED={SEED}, {size} of {len(whole)} bytes"


@EVERY_SPEC
def test_absurd_lengths_anywhere_cost_no_memory(spec: Spec) -> None:
    frames = []
    for case in cases(spec):
        data = sample(case)[:300]
        places = random.Random(f"{SEED} {case}").sample(range(len(data) + 1), min(len(data) + 1, 15))
        frames += [
            (case, data[:at] + absurd + data[at + len(absurd) :]) for at in places for absurd in ABSURD
        ]
        case.decode(sample(case))  # Its module is loaded now.
    largest = max(len(data) for _, data in frames)
    tracemalloc.start()
    try:
        for case, data in frames:
            survives(case, data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= OVERHEAD_BYTES + OBJECT_BYTES_PER_BYTE * largest


@EVERY_SPEC
@FEW
@given(data=st.data())
def test_flipped_bits_raise_nothing_else(spec: Spec, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(cases(spec)))
    frame = bytearray(sample(case, data.draw(st.integers(0, 3))))
    for _ in range(data.draw(st.integers(1, 6))):
        if frame:
            frame[data.draw(st.integers(0, len(frame) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    survives(case, bytes(frame))


@EVERY_SPEC
@FEW
@given(data=st.data())
def test_noise_raises_nothing_else(spec: Spec, data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(cases(spec)))
    survives(case, data.draw(st.binary(max_size=200)))


@FEW
@given(st.binary(max_size=100))
def test_noise_in_the_place_of_a_header_raises_nothing_else(data: bytes) -> None:
    try:
        decode_request_header(data, 0, len(data))
    except MalformedFrame:
        pass
    else:
        assert len(data) >= 10


@EVERY_SPEC
def test_unknown_tags_are_passed_by(spec: Spec) -> None:
    """Whoever comes later may say more (KIP-482): the last byte of a message without tags counts none."""
    for case in cases(spec):
        if case.is_flexible:
            plain = case.encode(case.default())
            assert plain[-1] == 0
            more = plain[:-1] + b"\x02" + b"\x7a\x02hi" + b"\xff\xff\xff\xff\x07\x00"
            assert case.decode(more) == case.decode(plain), str(case)


def test_a_tag_that_is_larger_than_the_frame_is_refused() -> None:
    for spec in SPECS:
        for case in cases(spec):
            if case.is_flexible:
                plain = case.encode(case.default())[:-1]
                for tags in (
                    b"\x01\x7a\x05hi",
                    b"\x01\x7a\xff\xff\xff\xff\x0f",
                    b"\xff\xff\xff\xff\x0f",
                    b"\x01\x7a",
                ):
                    assert not survives(case, plain + tags), str(case)


def find(name: str, role: str, version: int) -> Case:
    return next(
        case
        for spec in SPECS
        if spec.name == name
        for case in cases(spec)
        if case.message.role == role and case.version == version
    )


def test_the_refusal_says_what_and_where() -> None:
    data = b"\xff\xff" + pack(">hii", -1, 30_000, 1) + pack(">h", 50) + b"topic"
    with pytest.raises(MalformedFrame) as caught:
        find("Produce", "request", 7).decode(data)
    assert str(caught.value) == (
        "Produce request version 7, byte 14 of 19: name has length 50, but only 5 bytes are left"
    )


def test_a_null_that_may_not_be_is_called_null() -> None:
    with pytest.raises(MalformedFrame, match=r"Heartbeat request version 0, .*: group_id is null"):
        find("Heartbeat", "request", 0).decode(b"\xff\xff")


def test_an_early_end_is_called_so() -> None:
    with pytest.raises(MalformedFrame, match="Heartbeat request version 0, byte 3 of 5: it ends too early"):
        find("Heartbeat", "request", 0).decode(b"\x00\x01g\x00\x00")


@pytest.mark.parametrize("name", ["HeartbeatRequest", "DescribeGroupsRequest"])
def test_a_string_has_at_most_32767_bytes_in_every_version(name: str) -> None:
    """One string, and a list of them: varints could say more than Kafka takes."""
    case = find(name.removesuffix("Request"), "request", 5 if name.startswith("Describe") else 4)
    list_of_one = b"\x02" if name.startswith("Describe") else b""
    for size, good in ((32_767, True), (32_768, False)):
        length = bytes(((size + 1) & 0x7F | 0x80, (size + 1) >> 7 & 0x7F | 0x80, (size + 1) >> 14))
        data = list_of_one + length + b"g" * size + bytes(10)
        data = data if list_of_one else data[:-10] + bytes(4) + b"\x01\x00\x00"
        assert survives(case, data) is good


def test_a_string_that_is_too_long_is_not_written() -> None:
    for version in (3, 4):
        case = find("Heartbeat", "request", version)
        request = case.default()
        request.group_id = "g" * 32_768
        with pytest.raises(ValueError, match="32768 bytes"):
            case.encode(request)


def test_a_tagged_field_must_fill_its_size() -> None:
    case = find("Fetch", "request", 12)
    plain = case.encode(case.default())[:-1]
    assert survives(case, plain + b"\x01\x00\x03\x02ab"[:5] + b"b") is False
    assert survives(case, plain + b"\x01\x00\x02\x02a")
    assert not survives(case, plain + b"\x01\x00\x03\x02ab")


def test_a_varint_has_at_most_five_bytes() -> None:
    assert uvarint_rest(b"\xff\xff\xff\x0f", 0, 0xFF) == (2**32 - 1, 4)
    with pytest.raises(BadLength):
        uvarint_rest(b"\xff\xff\xff\xff\x01", 0, 0xFF)


def test_a_frame_full_of_the_smallest_elements_costs_a_multiple_of_itself() -> None:
    """Structs of two bytes each: the worst that a frame can do."""
    case = find("DescribeUserScramCredentials", "request", 0)
    count = 20_000
    frame = bytes(((count + 1) & 0x7F | 0x80, (count + 1) >> 7 & 0x7F | 0x80, (count + 1) >> 14))
    frame += b"\x01\x00" * count + b"\x00"
    tracemalloc.start()
    try:
        request = case.decode(frame)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(request.users) == count
    assert peak <= OVERHEAD_BYTES + OBJECT_BYTES_PER_BYTE * len(frame)
