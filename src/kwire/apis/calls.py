"""What the rules ask of other workers, as messages of Kafka's protocol, and their answers as values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kwire.apis.envelope import encode_address, encode_principal
from kwire.broker.broker import Broker
from kwire.broker.calls import AllocateIds, EnsureTopic, Forward
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


def _check(code: int, message: str | None = None) -> None:
    if code:
        raise KafkaError(ErrorCode(code), message)
