"""Talking to brokers about transactions, one request of Kafka's protocol at a time, in any version.

The same claims about answers are made of a broker in memory, of a kwire process and of Apache Kafka: `Talk` is what
they have in common, and how a request gets to a broker and back is for its subclasses.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import attrs

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch

RETRIABLE = {
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.CONCURRENT_TRANSACTIONS,
}

_names = itertools.count(1)


@attrs.frozen
class As:
    """A producer as a request names it."""

    producer_id: int
    producer_epoch: int


def altered(producer: Any, *, epochs: int = 0, ids: int = 0) -> As:
    """The same producer in another epoch, or another one."""
    return As(producer.producer_id + ids, producer.producer_epoch + epochs)


def unique(prefix: str) -> str:
    return f"{prefix}-{next(_names)}-{random.randrange(16**4):04x}"


class Wire(Protocol):
    """A way to one broker."""

    def ask(self, key: int, version: int, request: Any) -> Any: ...

    def close(self) -> None: ...


class Talk:
    """Every broker of a server, asked as the protocol wants it: the leader, or the coordinator."""

    def __init__(self) -> None:
        self._coordinators: dict[tuple[int, str], str] = {}

    def at(self, address: str) -> Wire:
        """The way to the broker at `host:port`."""
        raise NotImplementedError

    def any(self) -> Wire:
        """The way to some broker."""
        raise NotImplementedError

    def connect(self, address: str) -> Any:
        """A new way to the broker at `host:port`, which can be closed."""
        raise NotImplementedError

    def another(self) -> Wire:
        """A way to some broker that nobody else uses."""
        raise NotImplementedError

    def patience(self) -> Iterator[None]:
        """Lets a little time pass between tries, and ends when there were enough."""
        raise NotImplementedError

    def time_ms(self) -> int:
        """The brokers' wall clock."""
        raise NotImplementedError

    def exhaust(self, transactional_id: str) -> As:
        """The producer of an id in the last epoch that a producer may have."""
        raise NotImplementedError

    def create_topic(self, name: str, partitions: int = 1) -> None:
        wire = load(19)
        topic = wire.CreatableTopic(name=name, num_partitions=partitions, replication_factor=1)
        answer = self.any().ask(19, 5, wire.CreateTopicsRequest(topics=[topic], timeout_ms=30_000))
        assert answer.topics[0].error_code == ErrorCode.NONE, answer
        for index in range(partitions):
            self._wait_until_served(name, index)

    def _wait_until_served(self, topic: str, index: int) -> None:
        """Kafka names a leader a little before it serves."""
        wire = load(2)
        partition = wire.ListOffsetsPartition(partition_index=index, timestamp=-1)
        request = wire.ListOffsetsRequest(
            replica_id=-1, topics=[wire.ListOffsetsTopic(name=topic, partitions=[partition])]
        )
        for _ in self.patience():
            answer = self.leader(topic, index).ask(2, 3, request)
            if answer.topics[0].partitions[0].error_code == ErrorCode.NONE:
                return
        raise AssertionError(f"{topic}-{index} is not served")

    def leader(self, topic: str, index: int = 0) -> Wire:
        """The broker that leads a partition, once it is known."""
        return self.at(self.leader_address(topic, index))

    def leader_address(self, topic: str, index: int = 0) -> str:
        """Where the leader of a partition is, once it is known."""
        wire = load(3)
        request = wire.MetadataRequest(topics=[wire.MetadataRequestTopic(name=topic)])
        for _ in self.patience():
            answer = self.any().ask(3, 8, request)
            partitions = {part.partition_index: part.leader_id for part in answer.topics[0].partitions}
            nodes = {node.node_id: f"{node.host}:{node.port}" for node in answer.brokers}
            if partitions.get(index, -1) in nodes:
                return nodes[partitions[index]]
        raise AssertionError(f"{topic}-{index} has no leader")

    def coordinator(self, key: str, kind: int = 1) -> Wire:
        """The broker that coordinates a group (0) or a transactional id (1)."""
        if (kind, key) not in self._coordinators:
            wire = load(10)
            for _ in self.patience():
                answer = self.any().ask(10, 3, wire.FindCoordinatorRequest(key=key, key_type=kind))
                if answer.error_code == ErrorCode.NONE:
                    self._coordinators[kind, key] = f"{answer.host}:{answer.port}"
                    break
            else:
                raise AssertionError(f"{key} has no coordinator: {answer}")
        return self.at(self._coordinators[kind, key])

    # Transactions

    def init(
        self,
        transactional_id: str,
        *,
        timeout_ms: int = 60_000,
        producer_id: int = -1,
        epoch: int = -1,
        version: int = 5,
        patient: bool = True,
    ) -> Any:
        """InitProducerId; a `patient` one is sent again while it is told to come back."""
        wire = load(22)
        request = wire.InitProducerIdRequest(
            transactional_id=transactional_id,
            transaction_timeout_ms=timeout_ms,
            producer_id=producer_id,
            producer_epoch=epoch,
        )
        answer = None
        for _ in self.patience():
            answer = self.coordinator(transactional_id).ask(22, version, request)
            if not patient or answer.error_code not in RETRIABLE:
                break
        return answer

    def add(
        self, transactional_id: str, producer: Any, topics: Mapping[str, list[int]], *, version: int = 3
    ) -> dict[tuple[str, int], ErrorCode]:
        """AddPartitionsToTxn of a client (version 3 and below): a code for each partition."""
        wire = load(24)
        request = wire.AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=transactional_id,
            v3_and_below_producer_id=producer.producer_id,
            v3_and_below_producer_epoch=producer.producer_epoch,
            v3_and_below_topics=[
                wire.AddPartitionsToTxnTopic(name=name, partitions=indexes)
                for name, indexes in topics.items()
            ],
        )
        answer = self.coordinator(transactional_id).ask(24, version, request)
        return _codes(answer.results_by_topic_v3_and_below)

    def add_as_broker(
        self,
        transactional_id: str,
        producer: Any,
        topics: Mapping[str, list[int]],
        *,
        verify_only: bool,
        version: int = 5,
    ) -> dict[tuple[str, int], ErrorCode]:
        """AddPartitionsToTxn as brokers speak it (version 4 and newer)."""
        wire = load(24)
        transaction = wire.AddPartitionsToTxnTransaction(
            transactional_id=transactional_id,
            producer_id=producer.producer_id,
            producer_epoch=producer.producer_epoch,
            verify_only=verify_only,
            topics=[
                wire.AddPartitionsToTxnTopic(name=name, partitions=indexes)
                for name, indexes in topics.items()
            ],
        )
        request = wire.AddPartitionsToTxnRequest(transactions=[transaction])
        answer = self.coordinator(transactional_id).ask(24, version, request)
        assert answer.error_code == ErrorCode.NONE
        return _codes(answer.results_by_transaction[0].topic_results)

    def add_offsets(
        self, transactional_id: str, producer: Any, group_id: str, *, version: int = 3
    ) -> ErrorCode:
        wire = load(25)
        request = wire.AddOffsetsToTxnRequest(
            transactional_id=transactional_id,
            producer_id=producer.producer_id,
            producer_epoch=producer.producer_epoch,
            group_id=group_id,
        )
        answer = self.coordinator(transactional_id).ask(25, version, request)
        return ErrorCode(answer.error_code)

    def end(
        self,
        transactional_id: str,
        producer: Any,
        *,
        commit: bool,
        version: int = 5,
        patient: bool = True,
    ) -> Any:
        """EndTxn; the whole answer, which from version 5 on has the producer of the next transaction."""
        wire = load(26)
        request = wire.EndTxnRequest(
            transactional_id=transactional_id,
            producer_id=producer.producer_id,
            producer_epoch=producer.producer_epoch,
            committed=commit,
        )
        answer = None
        for _ in self.patience():
            answer = self.coordinator(transactional_id).ask(26, version, request)
            if not patient or answer.error_code not in RETRIABLE:
                break
        return answer

    def produce(
        self,
        transactional_id: str | None,
        producer: Any,
        topic: str,
        index: int = 0,
        *,
        sequence: int = 0,
        version: int = 12,
        values: tuple[bytes, ...] = (b"value",),
        transactional: bool = True,
        patient: bool = True,
        time_ms: int | None = None,
    ) -> Any:
        """One batch of a transaction, written now or at another time; the answer for its partition.

        A `patient` one is sent again while the transaction before it ends.
        """
        wire = load(0)
        batch = build_batch(
            [Record(at, time_ms or self.time_ms(), b"k", value, []) for at, value in enumerate(values)],
            producer_id=producer.producer_id,
            producer_epoch=producer.producer_epoch,
            base_sequence=sequence,
            transactional=transactional,
        )
        request = wire.ProduceRequest(
            transactional_id=transactional_id,
            acks=-1,
            timeout_ms=30_000,
            topic_data=[
                wire.TopicProduceData(
                    name=topic, partition_data=[wire.PartitionProduceData(index=index, records=batch)]
                )
            ],
        )
        answer = None
        for _ in self.patience():
            answer = self.leader(topic, index).ask(0, version, request).responses[0].partition_responses[0]
            busy = (ErrorCode.CONCURRENT_TRANSACTIONS, ErrorCode.NOT_ENOUGH_REPLICAS)
            if not patient or answer.error_code not in busy:
                break
        return answer

    def commit_offsets(
        self,
        transactional_id: str,
        producer: Any,
        group_id: str,
        topic: str,
        offset: int,
        *,
        index: int = 0,
        version: int = 5,
        generation: int = -1,
        member_id: str = "",
        instance_id: str | None = None,
        metadata: str = "",
    ) -> ErrorCode:
        """TxnOffsetCommit of one offset; sent again while the transaction before it ends."""
        wire = load(28)
        part = wire.TxnOffsetCommitRequestPartition(
            partition_index=index, committed_offset=offset, committed_metadata=metadata
        )
        request = wire.TxnOffsetCommitRequest(
            transactional_id=transactional_id,
            group_id=group_id,
            producer_id=producer.producer_id,
            producer_epoch=producer.producer_epoch,
            generation_id_or_member_epoch=generation,
            member_id=member_id,
            group_instance_id=instance_id,
            topics=[wire.TxnOffsetCommitRequestTopic(name=topic, partitions=[part])],
        )
        code = ErrorCode.NONE
        for _ in self.patience():
            answer = self.coordinator(group_id, 0).ask(28, version, request)
            code = ErrorCode(answer.topics[0].partitions[0].error_code)
            if code not in RETRIABLE:
                break
        return code

    def committed(
        self, group_id: str, topic: str, index: int = 0, *, stable: bool = True
    ) -> tuple[int, ErrorCode]:
        """What a group has committed: offset and code."""
        wire = load(9)
        request = wire.OffsetFetchRequest(
            group_id=group_id,
            topics=[wire.OffsetFetchRequestTopic(name=topic, partition_indexes=[index])],
            require_stable=stable,
        )
        part = self.coordinator(group_id, 0).ask(9, 7, request).topics[0].partitions[0]
        return part.committed_offset, ErrorCode(part.error_code)

    def commit_plainly(self, group_id: str, topic: str, offset: int, index: int = 0) -> ErrorCode:
        """OffsetCommit of one offset, from outside of the group and of every transaction."""
        wire = load(8)
        part = wire.OffsetCommitRequestPartition(partition_index=index, committed_offset=offset)
        request = wire.OffsetCommitRequest(
            group_id=group_id, topics=[wire.OffsetCommitRequestTopic(name=topic, partitions=[part])]
        )
        answer = self.coordinator(group_id, 0).ask(8, 8, request)
        return ErrorCode(answer.topics[0].partitions[0].error_code)

    def join(self, group_id: str, *, instance_id: str | None = None, member_id: str = "") -> Any:
        """JoinGroup of a consumer; the whole answer, with its member id and generation."""
        wire = load(11)
        request = wire.JoinGroupRequest(
            group_id=group_id,
            session_timeout_ms=30_000,
            rebalance_timeout_ms=30_000,
            member_id=member_id,
            group_instance_id=instance_id,
            protocol_type="consumer",
            protocols=[wire.JoinGroupRequestProtocol("range", b"")],
        )
        version = 3 if instance_id is None else 5
        for _ in self.patience():
            answer = self.coordinator(group_id, 0).ask(11, version, request)
            if answer.error_code not in RETRIABLE:
                break
        return answer

    def sync(self, group_id: str, member: Any) -> ErrorCode:
        """SyncGroup of the only member, which assigns nothing."""
        wire = load(14)
        request = wire.SyncGroupRequest(
            group_id=group_id,
            generation_id=member.generation_id,
            member_id=member.member_id,
            assignments=[wire.SyncGroupRequestAssignment(member.member_id, b"")],
        )
        return ErrorCode(self.coordinator(group_id, 0).ask(14, 2, request).error_code)

    def describe(self, transactional_id: str) -> Any:
        wire = load(65)
        request = wire.DescribeTransactionsRequest(transactional_ids=[transactional_id])
        return self.coordinator(transactional_id).ask(65, 0, request).transaction_states[0]

    def until(self, transactional_id: str, *states: str) -> Any:
        """The description, once the transaction is in one of these states."""
        for _ in self.patience():
            described = self.describe(transactional_id)
            if described.transaction_state in states:
                return described
        raise AssertionError(f"not in {states}: {described}")

    def producers(self, topic: str, index: int = 0) -> Any:
        wire = load(61)
        request = wire.DescribeProducersRequest(
            topics=[wire.TopicRequest(name=topic, partition_indexes=[index])]
        )
        return self.leader(topic, index).ask(61, 0, request).topics[0].partitions[0]

    def fetch(self, topic: str, index: int = 0, *, offset: int = 0, committed: bool = True) -> Any:
        """What a consumer is given at once; the answer for its partition, with `records` as bytes."""
        wire = load(1)
        part = wire.FetchPartition(partition=index, fetch_offset=offset, partition_max_bytes=1 << 20)
        request = wire.FetchRequest(
            replica_id=-1,
            isolation_level=int(committed),
            max_bytes=1 << 20,
            topics=[wire.FetchTopic(topic=topic, partitions=[part])],
        )
        answer = self.leader(topic, index).ask(1, 11, request).responses[0].partitions[0]
        answer.records = bytes(answer.records or b"")
        return answer

    def end_offset(self, topic: str, index: int = 0, *, committed: bool = True) -> int:
        """ListOffsets of the end, as readers of committed records or of all records see it."""
        wire = load(2)
        partition = wire.ListOffsetsPartition(partition_index=index, timestamp=-1)
        request = wire.ListOffsetsRequest(
            replica_id=-1,
            isolation_level=int(committed),
            topics=[wire.ListOffsetsTopic(name=topic, partitions=[partition])],
        )
        found = self.leader(topic, index).ask(2, 3, request).topics[0].partitions[0]
        assert found.error_code == ErrorCode.NONE
        offset: int = found.offset
        return offset

    def write_marker(
        self,
        topic: str,
        producer_id: int,
        epoch: int,
        *,
        commit: bool = False,
        coordinator_epoch: int = 0,
        index: int = 0,
        version: int = 1,
        transaction_version: int = 0,
    ) -> ErrorCode:
        wire = load(27)
        marker = wire.WritableTxnMarker(
            producer_id=producer_id,
            producer_epoch=epoch,
            transaction_result=commit,
            topics=[wire.WritableTxnMarkerTopic(name=topic, partition_indexes=[index])],
            coordinator_epoch=coordinator_epoch,
            transaction_version=transaction_version,
        )
        answer = self.leader(topic, index).ask(27, version, wire.WriteTxnMarkersRequest(markers=[marker]))
        return ErrorCode(answer.markers[0].topics[0].partitions[0].error_code)


def _codes(topics: Any) -> dict[tuple[str, int], ErrorCode]:
    return {
        (topic.name, result.partition_index): ErrorCode(result.partition_error_code)
        for topic in topics
        for result in topic.results_by_partition
    }
