"""Groups of the newer protocols that a Kafka left in the log: gone on with, or kept and taken away only as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.broker.broker import Broker
from kwire.broker.groups.administration import delete_group
from kwire.broker.groups.members import Join
from kwire.broker.hashing import coordinator_index
from kwire.codec.stored import (
    decode_coordinator_record,
    encode_coordinator_key,
    encode_coordinator_value,
)
from kwire.codec.stored.consumer_group_current_member_assignment import (
    ConsumerGroupCurrentMemberAssignmentKey,
    ConsumerGroupCurrentMemberAssignmentValue,
)
from kwire.codec.stored.consumer_group_member_metadata import (
    ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue,
)
from kwire.codec.stored.consumer_group_metadata import ConsumerGroupMetadataKey, ConsumerGroupMetadataValue
from kwire.codec.stored.consumer_group_target_assignment_member import (
    ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue,
)
from kwire.codec.stored.consumer_group_target_assignment_metadata import (
    ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue,
)
from kwire.codec.stored.offset_commit import OffsetCommitKey, OffsetCommitValue
from kwire.codec.stored.share_group_metadata import ShareGroupMetadataKey, ShareGroupMetadataValue
from kwire.codec.stored.streams_group_metadata import StreamsGroupMetadataKey, StreamsGroupMetadataValue
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from kwire.records.batch import Record, build_batch, iter_records
from tests.broker.groups.bench import offers
from tests.broker.groups.brokers import open_broker, pass_time

CONSUMER_GROUP = (
    (ConsumerGroupMetadataKey("g"), ConsumerGroupMetadataValue(1), 0),
    (ConsumerGroupMemberMetadataKey("g", "m"), ConsumerGroupMemberMetadataValue(), 0),
    (ConsumerGroupTargetAssignmentMetadataKey("g"), ConsumerGroupTargetAssignmentMetadataValue(1), 0),
    (ConsumerGroupTargetAssignmentMemberKey("g", "m"), ConsumerGroupTargetAssignmentMemberValue(), 0),
    (ConsumerGroupCurrentMemberAssignmentKey("g", "m"), ConsumerGroupCurrentMemberAssignmentValue(), 0),
    (OffsetCommitKey("g", "t", 0), OffsetCommitValue(5), 3),
)
STREAMS_GROUP = ((StreamsGroupMetadataKey("g"), StreamsGroupMetadataValue(1), 0),)
SHARE_GROUP = ((ShareGroupMetadataKey("g"), ShareGroupMetadataValue(1), 0),)


def broker_with(*records: tuple[Any, Any, int]) -> tuple[Broker, MemoryFiles]:
    """A broker that started with these records in its log."""
    files = MemoryFiles()
    broker = open_broker(files)
    values = [
        Record(offset, 0, encode_coordinator_key(key), encode_coordinator_value(value, version))
        for offset, (key, value, version) in enumerate(records)
    ]
    topic = broker.topics.ensure_internal("__consumer_offsets")
    partition = topic.partitions[coordinator_index("g", len(topic.partitions))]
    partition.append_journal(build_batch(values), 0)
    broker.close()
    return open_broker(files), files


def stored(broker: Broker) -> list[tuple[int, bool]]:
    """The type of each record of the group, and whether it is a tombstone."""
    topic = broker.topics.by_name["__consumer_offsets"]
    log = topic.partitions[coordinator_index("g", len(topic.partitions))].log
    found = []
    for batch in log.read_batches(0):
        for record in iter_records(batch):
            assert record.key is not None
            assert decode_coordinator_record("__consumer_offsets", record.key, None) is not None
            found.append((int.from_bytes(record.key[:2], "big"), record.value is None))
    return found


def join(broker: Broker) -> None:
    wish = Join(
        member_id="",
        instance_id=None,
        client_id="c",
        client_host="/h",
        session_timeout_ms=10_000,
        rebalance_timeout_ms=60_000,
        protocol_type="consumer",
        protocols=offers("range"),
        can_retry_with_id=False,
    )
    broker.groups.join("g", wish, broker.clock.monotonic_ms())


def test_those_that_are_not_served_are_named_once_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    broker_with(*STREAMS_GROUP)
    assert "1 streams group: kept for Kafka, and their members are not served" in caplog.text


def test_a_share_group_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    broker, _ = broker_with(*SHARE_GROUP)
    assert broker.groups.shares.get("g").epoch == 1
    assert "not served" not in caplog.text


def test_a_consumer_group_goes_on_with_its_members_and_offsets() -> None:
    broker, _ = broker_with(*CONSUMER_GROUP)
    group = broker.groups.consumers.get("g")
    assert (group.epoch, group.target_epoch, [*group.members]) == (1, 1, ["m"])
    committed = broker.groups.offsets.get("g", "t", 0)
    assert committed is not None
    assert committed.offset == 5
    assert [tombstone for _, tombstone in stored(broker)] == [False] * 6


def test_a_classic_member_takes_an_empty_consumer_group_over_and_members_go_before_the_group() -> None:
    broker, files = broker_with(*CONSUMER_GROUP)
    pass_time(broker, 45_000)
    join(broker)
    assert [kind for kind, tombstone in stored(broker) if tombstone] == [8, 7, 5, 6, 3]
    assert broker.groups.offsets.get("g", "t", 0) is not None
    before = len(stored(broker))
    broker.close()
    again = open_broker(files)
    join(again)
    assert [tombstone for _, tombstone in stored(again)[before:]].count(True) == 0


def test_a_group_that_is_deleted_goes_with_all_its_records() -> None:
    broker, _ = broker_with(*CONSUMER_GROUP)
    pass_time(broker, 45_000)
    delete_group(broker, "g")
    assert [kind for kind, tombstone in stored(broker) if tombstone] == [8, 7, 5, 1, 6, 3]


def test_a_classic_member_cannot_join_a_share_group() -> None:
    broker, _ = broker_with(*SHARE_GROUP)
    with pytest.raises(KafkaError) as caught:
        join(broker)
    assert caught.value.code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert [tombstone for _, tombstone in stored(broker)] == [False]
