"""Scripted clients, and the ledger that the checks read: what was promised to whom."""

from __future__ import annotations

import json
from collections import defaultdict
from random import Random
from typing import Any

import attrs

from kwire.codec.messages import (
    create_partitions,
    create_topics,
    delete_topics,
    fetch,
    heartbeat,
    init_producer_id,
    join_group,
    leave_group,
    offset_commit,
    offset_fetch,
    produce,
    sync_group,
)
from kwire.codec.stored.consumer_protocol_subscription import ConsumerProtocolSubscription
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch, iter_records, parse_header
from tests.simulation.world import Call, Disconnected, Script, Sleep

REJOIN = {
    ErrorCode.REBALANCE_IN_PROGRESS,
    ErrorCode.ILLEGAL_GENERATION,
    ErrorCode.UNKNOWN_MEMBER_ID,
    ErrorCode.MEMBER_ID_REQUIRED,
}


BROKEN_DISK = {
    ErrorCode.KAFKA_STORAGE_ERROR,
    ErrorCode.REQUEST_TIMED_OUT,
    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ErrorCode.NOT_COORDINATOR,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
}
"""What clients are told while a sync fails; they try again."""


@attrs.define
class Ledger:
    """What the clients saw: kept outside the broker, so that nothing it forgets is forgotten here."""

    acknowledged: dict[tuple[int, bytes], int] = attrs.Factory(dict)  # (partition, value): offset
    committed: dict[tuple[str, int], list[int]] = attrs.Factory(lambda: defaultdict(list))
    fetched: dict[tuple[str, int], list[int]] = attrs.Factory(lambda: defaultdict(list))
    """Committed offsets that somebody was told of."""
    owners: dict[tuple[str, int, int], set[str]] = attrs.Factory(lambda: defaultdict(set))
    consumed: dict[tuple[str, int], set[bytes]] = attrs.Factory(lambda: defaultdict(set))
    topics: dict[str, int | None] = attrs.Factory(dict)
    """How many partitions a topic was promised to have, 0 when it was promised to be gone; None when nobody knows."""
    lossy: bool = False
    """A power loss may take what was acknowledged: generations come again, offsets and sequences go back."""
    disk_breaks: bool = False
    """Syncs fail at times."""

    def is_expected(self, code: int) -> bool:
        """Is this a refusal that a client gets over?"""
        return (self.disk_breaks and code in BROKEN_DISK) or (
            self.lossy and code in (ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorCode.OFFSET_OUT_OF_RANGE)
        )


def _new_producer_id(random: Random) -> Any:
    while True:
        try:
            answer = yield Call(22, init_producer_id.InitProducerIdRequest(transactional_id=None))
            if not answer.error_code:
                return answer.producer_id
        except Disconnected:
            pass
        yield Sleep(random.randrange(1, 200))


def producer(
    name: str, ledger: Ledger, random: Random, *, topic: str, topic_id: bytes, partitions: int, batches: int
) -> Script:
    """An idempotent producer that sends each batch again until it is acknowledged."""
    producer_id = yield from _new_producer_id(random)
    sequences = [0] * partitions
    for number in range(batches):
        partition = random.randrange(partitions)
        values = [b"%s/%d/%d" % (name.encode(), number, i) for i in range(random.randrange(1, 5))]
        codec = random.randrange(5)
        version = random.randint(7, 13)
        acks = random.choice((1, -1))
        while True:
            batch = build_batch(
                [Record(i, 1_700_000_000_000 + number, b"key", value, []) for i, value in enumerate(values)],
                codec=codec,
                producer_id=producer_id,
                producer_epoch=0,
                base_sequence=sequences[partition],
            )
            request = produce.ProduceRequest(
                acks=acks,
                timeout_ms=1000,
                transactional_id=None,
                topic_data=[
                    produce.TopicProduceData(
                        name=topic if version < 13 else "",
                        topic_id=topic_id if version >= 13 else bytes(16),
                        partition_data=[produce.PartitionProduceData(index=partition, records=batch)],
                    )
                ],
            )
            try:
                answer = yield Call(0, request, version)
            except Disconnected:
                yield Sleep(random.randrange(1, 200))
                continue
            result = answer.responses[0].partition_responses[0]
            if ledger.is_expected(result.error_code):
                if result.error_code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:  # what came before it is lost
                    producer_id = yield from _new_producer_id(random)
                    sequences = [0] * partitions
                yield Sleep(random.randrange(1, 2000))
                continue
            assert result.error_code == 0, ErrorCode(result.error_code).name
            for i, value in enumerate(values):
                ledger.acknowledged[partition, value] = result.base_offset + i
            break
        sequences[partition] += len(values)
        if random.random() < 0.3:
            yield Sleep(random.randrange(1, 300))


