"""Writing the end of a transaction into partitions that this broker leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwire.broker.topic_registry import CONSUMER_OFFSETS
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.calls import WriteMarkers


def write_markers(broker: Broker, request: WriteMarkers) -> dict[tuple[str, int], ErrorCode]:
    """A marker in each partition; a code for each. What must be durable first is owed (`broker.flushing`).

    Offsets that were committed in the transaction count, or are gone, from here on.
    """
    now_ms = broker.clock.time_ms()
    codes = {}
    for name, index in request.partitions:
        try:
            partition = broker.topics.partition(name, index)
            marker = partition.append_marker(
                request.producer_id,
                request.producer_epoch,
                commit=request.commit,
                coordinator_epoch=request.coordinator_epoch,
                now_ms=now_ms,
                transaction_version=request.transaction_version,
            )
        except KafkaError as error:
            codes[name, index] = error.code
            continue
        if name == CONSUMER_OFFSETS:
            broker.groups.end_transaction(partition, request.producer_id, commit=request.commit)
        if marker.owed is not None:
            broker.flushing.owed.append(marker.owed)
        codes[name, index] = ErrorCode.NONE
    return codes
