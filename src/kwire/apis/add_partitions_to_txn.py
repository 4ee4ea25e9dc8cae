"""AddPartitionsToTxn (key 24), versions 0 to 5: partitions become part of a transaction (KIP-98).

2 PRODUCER_FENCED; 3 flexible; 4 many transactions at once, between brokers, to add or only to verify (KIP-890); 5 for
producers whose epoch rises with every transaction. Clients ask in version 3 at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kwire.apis import Caller
from kwire.apis.fencing import fencing_code
from kwire.broker.broker import Broker
from kwire.codec.messages.add_partitions_to_txn import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTopicResult,
)
from kwire.errors import ErrorCode, KafkaError

BATCHED_FROM = 4
BUMPING_FROM = 5
"""From this version on the producer is of the second generation, which is transaction.version 2."""

Codes = Mapping[tuple[str, int], ErrorCode]


def add_partitions_to_txn(
    broker: Broker, caller: Caller, request: AddPartitionsToTxnRequest
) -> AddPartitionsToTxnResponse:
    """A code for every partition; one that does not exist fails all of its transaction."""
    version = caller.version
    if version < BATCHED_FROM:
        codes = _join(
            broker,
            version,
            request.v3_and_below_transactional_id,
            request.v3_and_below_producer_id,
            request.v3_and_below_producer_epoch,
            request.v3_and_below_topics,
        )
        return AddPartitionsToTxnResponse(
            results_by_topic_v3_and_below=_results(request.v3_and_below_topics, codes)
        )
    results = []
    for each in request.transactions:
        codes = _join(
            broker,
            version,
            each.transactional_id,
            each.producer_id,
            each.producer_epoch,
            each.topics,
            verify_only=each.verify_only,
        )
        results.append(AddPartitionsToTxnResult(each.transactional_id, _results(each.topics, codes)))
    return AddPartitionsToTxnResponse(results_by_transaction=results)


def _join(
    broker: Broker,
    version: int,
    transactional_id: str,
    producer_id: int,
    epoch: int,
    topics: Iterable[AddPartitionsToTxnTopic],
    *,
    verify_only: bool = False,
) -> Codes:
    partitions = [(topic.name, index) for topic in topics for index in topic.partitions]
    missing = [each for each in partitions if not _is_there(broker, *each)]
    if missing:
        return {
            each: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            if each in missing
            else ErrorCode.OPERATION_NOT_ATTEMPTED
            for each in partitions
        }
    transactions = broker.transactions
    try:
        if verify_only:
            return transactions.verify(transactional_id, producer_id, epoch, partitions)
        client_version = 2 if version >= BUMPING_FROM else 0
        transactions.add(transactional_id, producer_id, epoch, partitions, client_version)
    except KafkaError as error:
        return dict.fromkeys(partitions, fencing_code(error.code, version))
    return dict.fromkeys(partitions, ErrorCode.NONE)


def _is_there(broker: Broker, name: str, index: int) -> bool:
    topic = broker.topics.get(name)
    return topic is not None and 0 <= index < len(topic.partitions)


def _results(topics: Iterable[AddPartitionsToTxnTopic], codes: Codes) -> list[AddPartitionsToTxnTopicResult]:
    return [
        AddPartitionsToTxnTopicResult(
            topic.name,
            [
                AddPartitionsToTxnPartitionResult(index, codes[topic.name, index])
                for index in topic.partitions
            ],
        )
        for topic in topics
    ]


def error_response(request: AddPartitionsToTxnRequest, code: ErrorCode) -> AddPartitionsToTxnResponse:
    """The same code for every partition, in the shape of the request."""

    def refused(topics: Iterable[AddPartitionsToTxnTopic]) -> list[AddPartitionsToTxnTopicResult]:
        return _results(topics, {(topic.name, index): code for topic in topics for index in topic.partitions})

    if request.transactions:
        return AddPartitionsToTxnResponse(
            results_by_transaction=[
                AddPartitionsToTxnResult(each.transactional_id, refused(each.topics))
                for each in request.transactions
            ]
        )
    return AddPartitionsToTxnResponse(results_by_topic_v3_and_below=refused(request.v3_and_below_topics))
