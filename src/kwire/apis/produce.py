"""Produce (key 0), versions 3 to 13: append one batch to each partition named.

3 record batches v2, transactional id; 5 log start offset; 8 record errors and a message; 9 flexible; 10 current leader
hints (KIP-951); 11 TRANSACTION_ABORTABLE; 12 transactions join implicitly (KIP-890); 13 topics by id (KIP-516).
Versions 0 to 2 are advertised, because librdkafka decides on compression by them, and refused (KAFKA-18659).
"""

from __future__ import annotations

from kwire.apis import NO_RESPONSE, Caller, CloseConnection, Wait, _NoResponse
from kwire.apis.joining import Codes, join_first
from kwire.apis.leaders import endpoints
from kwire.apis.produce_in_slices import is_large, write_in_slices
from kwire.apis.produce_in_transaction import Joining, gather
from kwire.broker.broker import Broker
from kwire.broker.remote import NotLeader
from kwire.broker.storage.flushing import Owed
from kwire.broker.topic_registry import INTERNAL_TOPICS, Topic
from kwire.broker.validation import InvalidRecords
from kwire.codec.messages.produce import (
    READ_USUAL,
    WRITE_USUAL,
    BatchIndexAndErrorMessage,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceResponse,
)
from kwire.codec.primitives import Readable
from kwire.errors import ErrorCode, KafkaError

ADMIN_CLIENT_ID = "__admin_client"
"""The one client id that may write to internal topics."""

LEADERS_FROM = 10
"""From this version on a client is told who leads instead."""

_ZSTD = 4
_ZSTD_FROM = 7


def produce(
    broker: Broker, caller: Caller, request: ProduceRequest, joining: Joining | None = None
) -> ProduceResponse | Wait[ProduceResponse] | _NoResponse:
    """Append; answer with the base offset of each batch, or say for each partition why not.

    Where the topic wants records durable first (`flush.messages`), the answer waits for the sync. With a transactional
    id it may have to wait for the coordinator before that; `joining` is what came of it.
    """
    version = caller.version
    if request.transactional_id is not None and joining is None:
        return _produce_in_transaction(broker, caller, request)
    acks = request.acks
    topic_data = request.topic_data
    if (len(topic_data) != 1 or len(topic_data[0].partition_data) != 1) and acks and is_large(request):
        # Without acks nobody tells a client that leaves meanwhile what was not written.
        return _produce_in_slices(broker, caller, request, joining)
    now_ms = broker.clock.time_ms()
    valid_acks = -1 <= acks <= 1
    topics = broker.topics
    answers = []
    owed: list[tuple[PartitionProduceResponse, Owed]] = []
    failure = ""
    elsewhere: list[int] = []
    for data in topic_data:
        topic = topics.by_id.get(data.topic_id) if version >= 13 else topics.by_name.get(data.name)
        partitions = []
        for part in data.partition_data:
            try:
                if topic is None or topic.internal or not valid_acks:
                    topic = _writable(topic, acks, caller)
                index = part.index
                if not 0 <= index < len(topic.partitions):
                    raise KafkaError(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"{topic.name} has no partition {index}"
                    )
                records = part.records
                if (
                    version < _ZSTD_FROM
                    and records is not None
                    and len(records) > 22
                    and records[22] & 7 == _ZSTD
                ):
                    raise KafkaError(
                        ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "zstd needs version 7 of Produce or newer"
                    )
                partition = topic.partitions[index]
                if joining is None:
                    appended = partition.append(records, now_ms)
                else:
                    appended = joining.append(partition, records, now_ms)
            except KafkaError as error:
                failure = str(error)  # not the error: its traceback would keep the request, and itself, alive
                refused = _refusal(part.index, error)
                if isinstance(error, NotLeader) and version >= LEADERS_FROM:
                    refused.current_leader = LeaderIdAndEpoch(error.leader_id, error.leader_epoch)
                    elsewhere.append(error.leader_id)
                partitions.append(refused)
            else:
                answer = PartitionProduceResponse(
                    index,
                    0,
                    appended.base_offset,
                    appended.log_append_time_ms,
                    appended.log_start_offset,
                )
                partitions.append(answer)
                if appended.owed is not None:
                    owed.append((answer, appended.owed))
        answers.append(TopicProduceResponse(data.name, data.topic_id, partitions))
    if acks == 0:
        if failure:
            raise CloseConnection(f"produce with acks=0 failed: {failure}")
        return NO_RESPONSE
    response = ProduceResponse(answers)
    if elsewhere:
        response.node_endpoints = endpoints(broker, caller, elsewhere, NodeEndpoint)
    if not owed:
        return response
    return _when_durable(broker, response, owed, request.timeout_ms)


