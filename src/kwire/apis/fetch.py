"""Fetch (key 1), versions 4 to 18: read whole batches, waiting for enough of them.

4 isolation levels; 5 log start offset; 7 sessions (KIP-227); 9 leader epoch check (KIP-320); 11 rack id; 12 flexible
and truncation detection (KIP-595); 13 topics by id; 14 tiered storage; 15 replica state; 16 leader hints (KIP-951);
17 replica directory; 18 high watermark of followers.

A full fetch says everything that it wants; in a session only what changed is said, by the client and by the broker.
"""

from __future__ import annotations

import attrs

from kwire.apis import Caller, Wait
from kwire.apis.leaders import endpoints
from kwire.broker.broker import Broker
from kwire.broker.fetch_sessions import (
    FINAL_EPOCH,
    FULL_EPOCH,
    Asked,
    FetchSession,
    SessionPartition,
)
from kwire.broker.partition import Partition
from kwire.broker.remote import NotLeader
from kwire.broker.signals import Signal
from kwire.broker.topic_registry import Topic
from kwire.codec.messages.fetch import (
    AbortedTransaction,
    EpochEndOffset,
    FetchableTopicResponse,
    FetchRequest,
    FetchResponse,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionData,
)
from kwire.errors import ErrorCode, KafkaError
from kwire.log.warming import CHUNK_BYTES, Cold

LEADERS_FROM = 16
"""From this version on a client is told who leads instead."""

COLD_WAIT_MS = 10_000
"""So long at least does a fetch wait for the disk before it says that there is nothing: a client may believe that."""


def fetch(broker: Broker, caller: Caller, request: FetchRequest) -> FetchResponse | Wait[FetchResponse]:
    """Answer at once when there is enough, or something to say; else wait for more up to `max_wait_ms`."""
    version = caller.version
    wants_session = False
    if version >= 7:
        if request.session_epoch not in (FULL_EPOCH, FINAL_EPOCH):
            return _resume(broker, caller, request)
        if request.session_id:
            broker.fetch_sessions.close(request.session_id)
        wants_session = request.session_epoch == FULL_EPOCH
    fetch = _FullFetch(broker, version, request, wants_session)
    fetch.attempt()
    return _answer(caller, fetch) if fetch.ready else _wait(caller, request, fetch)


def _resume(broker: Broker, caller: Caller, request: FetchRequest) -> FetchResponse | Wait[FetchResponse]:
    """Go on with a session: what the request names is wanted otherwise than before, or not any more."""
    version = caller.version
    by_id = version >= 13
    try:
        session = broker.fetch_sessions.resume(
            request.session_id,
            request.session_epoch,
            uses_topic_ids=by_id,
            now_ms=broker.clock.monotonic_ms(),
        )
    except KafkaError as error:
        return FetchResponse(error_code=error.code)
    for data in request.topics:
        for part in data.partitions:
            session.want(data.topic, data.topic_id, part)
    for gone in request.forgotten_topics_data:
        for index in gone.partitions:
            session.forget(gone.topic, gone.topic_id, index)
    if not len(session):
        broker.fetch_sessions.close(session.session_id)
        return FetchResponse()
    committed_only = request.isolation_level == 1
    if committed_only != session.committed_only:
        session.committed_only = committed_only
        session.look_at_all()
    fetch = _SessionFetch(broker, version, request, session)
    fetch.attempt()
    return _answer(caller, fetch) if fetch.ready else _wait(caller, request, fetch)


def _answer(caller: Caller, fetch: _FullFetch | _SessionFetch) -> FetchResponse:
    """What the last attempt found, and where the rest is led."""
    response = fetch.response()
    if fetch.elsewhere:
        response.node_endpoints = endpoints(fetch.broker, caller, fetch.elsewhere, NodeEndpoint)
    return response


def _wait(
    caller: Caller, request: FetchRequest, fetch: _FullFetch | _SessionFetch
) -> FetchResponse | Wait[FetchResponse]:
    """Not enough is there yet."""
    cold = fetch.cold
    wait_ms = request.max_wait_ms
    if wait_ms <= 0 and not cold:
        return _answer(caller, fetch)
    if cold:
        # What the disk was waited for is an answer, whatever it comes to.
        fetch.min_bytes = min(fetch.min_bytes, 1)
        wait_ms = max(wait_ms, COLD_WAIT_MS)

    def attempt(final: bool) -> FetchResponse | None:
        fetch.attempt()
        return _answer(caller, fetch) if fetch.ready or final else None

    return Wait(attempt, fetch.signals() + cold, fetch.broker.clock.monotonic_ms() + wait_ms)


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