def member(
    name: str, ledger: Ledger, random: Random, *, group: str, topic: str, partitions: int, rounds: int
) -> Script:
    """A consumer of a classic group: joins, reads what it is given, commits, and leaves or vanishes at the end."""
    member_id = ""
    remaining = rounds
    while remaining > 0:
        try:
            generation = -1
            joined = yield Call(11, _join(group, member_id, topic), random.randint(1, 9))
            member_id = joined.member_id
            if joined.error_code:
                if ledger.is_expected(joined.error_code):
                    raise Disconnected
                assert joined.error_code in REJOIN, ErrorCode(joined.error_code).name
                if joined.error_code == ErrorCode.UNKNOWN_MEMBER_ID:
                    member_id = ""
                continue
            generation = joined.generation_id
            assignments = _share_out(joined, partitions) if joined.leader == member_id else []
            synced = yield Call(
                14,
                sync_group.SyncGroupRequest(
                    group_id=group,
                    generation_id=generation,
                    member_id=member_id,
                    protocol_type="consumer",
                    protocol_name="range",
                    assignments=assignments,
                ),
                random.randint(0, 5),
            )
            if synced.error_code:
                if ledger.is_expected(synced.error_code):
                    raise Disconnected
                assert synced.error_code in REJOIN, ErrorCode(synced.error_code).name
                if synced.error_code == ErrorCode.UNKNOWN_MEMBER_ID:
                    member_id = ""
                continue
            owned: list[int] = json.loads(synced.assignment or b"[]")
            for partition in owned:
                owners = ledger.owners[group, generation, partition]
                owners.add(member_id)
                assert len(owners) == 1 or ledger.lossy, (
                    f"{owners} all own {partition} in generation {generation} of {group}"
                )
            alive = True
            positions: dict[int, int] = {}
            while alive and remaining > 0:
                remaining -= 1
                beat = yield Call(12, _heartbeat(group, generation, member_id))
                if beat.error_code:
                    if ledger.is_expected(beat.error_code):
                        raise Disconnected
                    assert beat.error_code in REJOIN, ErrorCode(beat.error_code).name
                    if beat.error_code == ErrorCode.UNKNOWN_MEMBER_ID:
                        member_id = ""
                    break
                for partition in owned:
                    if partition not in positions:
                        positions[partition] = yield from _committed(group, topic, partition, ledger, random)
                    values, position = yield from _read(
                        topic, partition, positions[partition], ledger, random
                    )
                    ledger.consumed[group, partition].update(values)
                    if position == positions[partition]:
                        continue
                    positions[partition] = position
                    code = yield from _commit(group, generation, member_id, topic, partition, position)
                    if code:
                        if ledger.is_expected(code):
                            raise Disconnected
                        assert code in REJOIN, ErrorCode(code).name
                        if code == ErrorCode.UNKNOWN_MEMBER_ID:
                            member_id = ""
                        alive = False
                        break
                    ledger.committed[group, partition].append(position)
                yield Sleep(random.randrange(1, 800))
        except Disconnected:
            yield Sleep(random.randrange(1, 300))
    if member_id and random.random() < 0.5:
        try:
            yield Call(
                13, leave_group.LeaveGroupRequest(group_id=group, member_id=member_id), random.randint(0, 2)
            )
        except Disconnected:
            return


def administrator(ledger: Ledger, random: Random, *, steps: int) -> Script:
    """Makes topics, grows them and deletes them; what it was promised of each is in the ledger."""
    for number in range(steps):
        known = [name for name, count in ledger.topics.items() if count and name.startswith("made-")]
        choice = random.choice(("create", "grow", "delete")) if known else "create"
        name = f"made-{number}" if choice == "create" else random.choice(known)
        count = 1 if choice == "create" else (ledger.topics[name] or 0) + 1
        ledger.topics[name] = None
        try:
            if choice == "create":
                topic = create_topics.CreatableTopic(name=name, num_partitions=1, replication_factor=1)
                answer = yield Call(
                    19,
                    create_topics.CreateTopicsRequest(topics=[topic], timeout_ms=1000),
                    random.randint(5, 7),
                )
                code = answer.topics[0].error_code
            elif choice == "grow":
                grown = create_partitions.CreatePartitionsTopic(name=name, count=count, assignments=None)
                answer = yield Call(
                    37, create_partitions.CreatePartitionsRequest(topics=[grown], timeout_ms=1000)
                )
                code = answer.results[0].error_code
            else:
                count = 0
                answer = yield Call(20, delete_topics.DeleteTopicsRequest(topic_names=[name]), 5)
                code = answer.responses[0].error_code
        except Disconnected:
            pass
        else:
            if not code:
                ledger.topics[name] = count
            elif not ledger.is_expected(code):
                raise AssertionError(f"{choice} {name}: {ErrorCode(code).name}")
        yield Sleep(random.randrange(1, 500))


