"""DescribeTransactions (key 65), version 0: how far some transactions are, as their coordinator sees it (KIP-664)."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    TopicData,
    TransactionState,
)
from kwire.errors import ErrorCode, KafkaError


def describe_transactions(
    broker: Broker, caller: Caller, request: DescribeTransactionsRequest
) -> DescribeTransactionsResponse:
    return DescribeTransactionsResponse(
        transaction_states=[_describe(broker, each) for each in request.transactional_ids]
    )


def _describe(broker: Broker, transactional_id: str) -> TransactionState:
    try:
        found = broker.transactions.describe(transactional_id)
    except KafkaError as error:
        return TransactionState(error_code=error.code, transactional_id=transactional_id)
    return TransactionState(
        transactional_id=transactional_id,
        transaction_state=found.state.value,
        transaction_timeout_ms=found.timeout_ms,
        transaction_start_time_ms=found.started_ms,
        producer_id=found.producer_id,
        producer_epoch=found.epoch,
        topics=[
            TopicData(topic, [index for _, index in group])
            for topic, group in groupby(sorted(found.partitions), key=itemgetter(0))
        ],
    )


def error_response(request: DescribeTransactionsRequest, code: ErrorCode) -> DescribeTransactionsResponse:
    return DescribeTransactionsResponse(
        transaction_states=[
            TransactionState(error_code=code, transactional_id=each) for each in request.transactional_ids
        ]
    )