@attrs.define(eq=False)
class _Reading:
    """One request, and what the last attempt to answer it found."""

    broker: Broker
    version: int
    request: FetchRequest
    committed_only: bool = attrs.field(init=False)
    max_bytes: int = attrs.field(init=False)
    min_bytes: int = attrs.field(init=False)
    budget: int = attrs.field(init=False)
    """What the answer may come to; a batch that waits for the disk has its part of it."""
    total: int = attrs.field(init=False)
    ready: bool = attrs.field(init=False)
    """There is enough, or something to say at once."""
    cold: list[Signal] = attrs.field(init=False)
    """What fires when the disk brings more."""
    elsewhere: list[int] = attrs.field(init=False)
    """Who leads what was asked for here."""

    def __attrs_post_init__(self) -> None:
        request = self.request
        self.committed_only = request.isolation_level == 1
        self.max_bytes = min(request.max_bytes, self.broker.fetch_max_bytes)
        self.min_bytes = min(request.min_bytes, self.max_bytes)

    def begin(self) -> None:
        """The next attempt begins with nothing."""
        self.budget = self.max_bytes
        self.total = 0
        self.ready = False
        self.cold = []
        self.elsewhere = []

    def end(self) -> None:
        """An attempt is over: is what was found enough?"""
        if self.total >= self.min_bytes and (self.total > 0 or not self.cold):
            self.ready = True

    def topic(self, name: str, topic_id: bytes) -> Topic | None:
        topics = self.broker.topics
        return topics.by_id.get(topic_id) if self.version >= 13 else topics.by_name.get(name)

    def read(self, topic: Topic | None, part: Asked) -> PartitionData | Partition:
        """What there is to say of one partition; the partition itself when that is nothing new.

        The first one that has records gives at least one batch, however large (KIP-74). A partition whose bytes are
        on the disk only counts as empty for now.
        """
        index = part.partition
        if topic is None or not 0 <= index < len(topic.partitions):
            self.ready = True
            unknown_id = topic is None and self.version >= 13
            return _refusal(
                index, ErrorCode.UNKNOWN_TOPIC_ID if unknown_id else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            )
        partition = topic.partitions[index]
        try:
            partition.check_leader_epoch(part.current_leader_epoch)
            if part.last_fetched_epoch >= 0:
                diverging = _diverging(partition, part)
                if diverging is not None:
                    self.ready = True
                    return diverging
            offset = part.fetch_offset
            if offset == partition.log.log_end_offset:
                return partition  # most often, and worth not to be asked more closely: 0.4 us instead of 0.9
            room = max(
                min(part.partition_max_bytes, self.budget - self.total), 0
            )  # the first batch may be larger
            records = partition.read(
                offset, room, at_least_one=self.total == 0, committed_only=self.committed_only
            )
            if not records:
                return partition
            aborted = _aborted(partition, offset, records) if self.committed_only else None
        except KafkaError as error:
            self.ready = True
            refused = _refusal(index, _code_for(self.version, error.code))
            if isinstance(error, NotLeader) and self.version >= LEADERS_FROM:
                refused.current_leader = LeaderIdAndEpoch(error.leader_id, error.leader_epoch)
                self.elsewhere.append(error.leader_id)
            return refused
        except Cold:
            self.cold.append(partition.warmed)
            self.budget -= CHUNK_BYTES
            return partition
        self.total += len(records)
        return _told(partition, records, aborted)

    def nothing(self, partition: Partition) -> PartitionData:
        """A partition without records to give, as the answer has it."""
        return _told(partition, b"", [] if self.committed_only else None)