def _join(group: str, member_id: str, topic: str) -> join_group.JoinGroupRequest:
    subscription = ConsumerProtocolSubscription(topics=[topic])
    return join_group.JoinGroupRequest(
        group_id=group,
        session_timeout_ms=6000,
        rebalance_timeout_ms=5000,
        member_id=member_id,
        protocol_type="consumer",
        protocols=[
            join_group.JoinGroupRequestProtocol(name="range", metadata=b"\x00\x00" + subscription.encode(0))
        ],
    )


def _share_out(joined: Any, partitions: int) -> list[sync_group.SyncGroupRequestAssignment]:
    members = sorted(each.member_id for each in joined.members)
    return [
        sync_group.SyncGroupRequestAssignment(
            member_id=each, assignment=json.dumps(list(range(partitions))[at :: len(members)]).encode()
        )
        for at, each in enumerate(members)
    ]


def _heartbeat(group: str, generation: int, member_id: str) -> heartbeat.HeartbeatRequest:
    return heartbeat.HeartbeatRequest(group_id=group, generation_id=generation, member_id=member_id)


def _committed(group: str, topic: str, partition: int, ledger: Ledger, random: Random) -> Any:
    version = random.randint(1, 9)
    if version < 8:
        request = offset_fetch.OffsetFetchRequest(
            group_id=group,
            topics=[offset_fetch.OffsetFetchRequestTopic(name=topic, partition_indexes=[partition])],
        )
        answer = yield Call(9, request, version)
        found = answer.topics[0].partitions[0]
    else:
        request = offset_fetch.OffsetFetchRequest(
            groups=[
                offset_fetch.OffsetFetchRequestGroup(
                    group_id=group,
                    topics=[offset_fetch.OffsetFetchRequestTopics(name=topic, partition_indexes=[partition])],
                )
            ]
        )
        answer = yield Call(9, request, version)
        if ledger.is_expected(answer.groups[0].error_code):
            raise Disconnected
        found = answer.groups[0].topics[0].partitions[0]
    if ledger.is_expected(found.error_code):
        raise Disconnected
    assert found.error_code == 0
    if found.committed_offset >= 0:
        ledger.fetched[group, partition].append(found.committed_offset)
    return max(found.committed_offset, 0)


def _commit(group: str, generation: int, member_id: str, topic: str, partition: int, position: int) -> Any:
    request = offset_commit.OffsetCommitRequest(
        group_id=group,
        generation_id_or_member_epoch=generation,
        member_id=member_id,
        topics=[
            offset_commit.OffsetCommitRequestTopic(
                name=topic,
                partitions=[
                    offset_commit.OffsetCommitRequestPartition(
                        partition_index=partition, committed_offset=position, committed_metadata=member_id
                    )
                ],
            )
        ],
    )
    answer = yield Call(8, request, 8)
    return answer.topics[0].partitions[0].error_code


def fetch_request(topic: str, partition: int, offset: int, *, max_wait_ms: int = 0) -> fetch.FetchRequest:
    return fetch.FetchRequest(
        max_wait_ms=max_wait_ms,
        min_bytes=1,
        max_bytes=1 << 20,
        topics=[
            fetch.FetchTopic(
                topic=topic,
                partitions=[
                    fetch.FetchPartition(partition=partition, fetch_offset=offset, partition_max_bytes=700)
                ],
            )
        ],
    )


def _read(topic: str, partition: int, offset: int, ledger: Ledger, random: Random) -> Any:
    request = fetch_request(topic, partition, offset, max_wait_ms=random.choice((0, 100)))
    answer = yield Call(1, request, random.randint(4, 12))
    found = answer.responses[0].partitions[0]
    if ledger.is_expected(found.error_code):
        raise Disconnected
    assert found.error_code == 0, ErrorCode(found.error_code).name
    values = []
    for record_offset, value in records_in(found.records):
        if record_offset >= offset:
            values.append(value)
            offset = record_offset + 1
    return values, offset


def records_in(data: bytes | memoryview | None) -> list[tuple[int, bytes]]:
    """(offset, value) of every record in what a fetch answered."""
    found = []
    view = memoryview(data or b"")
    while len(view):
        header = parse_header(view)
        for record in iter_records(view[: header.size], header):
            assert record.value is not None
            found.append((record.offset, bytes(record.value)))
        view = view[header.size :]
    return found