def short_way(
    broker: Broker, caller: Caller, buf: Readable, pos: int, end: int
) -> bytes | Wait[ProduceResponse] | None:
    """The usual Produce, one batch for one partition, from its bytes to those of the answer; None: ask `produce`.

    It does what `produce` does for such a request, without the six objects and four lists that a request and a response
    of any shape have: a fifth less for a small one. A batch that is refused was not written, so `produce` refuses it as
    well, and says why.
    """
    version = caller.version
    asked = READ_USUAL[version](buf, pos, end)
    if asked is None:
        return None
    acks, timeout_ms, name, topic_id, index, records = asked
    topics = broker.topics
    topic = topics.by_id.get(topic_id) if version >= 13 else topics.by_name.get(name)
    if (
        topic is None
        or topic.internal
        or (acks != -1 and acks != 1)
        or not 0 <= index < len(topic.partitions)
        or version < _ZSTD_FROM
    ):
        return None
    try:
        appended = topic.partitions[index].append(records, broker.clock.time_ms())
    except KafkaError:
        return None
    base_offset, append_time_ms = appended.base_offset, appended.log_append_time_ms
    if appended.owed is None:
        return WRITE_USUAL[version](
            name, topic_id, index, 0, base_offset, append_time_ms, appended.log_start_offset, 0
        )
    answer = PartitionProduceResponse(index, 0, base_offset, append_time_ms, appended.log_start_offset)
    response = ProduceResponse([TopicProduceResponse(name, topic_id, [answer])])
    return _when_durable(broker, response, [(answer, appended.owed)], timeout_ms)


def _when_durable(
    broker: Broker,
    response: ProduceResponse,
    owed: list[tuple[PartitionProduceResponse, Owed]],
    timeout_ms: int,
) -> Wait[ProduceResponse]:
    return Wait(
        lambda final: response if _all_durable(owed, final) else None,
        [signal for _, promise in owed for signal in promise.signals],
        broker.clock.monotonic_ms() + timeout_ms,
    )


def _produce_in_slices(
    broker: Broker, caller: Caller, request: ProduceRequest, joining: Joining | None
) -> Wait[ProduceResponse]:
    """Append as above, but not everything at once."""

    def write(part: ProduceRequest) -> ProduceResponse | Wait[ProduceResponse]:
        answer = produce(broker, caller, part, joining)
        assert not isinstance(answer, _NoResponse), "that is for requests without acks"
        return answer

    return write_in_slices(write, request, broker.clock.monotonic_ms() + request.timeout_ms)


def _produce_in_transaction(
    broker: Broker, caller: Caller, request: ProduceRequest, tries: int | None = None
) -> ProduceResponse | Wait[ProduceResponse] | _NoResponse:
    """Ask the coordinator, when there is something to ask, and append."""
    joining, asked = gather(broker, caller.version, request)
    if asked is None:
        return produce(broker, caller, request, joining)

    def go_on(codes: Codes) -> ProduceResponse | Wait[ProduceResponse] | _NoResponse:
        joining.codes = codes
        return produce(broker, caller, request, joining)

    answer: ProduceResponse | Wait[ProduceResponse] | _NoResponse = join_first(
        broker,
        asked,
        go_on,
        tries,
        lambda left: _produce_in_transaction(broker, caller, request, left),
    )
    return answer


def _all_durable(owed: list[tuple[PartitionProduceResponse, Owed]], final: bool) -> bool:
    """Is all that was promised durable, or known not to be? What will not be is refused in its answer."""
    waiting = []
    for answer, promise in owed:
        try:
            if promise.is_kept():
                continue
            if not final:
                waiting.append((answer, promise))
                continue
            raise KafkaError(ErrorCode.REQUEST_TIMED_OUT, "The records were not made durable in time")
        except KafkaError as error:
            answer.error_code = error.code
            answer.error_message = error.message
            answer.base_offset = answer.log_append_time_ms = answer.log_start_offset = -1
    owed[:] = waiting
    return not waiting


def error_response(request: ProduceRequest, code: ErrorCode) -> ProduceResponse | _NoResponse:
    """The same code for every partition of the request; nothing when the client wants no answer."""
    if request.acks == 0:
        return NO_RESPONSE
    return ProduceResponse(
        responses=[
            TopicProduceResponse(
                name=data.name,
                topic_id=data.topic_id,
                partition_responses=[_refusal(part.index, KafkaError(code)) for part in data.partition_data],
            )
            for data in request.topic_data
        ]
    )


def _writable(topic: Topic | None, acks: int, caller: Caller) -> Topic:
    """A topic that is not as usual, if it takes what this client sends. Raises KafkaError."""
    if not -1 <= acks <= 1:
        raise KafkaError(ErrorCode.INVALID_REQUIRED_ACKS, f"acks={acks} is none of -1, 0 and 1")
    if topic is None:
        if caller.version >= 13:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_ID)
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if topic.name in INTERNAL_TOPICS and caller.client_id != ADMIN_CLIENT_ID:
        raise KafkaError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"Cannot append to internal topic {topic.name}")
    return topic


def _refusal(index: int, error: KafkaError) -> PartitionProduceResponse:
    record_errors = []
    if isinstance(error, InvalidRecords):
        record_errors = [
            BatchIndexAndErrorMessage(batch_index=position, batch_index_error_message=message)
            for position, message in error.record_errors
        ]
    return PartitionProduceResponse(
        index=index,
        error_code=error.code,
        base_offset=-1,
        log_append_time_ms=-1,
        log_start_offset=-1,
        record_errors=record_errors,
        error_message=error.message,
    )
