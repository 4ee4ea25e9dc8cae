"""How groups lie in `__consumer_offsets`: the bytes are those that Apache Kafka writes."""

from __future__ import annotations

import pytest

from kwire.broker.groups.events import (
    CommittedOffset,
    GroupEvent,
    GroupStored,
    OffsetCommitted,
    OtherStored,
    StoredGroup,
    StoredMember,
    decode_event,
    encode_event,
)
from kwire.codec import MalformedFrame

TOPIC_ID = bytes.fromhex("0d0a04b42464407ebf21b0bc92c074fd")
SUBSCRIPTION = bytes.fromhex("00010000000100027431ffffffff00000000")
MEMBER_ID = "cl-ce90df85-3098-454c-a209-32084917c660"

# Written by Apache Kafka 4.3.0.
KAFKA_WROTE: dict[str, tuple[GroupEvent, str, str | None]] = {
    "offset": (
        OffsetCommitted("one9", "t2", 1, CommittedOffset(7, 3, "meta", 1795408158235, -1, TOPIC_ID)),
        "000100046f6e65390002743200000001",
        "0004000000000000000700000003056d657461000001a206aa5e1b0100100d0a04b42464407ebf21b0bc92c074fd",
    ),
    "offset with a retention of its own": (
        OffsetCommitted("ret", "t1", 0, CommittedOffset(3, -1, "", 1795408158883, 1795418158883)),
        "000100037265740002743100000000",
        "000100000000000000030000000001a206aa60a3000001a20742f723",
    ),
    "offset removed": (
        OffsetCommitted("one9", "t2", 1, None),
        "000100046f6e65390002743200000001",
        None,
    ),
    "new group": (
        GroupStored("one9", StoredGroup(None, 0, None, None, 1795408157711)),
        "000200046f6e6539",
        "0003000000000000ffffffff000001a206aa5c0f00000000",
    ),
    "stable group": (
        GroupStored(
            "one9",
            StoredGroup(
                "consumer",
                1,
                "range",
                MEMBER_ID,
                1795408158212,
                (StoredMember(MEMBER_ID, None, "cl", "/127.0.0.1", 20_000, 10_000, SUBSCRIPTION, b"assign"),),
            ),
        ),
        "000200046f6e6539",
        "00030008636f6e73756d657200000001000572616e6765"
        "0027636c2d63653930646638352d333039382d343534632d613230392d333230383439313763363630"
        "000001a206aa5e0400000001"
        "0027636c2d63653930646638352d333039382d343534632d613230392d333230383439313763363630"
        "ffff0002636c000a2f3132372e302e302e3100004e2000002710"
        "0000001200010000000100027431ffffffff000000000000000661737369676e",
    ),
    "group removed": (GroupStored("stat", None), "0002000473746174", None),
}


@pytest.mark.parametrize("name", KAFKA_WROTE)
def test_what_kafka_writes_is_understood(name: str) -> None:
    event, key, value = KAFKA_WROTE[name]
    assert decode_event(bytes.fromhex(key), None if value is None else bytes.fromhex(value)) == event


@pytest.mark.parametrize("name", KAFKA_WROTE)
def test_the_same_bytes_are_written(name: str) -> None:
    event, key, value = KAFKA_WROTE[name]
    assert encode_event(event) == (bytes.fromhex(key), None if value is None else bytes.fromhex(value))


def test_records_of_other_kinds_are_passed_over() -> None:
    assert decode_event(None, b"x") is None
    assert decode_event(bytes.fromhex("7fff00"), b"anything") is None


def test_of_records_of_other_protocols_it_counts_that_they_are_there() -> None:
    key = bytes.fromhex("001100046f6e6539")  # a streams group
    assert decode_event(key, None) == OtherStored("one9", key, is_there=False)
    assert encode_event(OtherStored("one9", key, is_there=False)) == (key, None)


def test_offsets_of_the_oldest_kind_are_understood() -> None:
    key = bytes.fromhex("0000000372657400027431" + "00000002")
    value = bytes.fromhex("0000" + "0000000000000009" + "00016d" + "0000000000000005")
    assert decode_event(key, value) == OffsetCommitted("ret", "t1", 2, CommittedOffset(9, -1, "m", 5))


def test_a_member_without_a_rebalance_timeout_has_its_session_timeout() -> None:
    value = bytes.fromhex(
        "0000" + "0001" + "63" + "00000001" + "000170" + "00016d" + "00000001"
        "00016d" + "000163" + "000168" + "000003e8" + "00000000" + "00000000"
    )
    event = decode_event(bytes.fromhex("0002000167"), value)
    assert isinstance(event, GroupStored)
    assert event.group is not None
    assert event.group.state_timestamp_ms == -1
    assert [member.rebalance_timeout_ms for member in event.group.members] == [1_000]


@pytest.mark.parametrize(
    ("key", "value"), [("0001", None), ("000100046f6e", None), ("0002000473746174", "00030008"), ("00", None)]
)
def test_a_broken_record_says_so(key: str, value: str | None) -> None:
    with pytest.raises(MalformedFrame):
        decode_event(bytes.fromhex(key), None if value is None else bytes.fromhex(value))
