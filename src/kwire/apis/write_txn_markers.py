"""WriteTxnMarkers (key 27), versions 1 and 2: the end of transactions goes into their partitions (KIP-98).

Between brokers, and from an administrator who ends a transaction that was left open (KIP-664). 2 says which
transaction.version the producer speaks (KIP-890).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.calls import WriteMarkers
from kwire.broker.transactions.markers import write_markers
from kwire.codec.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)
from kwire.errors import ErrorCode


def write_txn_markers(
    broker: Broker, caller: Caller, request: WriteTxnMarkersRequest
) -> WriteTxnMarkersResponse:
    """A code for each partition; where they want to be durable first, the answer waits."""
    results = []
    for marker in request.markers:
        codes = write_markers(
            broker,
            WriteMarkers(
                marker.producer_id,
                marker.producer_epoch,
                marker.transaction_result,
                tuple((topic.name, index) for topic in marker.topics for index in topic.partition_indexes),
                marker.coordinator_epoch,
                marker.transaction_version,
            ),
        )
        results.append(_result(marker, codes))
    return WriteTxnMarkersResponse(markers=results)


def _result(marker: WritableTxnMarker, codes: dict[tuple[str, int], ErrorCode]) -> WritableTxnMarkerResult:
    return WritableTxnMarkerResult(
        marker.producer_id,
        [
            WritableTxnMarkerTopicResult(
                topic.name,
                [
                    WritableTxnMarkerPartitionResult(index, codes[topic.name, index])
                    for index in topic.partition_indexes
                ],
            )
            for topic in marker.topics
        ],
    )


def error_response(request: WriteTxnMarkersRequest, code: ErrorCode) -> WriteTxnMarkersResponse:
    """The same code for every partition."""
    return WriteTxnMarkersResponse(
        markers=[
            _result(
                marker,
                {(topic.name, index): code for topic in marker.topics for index in topic.partition_indexes},
            )
            for marker in request.markers
        ]
    )
