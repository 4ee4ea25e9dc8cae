"""What consumer and share groups keep, as records of Kafka's, and back."""

from __future__ import annotations

import pytest

from kwire.broker.groups.events import decode_event, encode_event
from kwire.broker.groups.modern_events import (
    CONSUMER,
    SHARE,
    ClassicSide,
    Current,
    CurrentStored,
    Family,
    GroupEpoch,
    MemberStored,
    ModernEvent,
    PartitionMetadataGone,
    Progress,
    RegexResolved,
    StoredMember,
    TargetEpoch,
    TargetStored,
    decode_modern,
    is_removal,
)
from kwire.codec.stored import decode_coordinator_record, encode_coordinator_key, encode_coordinator_value
from kwire.codec.stored.consumer_group_current_member_assignment import (
    ConsumerGroupCurrentMemberAssignmentKey,
    ConsumerGroupCurrentMemberAssignmentValue,
    TopicPartitions,
)

T, U = b"t" * 16, b"u" * 16
ASSIGNED = {T: {0: 3, 2: 5}, U: {1: 5}}


def of_both(family: Family) -> list[ModernEvent]:
    return [
        GroupEpoch(family, "g", 7, -5),
        TargetEpoch(family, "g", 7, 1_700_000_000_000),
        TargetStored(family, "g", "m", {T: frozenset((0, 2)), U: frozenset((1,))}),
        TargetStored(family, "g", "m", {}),
        MemberStored(family, "g", "m", StoredMember("m", None, "rack", "client", "/host", ("t", "u"))),
    ]


EVENTS = [
    *of_both(CONSUMER),
    *of_both(SHARE),
    MemberStored(
        CONSUMER,
        "g",
        "m",
        StoredMember(
            "m",
            "i",
            None,
            "client",
            "/host",
            (),
            "t.*",
            60_000,
            "range",
            ClassicSide(10_000, (("range", b"\0\1"), ("other", b""))),
        ),
    ),
    CurrentStored(CONSUMER, "g", "m", Current(5, 4, Progress.UNREVOKED_PARTITIONS, ASSIGNED, {T: {1: 2}})),
    CurrentStored(SHARE, "g", "m", Current(5, 4, Progress.STABLE, {T: {0: 5, 2: 5}})),
    RegexResolved("g", "t.*", frozenset(("t", "tt")), 12, 1_700_000_000_000),
]
REMOVALS: list[ModernEvent] = [
    *(
        event
        for family in (CONSUMER, SHARE)
        for event in (
            GroupEpoch(family, "g", None),
            TargetEpoch(family, "g", None),
            TargetStored(family, "g", "m", None),
            MemberStored(family, "g", "m", None),
            CurrentStored(family, "g", "m", None),
        )
    ),
    RegexResolved("g", "t.*", None),
    PartitionMetadataGone("g"),
]


def there_and_back(event: ModernEvent) -> ModernEvent:
    key, value = encode_event(event)
    record = decode_coordinator_record("__consumer_offsets", key, value)
    assert record is not None
    return decode_modern(*record)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_lies_in_one_record_and_comes_back(event: ModernEvent) -> None:
    assert there_and_back(event) == event
    assert not is_removal(event)


@pytest.mark.parametrize("event", REMOVALS)
def test_what_is_gone_is_a_tombstone(event: ModernEvent) -> None:
    assert encode_event(event)[1] is None
    assert there_and_back(event) == event
    assert is_removal(event)


def test_records_of_consumer_groups_are_events_of_the_coordinator() -> None:
    for event in EVENTS + REMOVALS:
        if event.family is CONSUMER:
            assert decode_event(*encode_event(event)) == event


def test_before_kip_1251_a_partition_counts_as_given_in_the_epoch_of_the_record() -> None:
    key = encode_coordinator_key(ConsumerGroupCurrentMemberAssignmentKey("g", "m"))
    value = ConsumerGroupCurrentMemberAssignmentValue(5, 4, 99, [TopicPartitions(T, [0, 1])])
    event = decode_event(key, encode_coordinator_value(value, 0))
    assert event == CurrentStored(CONSUMER, "g", "m", Current(5, 4, Progress.UNKNOWN, {T: {0: 5, 1: 5}}))
