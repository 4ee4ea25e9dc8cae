"""What a Produce with a transactional id needs before its batches are appended.

The partitions in which its transaction is not open yet are gathered, their coordinator is asked once, and each answer
stands for its partition when the batches are appended after that.
"""

from __future__ import annotations

from typing import Any

import attrs

from kwire.apis.joining import Codes
from kwire.broker.broker import Broker
from kwire.broker.calls import JoinTransaction
from kwire.broker.partition import Appended, Partition
from kwire.broker.producers import Verification
from kwire.codec.messages.produce import ProduceRequest
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import TRANSACTIONAL, BatchHeader, parse_header

ABORTABLE_FROM = 11
"""From this version on clients know TRANSACTION_ABORTABLE."""

JOINING_FROM = 12
"""From this version on partitions are added by their leaders (KIP-890)."""

_HEADER_BYTES = 61
_MAGIC_AT = 16

_UNREACHED = (
    ErrorCode.NETWORK_EXCEPTION,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.NOT_COORDINATOR,
)


@attrs.define
class Joining:
    """The transactional batches of one request."""

    version: int
    to_ask: list[tuple[str, int]] = attrs.Factory(list)
    producer: tuple[int, int] | None = None
    """Producer id and epoch; all of them must have the same."""
    refusals: dict[tuple[str, int], ErrorCode] = attrs.Factory(dict)
    verifications: dict[tuple[str, int], Verification | None] = attrs.Factory(dict)
    codes: Codes = attrs.Factory(dict)

    def append(self, partition: Partition, records: Any, now_ms: int) -> Appended:
        """Append a batch after the coordinator has answered. Raises KafkaError."""
        key = partition.topic, partition.index
        refusal = self.refusals.get(key)
        if refusal is not None:
            raise KafkaError(refusal)
        header = _header(records)
        if header is None or partition.is_offline:
            return partition.append(records, now_ms)
        self._check_code(self.codes.get(key, ErrorCode.NONE))
        if key in self.verifications:
            partition.producers.check_first(
                header.producer_id,
                header.producer_epoch,
                header.base_sequence,
                self.verifications[key],
                bumps=self.version >= JOINING_FROM,
            )
        return partition.append(records, now_ms, transaction_verified=True)

    def _check_code(self, code: ErrorCode) -> None:
        """What the coordinator said, in words that producers of this version understand. Raises KafkaError."""
        if code == ErrorCode.NONE:
            return
        if code == ErrorCode.PRODUCER_FENCED:
            raise KafkaError(ErrorCode.INVALID_PRODUCER_EPOCH)
        if code == ErrorCode.TRANSACTION_ABORTABLE and self.version < ABORTABLE_FROM:
            raise KafkaError(ErrorCode.INVALID_TXN_STATE, "Partition was not added to the transaction")
        if code in _UNREACHED or (code == ErrorCode.CONCURRENT_TRANSACTIONS and self.version < JOINING_FROM):
            # Of all errors that are worth trying again, the one that does not make clients ask for metadata.
            raise KafkaError(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                "Unable to verify the partition has been added to the transaction. "
                f"Underlying error: {ErrorCode(code).name}",
            )
        raise KafkaError(code)


def gather(broker: Broker, version: int, request: ProduceRequest) -> tuple[Joining, JoinTransaction | None]:
    """Whom to ask for what. Raises KafkaError(INVALID_PRODUCER_ID_MAPPING) when there are several producers."""
    joining = Joining(version)
    bumps = version >= JOINING_FROM
    asks = bumps or broker.config.bool("transaction.partition.verification.enable")
    now_ms = broker.clock.time_ms()
    topics = broker.topics
    for data in request.topic_data:
        topic = topics.by_id.get(data.topic_id) if version >= 13 else topics.by_name.get(data.name)
        for part in data.partition_data:
            header = _header(part.records)
            if header is None:
                continue
            producer = header.producer_id, header.producer_epoch
            if joining.producer not in (None, producer):
                raise KafkaError(
                    ErrorCode.INVALID_PRODUCER_ID_MAPPING, "The records are of more than one producer"
                )
            joining.producer = producer
            if topic is None or not 0 <= part.index < len(topic.partitions) or not asks:
                continue
            partition = topic.partitions[part.index]
            if partition.is_offline:
                continue
            key = topic.name, part.index
            try:
                verification = partition.producers.verification(*producer, header.base_sequence, now_ms)
            except KafkaError as error:
                joining.refusals[key] = error.code
                continue
            joining.verifications[key] = verification
            if verification is not None:
                joining.to_ask.append(key)
    if not joining.to_ask or joining.producer is None:
        return joining, None
    assert request.transactional_id is not None
    return joining, JoinTransaction(
        request.transactional_id, *joining.producer, tuple(joining.to_ask), verify_only=not bumps
    )


def _header(records: Any) -> BatchHeader | None:
    """The header of a batch that is part of a transaction; what is not well formed is for `append` to refuse."""
    if records is None or len(records) < _HEADER_BYTES or records[_MAGIC_AT] != 2:
        return None
    header = parse_header(records)
    return header if header.attributes & TRANSACTIONAL and header.producer_id >= 0 else None
