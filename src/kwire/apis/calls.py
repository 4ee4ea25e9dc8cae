"""What the rules ask of other workers, as messages of Kafka's protocol, and their answers as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from kwire.apis.envelope import encode_address, encode_principal
from kwire.apis.share_calls import end_offsets_call, share_call
from kwire.broker.broker import Broker
from kwire.broker.calls import AllocateIds, EndOffsets, EnsureTopic, Forward, JoinTransaction, WriteMarkers
from kwire.broker.share.requests import (
    DeleteState,
    InitializeState,
    ReadState,
    SummarizeState,
    WriteState,
)
from kwire.codec.messages import load
from kwire.errors import ErrorCode, KafkaError


class Outgoing(NamedTuple):
    """A request as it is sent, and what its answer comes to. `read` raises KafkaError."""

    key: int
    version: int
    message: Any
    read: Callable[[Any], Any]


def outgoing(broker: Broker, request: Any) -> Outgoing:
    """The message for a call's request."""
    match request:
        case AllocateIds():
            wire = load(67)
            message = wire.AllocateProducerIdsRequest(
                broker_id=broker.node_id, broker_epoch=broker.metadata.broker_epoch
            )
            return Outgoing(67, 0, message, _read_ids)
        case EnsureTopic(name=name, partitions=partitions, configs=configs):
            wire = load(19)
            topic = wire.CreatableTopic(
                name=name,
                num_partitions=partitions,
                replication_factor=-1 if partitions == -1 else 1,
                configs=[wire.CreatableTopicConfig(name=key, value=value) for key, value in configs.items()],
            )
            return Outgoing(19, 7, wire.CreateTopicsRequest(topics=[topic], timeout_ms=30_000), _read_topic)
        case Forward(frame=frame, principal=principal, client_host=host):
            wire = load(58)
            message = wire.EnvelopeRequest(
                request_data=frame,
                request_principal=encode_principal(principal),
                client_host_address=encode_address(host),
            )
            return Outgoing(58, 0, message, _read_envelope)
        case JoinTransaction():
            return _join_transaction(request)
        case WriteMarkers():
            return _write_markers(request)
        case InitializeState() | ReadState() | WriteState() | DeleteState() | SummarizeState():
            return Outgoing(*share_call(request))
        case EndOffsets():
            return Outgoing(*end_offsets_call(request))
    raise AssertionError(f"nobody knows how to ask for {request!r}")


def _read_ids(answer: Any) -> range:
    _check(answer.error_code)
    return range(answer.producer_id_start, answer.producer_id_start + answer.producer_id_len)


def _read_topic(answer: Any) -> None:
    result = answer.topics[0]
    if result.error_code != ErrorCode.TOPIC_ALREADY_EXISTS:
        _check(result.error_code, result.error_message)


def _read_envelope(answer: Any) -> bytes:
    _check(answer.error_code)
    return bytes(answer.response_data or b"")


def _join_transaction(request: JoinTransaction) -> Outgoing:
    wire = load(24)
    transaction = wire.AddPartitionsToTxnTransaction(
        transactional_id=request.transactional_id,
        producer_id=request.producer_id,
        producer_epoch=request.producer_epoch,
        verify_only=request.verify_only,
        topics=[
            wire.AddPartitionsToTxnTopic(name=name, partitions=indexes)
            for name, indexes in _by_topic(request.partitions)
        ],
    )

    def read(answer: Any) -> dict[tuple[str, int], ErrorCode]:
        _check(answer.error_code)
        return {
            (topic.name, result.partition_index): ErrorCode(result.partition_error_code)
            for each in answer.results_by_transaction
            for topic in each.topic_results
            for result in topic.results_by_partition
        }

    # A version says which generation the producer is of: those that add their partitions themselves only verify here.
    version = 4 if request.verify_only else 5
    return Outgoing(24, version, wire.AddPartitionsToTxnRequest(transactions=[transaction]), read)


def _write_markers(request: WriteMarkers) -> Outgoing:
    wire = load(27)
    marker = wire.WritableTxnMarker(
        producer_id=request.producer_id,
        producer_epoch=request.producer_epoch,
        transaction_result=request.commit,
        topics=[
            wire.WritableTxnMarkerTopic(name=name, partition_indexes=indexes)
            for name, indexes in _by_topic(request.partitions)
        ],
        coordinator_epoch=request.coordinator_epoch,
        transaction_version=request.transaction_version,
    )

    def read(answer: Any) -> dict[tuple[str, int], ErrorCode]:
        return {
            (topic.name, result.partition_index): ErrorCode(result.error_code)
            for each in answer.markers
            for topic in each.topics
            for result in topic.partitions
        }

    return Outgoing(27, 2, wire.WriteTxnMarkersRequest(markers=[marker]), read)


def _by_topic(partitions: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    for name, group in groupby(sorted(partitions), key=itemgetter(0)):
        yield name, [index for _, index in group]


def _check(code: int, message: str | None = None) -> None:
    if code:
        raise KafkaError(ErrorCode(code), message)
