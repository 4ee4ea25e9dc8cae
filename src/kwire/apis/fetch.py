"""Fetch (key 1), versions 4 to 18: read whole batches, waiting for enough of them.

4 isolation levels; 5 log start offset; 7 sessions (KIP-227); 9 leader epoch check (KIP-320); 11 rack id; 12 flexible
and truncation detection (KIP-595); 13 topics by id; 14 tiered storage; 15 replica state; 16 leader hints (KIP-951);
17 replica directory; 18 high watermark of followers. A session is always declined (session id 0), which is legal:
clients then send full fetches.
"""

from __future__ import annotations

from kwire.apis import Caller, Wait
from kwire.broker.broker import Broker
from kwire.broker.partition import Partition
from kwire.broker.signals import Signal
from kwire.broker.topic_registry import Topic
from kwire.codec.messages.fetch import (
    AbortedTransaction,
    EpochEndOffset,
    FetchableTopicResponse,
    FetchPartition,
    FetchRequest,
    FetchResponse,
    PartitionData,
)
from kwire.errors import ErrorCode, KafkaError
from kwire.log.warming import CHUNK_BYTES, Cold

COLD_WAIT_MS = 10_000
"""So long at least does a fetch wait for the disk before it says that there is nothing: a client may believe that."""


def fetch(broker: Broker, caller: Caller, request: FetchRequest) -> FetchResponse | Wait[FetchResponse]:
    """Answer at once when there is enough, or something to say; else wait for more up to `max_wait_ms`."""
    version = caller.version
    if version >= 7 and request.session_epoch not in (0, -1):
        return FetchResponse(error_code=ErrorCode.FETCH_SESSION_ID_NOT_FOUND)  # none is ever opened
    budget = min(request.max_bytes, broker.fetch_max_bytes)
    min_bytes = min(request.min_bytes, budget)
    response, ready, cold = _read(broker, version, request, budget, min_bytes)
    wait_ms = request.max_wait_ms
    if ready or (wait_ms <= 0 and not cold):
        return response
    if cold:
        min_bytes = min(min_bytes, 1)  # what the disk was waited for is an answer, whatever it comes to
        wait_ms = max(wait_ms, COLD_WAIT_MS)

    def attempt(final: bool) -> FetchResponse | None:
        response, ready, _ = _read(broker, version, request, budget, min_bytes)
        return response if ready or final else None

    return Wait(attempt, _signals(broker, version, request) + cold, broker.clock.monotonic_ms() + wait_ms)


def error_response(request: FetchRequest, code: ErrorCode) -> FetchResponse:
    """The same code for the whole request."""
    return FetchResponse(
        error_code=code,
        responses=[
            FetchableTopicResponse(
                topic=data.topic,
                topic_id=data.topic_id,
                partitions=[_refusal(part.partition, code) for part in data.partitions],
            )
            for data in request.topics
        ],
    )


def _topic(broker: Broker, version: int, name: str, topic_id: bytes) -> Topic | None:
    return broker.topics.by_id.get(topic_id) if version >= 13 else broker.topics.by_name.get(name)


def _read(
    broker: Broker, version: int, request: FetchRequest, budget: int, min_bytes: int
) -> tuple[FetchResponse, bool, list[Signal]]:
    """Everything that can be read now, whether that is an answer already, and what fires when the disk brings more.

    Partitions are read in the order of the request while the budget lasts; the first that has data gives at least
    one batch, however large (KIP-74). A partition whose bytes are on the disk only counts as empty for now.
    """
    ready = not request.topics
    committed_only = request.isolation_level == 1
    total = 0
    cold: list[Signal] = []
    responses = []
    for data in request.topics:
        topic = _topic(broker, version, data.topic, data.topic_id)
        answers = []
        for part in data.partitions:
            index = part.partition
            if topic is None or not 0 <= index < len(topic.partitions):
                unknown_id = topic is None and version >= 13
                ready = True
                answers.append(
                    _refusal(
                        index,
                        ErrorCode.UNKNOWN_TOPIC_ID if unknown_id else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    )
                )
                continue
            partition = topic.partitions[index]
            try:
                partition.check_leader_epoch(part.current_leader_epoch)
                if part.last_fetched_epoch >= 0:
                    diverging = _diverging(partition, part)
                    if diverging is not None:
                        ready = True
                        answers.append(diverging)
                        continue
                room = max(min(part.partition_max_bytes, budget - total), 0)  # the first batch may be larger
                records = partition.read(
                    part.fetch_offset, room, at_least_one=total == 0, committed_only=committed_only
                )
                aborted = _aborted(partition, part.fetch_offset, records) if committed_only else None
            except KafkaError as error:
                ready = True
                answers.append(_refusal(index, _code_for(version, error.code)))
                continue
            except Cold:
                cold.append(partition.warmed)
                budget -= CHUNK_BYTES
                records, aborted = b"", [] if committed_only else None
            total += len(records)
            answers.append(
                PartitionData(
                    partition_index=index,
                    high_watermark=partition.high_watermark,
                    last_stable_offset=partition.last_stable_offset,
                    log_start_offset=partition.log_start_offset,
                    aborted_transactions=aborted,
                    records=records,
                )
            )
        responses.append(FetchableTopicResponse(topic=data.topic, topic_id=data.topic_id, partitions=answers))
    enough = total >= min_bytes and (total > 0 or not cold)
    return FetchResponse(responses=responses), ready or enough, cold


def _aborted(partition: Partition, offset: int, records: memoryview | bytes) -> list[AbortedTransaction]:
    """What a reader of committed records has to leave out of these (KIP-98)."""
    return [
        AbortedTransaction(producer_id=each.producer_id, first_offset=each.first_offset)
        for each in partition.aborted_transactions(offset, records)
    ]


def _code_for(version: int, code: ErrorCode) -> ErrorCode:
    """Old clients do not know KAFKA_STORAGE_ERROR and should look for another leader."""
    if code == ErrorCode.KAFKA_STORAGE_ERROR and version <= 5:
        return ErrorCode.NOT_LEADER_OR_FOLLOWER
    return code


def _diverging(partition: Partition, part: FetchPartition) -> PartitionData | None:
    """Where the client's history and the log part, when they do (KIP-595)."""
    epoch, end_offset = partition.log.end_offset_for_epoch(part.last_fetched_epoch)
    if epoch < 0:
        raise KafkaError(ErrorCode.OFFSET_OUT_OF_RANGE)
    if epoch == part.last_fetched_epoch and end_offset >= part.fetch_offset:
        return None
    return PartitionData(
        partition_index=part.partition,
        high_watermark=partition.high_watermark,
        last_stable_offset=partition.last_stable_offset,
        log_start_offset=partition.log_start_offset,
        diverging_epoch=EpochEndOffset(epoch=epoch, end_offset=end_offset),
        records=b"",
    )


def _refusal(index: int, code: ErrorCode) -> PartitionData:
    return PartitionData(
        partition_index=index,
        error_code=code,
        high_watermark=-1,
        last_stable_offset=-1,
        log_start_offset=-1,
        aborted_transactions=None,
        records=b"",
    )


def _signals(broker: Broker, version: int, request: FetchRequest) -> list[Signal]:
    """What may make a difference to a parked fetch: more to read in any of its partitions."""
    signals = []
    for data in request.topics:
        topic = _topic(broker, version, data.topic, data.topic_id)
        if topic is not None:
            for part in data.partitions:
                if 0 <= part.partition < len(topic.partitions):
                    signals.append(topic.partitions[part.partition].appended)
    return signals
