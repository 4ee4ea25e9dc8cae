"""Records of the broker's own topics: type and version in front, what is unknown is passed by."""

from __future__ import annotations

import random
from struct import pack

import pytest

from kwire.codec import MalformedFrame
from kwire.codec.stored import (
    COORDINATOR_TOPICS,
    decode_coordinator_record,
    decode_metadata_record,
    encode_coordinator_key,
    encode_coordinator_value,
    encode_metadata_record,
)
from kwire.codec.stored.consumer_group_member_metadata import (
    ClassicMemberMetadata,
    ConsumerGroupMemberMetadataValue,
)
from kwire.codec.stored.offset_commit import OffsetCommitKey, OffsetCommitValue
from kwire.codec.stored.topic_record import TopicRecord
from protocol_specs import grammar
from tests.codec.random_messages import SEED, cases, identify

COORDINATORS = [
    (topic, spec)
    for topic in COORDINATOR_TOPICS
    for spec in grammar.stored()
    if spec.path.stem == topic.strip("_")
]
METADATA = [spec for spec in grammar.stored() if spec.path.stem == "cluster_metadata"]
TOPIC_ID = bytes(range(16))


@pytest.mark.parametrize(("topic", "spec"), COORDINATORS, ids=lambda value: getattr(value, "name", ""))
def test_a_coordinator_record_reads_back_equal(topic: str, spec: grammar.Spec) -> None:
    rng = random.Random(f"{SEED} {spec.name}")
    key_case = next(case for case in cases(spec) if case.message.role == "key")
    for case in cases(spec):
        if case.message.role == "value":
            key, value = key_case.random(rng), case.random(rng)
            record = encode_coordinator_key(key), encode_coordinator_value(value, case.version)
            assert record[0][:2] == pack(">h", spec.key)
            assert record[1][:2] == pack(">h", case.version)
            assert decode_coordinator_record(topic, *record) == (key, value), f"KWIRE_SEED={SEED}"
            assert decode_coordinator_record(topic, memoryview(record[0]), None) == (key, None)


@pytest.mark.parametrize("spec", METADATA, ids=identify)
def test_a_metadata_record_reads_back_equal(spec: grammar.Spec) -> None:
    rng = random.Random(f"{SEED} {spec.name}")
    for case in cases(spec):
        record = case.random(rng)
        data = encode_metadata_record(record, case.version)
        assert data[:3] == bytes((1, spec.key or 0, case.version))
        assert decode_metadata_record(memoryview(data)) == record, f"KWIRE_SEED={SEED}"


def test_the_bytes_of_an_offset_commit_are_those_of_kafka() -> None:
    key, value = OffsetCommitKey("g", "t", 1), OffsetCommitValue(42, 5, "m", 1000)
    assert encode_coordinator_key(key) == b"\x00\x01" + b"\x00\x01g\x00\x01t\x00\x00\x00\x01"
    assert encode_coordinator_value(value, 3) == b"\x00\x03" + pack(">qih", 42, 5, 1) + b"m" + pack(
        ">q", 1000
    )


def test_the_bytes_of_a_topic_record_are_those_of_kafka() -> None:
    assert (
        encode_metadata_record(TopicRecord("t", TOPIC_ID), 0)
        == b"\x01\x02\x00" + b"\x02t" + TOPIC_ID + b"\x00"
    )


def test_unknown_types_are_passed_by() -> None:
    assert decode_coordinator_record("__consumer_offsets", b"\x00\x7fwhatever", b"\x00\x00") is None
    assert decode_metadata_record(b"\x01\x7f\x00whatever") is None


def test_unknown_tags_are_passed_by() -> None:
    """A newer broker may have added fields (KIP-915)."""
    value = OffsetCommitValue(42, 5, "m", 1000, topic_id=TOPIC_ID)
    data = encode_coordinator_value(value, 4)
    assert data[-19:-16] == b"\x01\x00\x10"
    data = data[:-19] + b"\x02" + data[-18:] + b"\x09\x03new"
    key = encode_coordinator_key(OffsetCommitKey("g", "t", 1))
    found = decode_coordinator_record("__consumer_offsets", key, data)
    assert found is not None
    assert found[1] == value


def test_an_unknown_version_is_refused() -> None:
    key = encode_coordinator_key(OffsetCommitKey("g", "t", 1))
    with pytest.raises(MalformedFrame, match="OffsetCommitValue version 5 is not known"):
        decode_coordinator_record("__consumer_offsets", key, b"\x00\x05" + bytes(40))
    with pytest.raises(MalformedFrame, match="TopicRecord version 9 is not known"):
        decode_metadata_record(b"\x01\x02\x09")


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\x01", b"\x01\x02", b"\x02\x02\x00", b"\x01\xff\xff\xff\xff\xff\x01"]
)
def test_a_metadata_record_without_its_head_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedFrame):
        decode_metadata_record(data)


@pytest.mark.parametrize(("key", "value"), [(b"", b""), (b"\x00", None), (b"\x00\x02\x00\x01g", b"\x00")])
def test_a_coordinator_record_without_its_head_is_refused(key: bytes, value: bytes | None) -> None:
    with pytest.raises(MalformedFrame):
        decode_coordinator_record("__consumer_offsets", key, value)


def test_null_in_a_tagged_struct_is_not_the_same_as_its_absence() -> None:
    """A member of the consumer protocol has null there; absent reads as the default."""
    null, absent = (
        ConsumerGroupMemberMetadataValue(classic_member_metadata=None),
        ConsumerGroupMemberMetadataValue(),
    )
    assert null.encode(0)[-4:] == b"\x01\x00\x01\x00"
    assert absent.encode(0)[-1:] == b"\x00"
    for value in (null, absent):
        data = value.encode(0)
        assert ConsumerGroupMemberMetadataValue.decode(data, 0, len(data), 0) == value
    assert absent.classic_member_metadata == ClassicMemberMetadata()
