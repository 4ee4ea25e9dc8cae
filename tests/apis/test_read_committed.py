"""Fetch and ListOffsets for readers of committed records (KIP-98), oldest and newest versions."""

from __future__ import annotations

from typing import Any

import pytest

from kwire.apis import Wait
from kwire.broker.partition import Partition
from kwire.codec.messages import fetch, list_offsets
from kwire.records.batch import Record, build_batch
from tests.apis.asking import Client
from tests.broker.keeping import Keeper

FIRST_MS = 1_700_000_000_000


class Desk:
    """Topic `t` with, from offset 0 on: a plain record, a void transaction, a committed one, and an open one."""

    def __init__(self) -> None:
        self.keeper = Keeper()
        self.topic = self.keeper.broker.topics.create("t")
        self.client = Client(self.keeper.broker)
        self.write(-1)  # 0
        self.write(1)  # 1
        self.write(2)  # 2
        self.end(1, commit=False)  # 3
        self.end(2, commit=True)  # 4
        self.write(3)  # 5
        self.write(-1)  # 6

    @property
    def partition(self) -> Partition:
        return self.topic.partitions[0]

    def write(self, producer_id: int) -> None:
        known = producer_id >= 0
        offset = self.partition.log_end_offset
        batch = build_batch(
            [Record(0, FIRST_MS + offset, b"k", b"v")],
            producer_id=producer_id,
            producer_epoch=0 if known else -1,
            base_sequence=0 if known else -1,
            transactional=known,
        )
        self.partition.append(batch, FIRST_MS, transaction_verified=known)

    def end(self, producer_id: int, *, commit: bool) -> None:
        self.partition.append_marker(producer_id, 0, commit=commit, coordinator_epoch=0, now_ms=FIRST_MS)

    def request(self, offset: int, version: int, *, committed: bool = True, wait_ms: int = 0) -> Any:
        part = fetch.FetchPartition(partition=0, fetch_offset=offset, partition_max_bytes=1 << 20)
        return fetch.FetchRequest(
            max_wait_ms=wait_ms,
            min_bytes=1,
            max_bytes=1 << 20,
            isolation_level=int(committed),
            topics=[
                fetch.FetchTopic(
                    topic="t" if version < 13 else "",
                    topic_id=self.topic.topic_id if version >= 13 else bytes(16),
                    partitions=[part],
                )
            ],
        )

    def fetch(self, offset: int, version: int, *, committed: bool = True) -> Any:
        answer = self.client.ask(self.request(offset, version, committed=committed), version)
        return answer.responses[0].partitions[0]

    def offset(self, timestamp: int, version: int, *, committed: bool = True) -> int:
        part = list_offsets.ListOffsetsPartition(partition_index=0, timestamp=timestamp)
        request = list_offsets.ListOffsetsRequest(
            isolation_level=int(committed),
            topics=[list_offsets.ListOffsetsTopic(name="t", partitions=[part])],
        )
        found: int = self.client.ask(request, version).topics[0].partitions[0].offset
        return found


fetch_versions = pytest.mark.parametrize("version", [4, 11, 12, 18])
list_versions = pytest.mark.parametrize("version", [7, 11])


def sizes(desk: Desk, start: int, end: int) -> int:
    return len(desk.partition.log.read(start, 1 << 20, end, True))


@fetch_versions
def test_a_fetch_ends_at_the_last_stable_offset_and_names_what_is_void(version: int) -> None:
    desk = Desk()
    answer = desk.fetch(0, version)
    assert (answer.high_watermark, answer.last_stable_offset) == (7, 5)
    assert len(answer.records) == sizes(desk, 0, 5)
    assert [(each.producer_id, each.first_offset) for each in answer.aborted_transactions] == [(1, 1)]


@fetch_versions
def test_what_ended_before_the_fetch_is_not_named(version: int) -> None:
    desk = Desk()
    assert [each.producer_id for each in desk.fetch(3, version).aborted_transactions] == [1]
    assert desk.fetch(4, version).aborted_transactions == []


@fetch_versions
def test_others_read_everything_and_are_told_the_last_stable_offset_too(version: int) -> None:
    desk = Desk()
    answer = desk.fetch(0, version, committed=False)
    assert (answer.high_watermark, answer.last_stable_offset) == (7, 5)
    assert len(answer.records) == sizes(desk, 0, 7)
    assert answer.aborted_transactions is None


@fetch_versions
def test_a_fetch_beyond_the_last_stable_offset_waits_for_the_outcome(version: int) -> None:
    desk = Desk()
    request = desk.request(5, version, wait_ms=500)
    waiting = desk.client.ask(request, version)
    assert isinstance(waiting, Wait)
    assert desk.client.settle(waiting, request, version) is None
    desk.end(3, commit=False)
    answer = desk.client.settle(waiting, request, version).responses[0].partitions[0]
    assert answer.last_stable_offset == 8
    assert [(each.producer_id, each.first_offset) for each in answer.aborted_transactions] == [(3, 5)]


@list_versions
def test_the_end_for_readers_of_committed_records_is_the_last_stable_offset(version: int) -> None:
    desk = Desk()
    assert (desk.offset(-1, version), desk.offset(-1, version, committed=False)) == (5, 7)


@list_versions
def test_a_time_leads_no_reader_of_committed_records_beyond(version: int) -> None:
    desk = Desk()
    for timestamp in (FIRST_MS + 6, -3):
        assert (desk.offset(timestamp, version), desk.offset(timestamp, version, committed=False)) == (-1, 6)
    assert desk.offset(FIRST_MS + 1, version) == 1
