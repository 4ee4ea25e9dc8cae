"""Talking to brokers about share groups, one request of Kafka's protocol at a time."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch, iter_records, parse_header
from tests.apis.talking import Talk, Wire, unique

RETRIABLE = {
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
}

UNKNOWN = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

ACCEPT, RELEASE, REJECT, RENEW = 1, 2, 3, 4
GAP = 0

Said = Mapping[int, Sequence[tuple[int, int, Sequence[int]]]]
"""What is said of records: by partition, (first, last, types)."""

_numbers = itertools.count(1)


def member_id() -> str:
    """As clients make them."""
    return base64.urlsafe_b64encode(next(_numbers).to_bytes(16, "big")).decode().rstrip("=")


@attrs.define
class Shared:
    """A topic, and a share group that begins with its first record."""

    talk: Talk
    topic: str
    topic_id: bytes
    group_id: str

    def member(self, *, name: str | None = None) -> Member:
        """Somebody with a connection of its own."""
        wire = self.talk.connect(self.talk.leader_address(self.topic))
        return Member(self, wire, name or member_id())

    def produce(self, *values: bytes, index: int = 0, **options: Any) -> int:
        """Append a batch; its first offset."""
        records = [
            Record(offset=at, timestamp=self.talk.time_ms(), key=None, value=value, headers=[])
            for at, value in enumerate(values)
        ]
        wire = load(0)
        part = wire.PartitionProduceData(index=index, records=build_batch(records, **options))
        request = wire.ProduceRequest(
            acks=-1,
            timeout_ms=30_000,
            topic_data=[wire.TopicProduceData(name=self.topic, partition_data=[part])],
        )
        answer = self.talk.leader(self.topic, index).ask(0, 9, request)
        result = answer.responses[0].partition_responses[0]
        assert result.error_code == ErrorCode.NONE, result
        return int(result.base_offset)

    def initialize(
        self, *indexes: int, start_offset: int = 0, state_epoch: int = 0, patiently: bool = False
    ) -> list[ErrorCode]:
        """Let the group's share partitions be kept, as its coordinator would ask for it."""
        return [
            ErrorCode(
                self.state(
                    83,
                    0,
                    index,
                    patiently=patiently,
                    partition=index,
                    state_epoch=state_epoch,
                    start_offset=start_offset,
                ).error_code
            )
            for index in indexes
        ]

    def state(self, key: int, version: int, index: int, *, patiently: bool = False, **part: Any) -> Any:
        """What the coordinator of one share partition answers; once it has heard of the topic, if `patiently`."""
        wire = load(key)
        verb, suffix = {83: ("Initialize", ""), 84: ("Read", ""), 85: ("Write", ""), 86: ("Delete", "")}.get(
            key, ("Read", "Summary")
        )
        topic = getattr(wire, f"{verb}State{suffix}Data")(
            topic_id=self.topic_id, partitions=[wire.PartitionData(**{"partition": index, **part})]
        )
        request = getattr(wire, f"{verb}ShareGroupState{suffix}Request")(
            group_id=self.group_id, topics=[topic]
        )
        result = None
        for _ in self.talk.patience():
            answer = self.coordinator(index).ask(key, version, request)
            result = answer.results[0].partitions[0]
            if result.error_code not in RETRIABLE and not (patiently and result.error_code == UNKNOWN):
                break
        return result

    def coordinator(self, index: int) -> Wire:
        """The broker that keeps a share partition."""
        text = base64.urlsafe_b64encode(self.topic_id).decode().rstrip("=")
        wire = load(10)
        request = wire.FindCoordinatorRequest(
            key_type=2, coordinator_keys=[f"{self.group_id}:{text}:{index}"]
        )
        for _ in self.talk.patience():
            found = self.talk.any().ask(10, 6, request).coordinators[0]
            if found.error_code == ErrorCode.NONE:
                return self.talk.at(f"{found.host}:{found.port}")
        raise AssertionError(f"{self.group_id}:{text}:{index} has no coordinator")