@attrs.define(eq=False)
class _FullFetch(_Reading):
    """A request that says everything that it wants. Partitions are read in its order while the budget lasts."""

    wants_session: bool
    _found: list[list[PartitionData | Partition]] = attrs.field(init=False)

    def attempt(self) -> None:
        """Look what can be read now."""
        self.begin()
        read = self.read
        self._found = found = []
        topics = self.request.topics
        for data in topics:
            topic = self.topic(data.topic, data.topic_id)
            answers = []
            for part in data.partitions:
                answers.append(read(topic, part))
            found.append(answers)
        self.end()
        if not topics:
            self.ready = True

    def response(self) -> FetchResponse:
        """What the last attempt found; with a new session, where one is wanted and there is room."""
        responses = []
        for data, found in zip(self.request.topics, self._found, strict=True):
            answers = []
            for each in found:
                answers.append(each if isinstance(each, PartitionData) else self.nothing(each))
            responses.append(FetchableTopicResponse(data.topic, data.topic_id, answers))
        return FetchResponse(0, 0, self._open_session(responses) if self.wants_session else 0, responses)

    def _open_session(self, responses: list[FetchableTopicResponse]) -> int:
        """A session in which this is told; its id, 0 for none."""
        topics = self.request.topics
        session = self.broker.fetch_sessions.open(
            sum(len(data.partitions) for data in topics),
            uses_topic_ids=self.version >= 13,
            committed_only=self.committed_only,
            now_ms=self.broker.clock.monotonic_ms(),
        )
        if session is None:
            return 0
        for data, told in zip(topics, responses, strict=True):
            for part, answer in zip(data.partitions, told.partitions, strict=True):
                _is_news(session.want(data.topic, data.topic_id, part), answer)
        return session.session_id

    def signals(self) -> list[Signal]:
        """What may make a difference: more to read in any of the partitions."""
        signals = []
        for data in self.request.topics:
            topic = self.topic(data.topic, data.topic_id)
            if topic is not None:
                for part in data.partitions:
                    if 0 <= part.partition < len(topic.partitions):
                        signals.append(topic.partitions[part.partition].appended)
        return signals


@attrs.define(eq=False)
class _SessionFetch(_Reading):
    """A request within a session: only partitions that changed are looked at."""

    session: FetchSession
    epoch: int = attrs.field(init=False)
    _found: list[tuple[SessionPartition, PartitionData | Partition]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        _Reading.__attrs_post_init__(self)
        self.epoch = self.session.epoch

    def attempt(self) -> None:
        """Look what can be read now of what changed."""
        self.begin()
        self._found = found = []
        for wanted in list(self.session.changed_partitions):
            each = self.read(self.topic(wanted.topic, wanted.topic_id), wanted.asked)
            found.append((wanted, each))
            if self.total >= self.budget:
                break  # the others are still there next time
        self.end()
        if self.ready:
            return
        for wanted, each in found:
            partition = each if isinstance(each, Partition) else self._partition(wanted)
            wanted.watch(partition)
            if isinstance(each, Partition) and not self._has_news(wanted, each):
                self.session.settle(wanted)

    def _partition(self, wanted: SessionPartition) -> Partition:
        topic = self.topic(wanted.topic, wanted.topic_id)
        assert topic is not None, "what is not there is an answer at once"
        return topic.partitions[wanted.asked.partition]

    def _has_news(self, wanted: SessionPartition, partition: Partition) -> bool:
        """Although it gave no records now: some that there was no room for, or another beginning or end."""
        high_watermark = partition.high_watermark
        end = partition.last_stable_offset if self.committed_only else high_watermark
        return (
            wanted.asked.fetch_offset < end
            or high_watermark != wanted.high_watermark
            or partition.log_start_offset != wanted.log_start_offset
        )

    def response(self) -> FetchResponse:
        """What the last attempt found, as far as it is news to the client."""
        session = self.session
        if session.epoch != self.epoch:
            return FetchResponse(
                error_code=ErrorCode.INVALID_FETCH_SESSION_EPOCH, session_id=session.session_id
            )
        topics: dict[tuple[str, bytes], FetchableTopicResponse] = {}
        for wanted, each in self._found:
            answer = each if isinstance(each, PartitionData) else self.nothing(each)
            if _is_news(wanted, answer):
                key = wanted.topic, wanted.topic_id
                if key not in topics:
                    topics[key] = FetchableTopicResponse(wanted.topic, wanted.topic_id)
                topics[key].partitions.append(answer)
            if answer.records:
                session.goes_last(wanted)
            elif isinstance(each, Partition) and not self._has_news(wanted, each):
                wanted.watch(each)
                session.settle(wanted)
        return FetchResponse(session_id=session.session_id, responses=list(topics.values()))

    def signals(self) -> list[Signal]:
        """What may make a difference."""
        return [self.session.changed]


def _is_news(wanted: SessionPartition, answer: PartitionData) -> bool:
    """Must the client hear this? It then counts as told; once a fault is gone that is news as well."""
    if answer.error_code:
        wanted.told(-1, answer.log_start_offset)
        return True
    news = wanted.told(answer.high_watermark, answer.log_start_offset)
    return news or bool(answer.records) or answer.diverging_epoch is not None


def _told(
    partition: Partition, records: memoryview | bytes, aborted: list[AbortedTransaction] | None
) -> PartitionData:
    return PartitionData(
        partition.index,
        0,
        partition.high_watermark,
        partition.last_stable_offset,
        partition.log_start_offset,
        None,
        None,
        None,
        aborted,
        -1,
        records,
    )


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


def _diverging(partition: Partition, part: Asked) -> PartitionData | None:
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