@attrs.define
class Member:
    """A member of a share group, on one connection to the leader of the first partition."""

    shared: Shared
    wire: Any
    member_id: str
    epoch: int = 0

    def fetch(
        self,
        said: Said | None = None,
        *,
        indexes: Iterable[int] = (0,),
        forget: Iterable[int] = (),
        epoch: int | None = None,
        version: int = 2,
        **fields: Any,
    ) -> Any:
        """ShareFetch; the whole answer."""
        wire = load(78)
        said = said or {}
        wanted = dict.fromkeys([*indexes, *said])
        partitions = [
            wire.FetchPartition(index, [wire.AcknowledgementBatch(*batch) for batch in said.get(index, ())])
            for index in wanted
        ]
        request = wire.ShareFetchRequest(
            group_id=self.shared.group_id,
            member_id=self.member_id,
            share_session_epoch=self.epoch if epoch is None else epoch,
            topics=[wire.FetchTopic(self.shared.topic_id, partitions)] if partitions else [],
            forgotten_topics_data=(
                [wire.ForgottenTopic(self.shared.topic_id, [*forget])] if [*forget] else []
            ),
            **{
                "max_wait_ms": 200,
                "min_bytes": 1,
                "max_bytes": 1 << 20,
                "max_records": 500,
                "batch_size": 500,
            }
            | fields,
        )
        answer = self.wire.ask(78, version, request)
        if answer.error_code == ErrorCode.NONE and epoch is None:
            self.epoch += 1
        return answer

    def take(self, said: Said | None = None, **fields: Any) -> list[tuple[int, int, int]]:
        """What is acquired of partition 0: (first, last, deliveries) each; asked again while nothing comes."""
        for _ in self.shared.talk.patience():
            answer = self.fetch(said, **fields)
            said = None
            assert answer.error_code == ErrorCode.NONE, answer
            for part in parts(answer).values():
                assert part.error_code in RETRIABLE | {ErrorCode.NONE}, part
                assert part.acknowledge_error_code == ErrorCode.NONE, part
            acquired = acquired_of(answer)
            if acquired:
                return acquired
        raise AssertionError("nothing came")

    def say(self, said: Said, *, epoch: int | None = None, version: int = 2, **fields: Any) -> Any:
        """ShareAcknowledge; the whole answer."""
        wire = load(79)
        partitions = [
            wire.AcknowledgePartition(index, [wire.AcknowledgementBatch(*batch) for batch in batches])
            for index, batches in said.items()
        ]
        request = wire.ShareAcknowledgeRequest(
            group_id=self.shared.group_id,
            member_id=self.member_id,
            share_session_epoch=self.epoch if epoch is None else epoch,
            topics=[wire.AcknowledgeTopic(self.shared.topic_id, partitions)] if partitions else [],
            **fields,
        )
        answer = self.wire.ask(79, version, request)
        if answer.error_code == ErrorCode.NONE and epoch is None:
            self.epoch += 1
        return answer

    def code(self, first: int, last: int, *types: int, **fields: Any) -> ErrorCode:
        """What is answered to an acknowledgement of records in partition 0."""
        answer = self.say({0: [(first, last, types)]}, **fields)
        assert answer.error_code == ErrorCode.NONE, answer
        return ErrorCode(answer.responses[0].partitions[0].error_code)

    def close(self) -> None:
        """The connection ends."""
        self.wire.close()


def parts(answer: Any) -> dict[int, Any]:
    """Each partition of an answer about one topic."""
    return {part.partition_index: part for topic in answer.responses for part in topic.partitions}


def acquired_of(answer: Any, index: int = 0) -> list[tuple[int, int, int]]:
    part = parts(answer).get(index)
    return [
        (each.first_offset, each.last_offset, each.delivery_count)
        for each in (() if part is None else part.acquired_records)
    ]


def given(acquired: Iterable[tuple[int, int, int]]) -> list[int]:
    """The offsets of what was acquired, however it is cut."""
    return [offset for first, last, _ in acquired for offset in range(first, last + 1)]


def values_of(answer: Any, index: int = 0) -> dict[int, bytes]:
    """The records of a partition that came with an answer, by offset."""
    data = parts(answer)[index].records
    data = bytes(data) if not isinstance(data, list) else b"".join(map(bytes, data))
    found = {}
    at = 0
    while at < len(data):
        header = parse_header(data, at)
        batch = data[at : at + header.size]
        if not header.is_control:
            for record in iter_records(batch, header):
                found[record.offset] = bytes(record.value or b"")
        at += header.size
    return found


def shared(talk: Talk, partitions: int = 1, *, start_offset: int = 0, initialized: bool = True) -> Shared:
    """A new topic, and a new group that begins at `start_offset`."""
    topic = unique("topic")
    talk.create_topic(topic, partitions)
    wire = load(3)
    answer = talk.any().ask(3, 10, wire.MetadataRequest(topics=[wire.MetadataRequestTopic(name=topic)]))
    found = Shared(talk, topic, answer.topics[0].topic_id, unique("share"))
    if initialized:
        codes = found.initialize(*range(partitions), start_offset=start_offset, patiently=True)
        assert set(codes) == {ErrorCode.NONE}, codes
    return found
