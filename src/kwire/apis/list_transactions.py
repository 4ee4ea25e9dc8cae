"""ListTransactions (key 66), versions 0 to 2: the transactional ids that this broker looks after (KIP-664).

1 by how long they run (KIP-994); 2 by a pattern (KIP-1152).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.regex import InvalidRegex, Regex
from kwire.broker.transactions.states import State
from kwire.codec.messages.list_transactions import (
    ListTransactionsRequest,
    ListTransactionsResponse,
    TransactionState,
)
from kwire.errors import ErrorCode, KafkaError


def list_transactions(
    broker: Broker, caller: Caller, request: ListTransactionsRequest
) -> ListTransactionsResponse:
    """Those that every filter lets through; a filter that is empty lets all through."""
    by_name = {state.value: state for state in State}
    states = {by_name[name] for name in request.state_filters if name in by_name}
    pattern = _pattern(request.transactional_id_pattern)
    producer_ids = set(request.producer_id_filters)
    duration_ms = request.duration_filter
    now_ms = broker.clock.time_ms()
    return ListTransactionsResponse(
        unknown_state_filters=[name for name in request.state_filters if name not in by_name],
        transaction_states=[
            TransactionState(each.transactional_id, each.producer_id, each.state.value)
            for each in broker.transactions.listed()
            if (not producer_ids or each.producer_id in producer_ids)
            and (not request.state_filters or each.state in states)
            and (duration_ms < 0 or now_ms - each.started_ms > duration_ms)
            and (pattern is None or pattern.matches(each.transactional_id))
        ],
    )


def _pattern(text: str | None) -> Regex | None:
    """Raises KafkaError(INVALID_REGULAR_EXPRESSION)."""
    if not text:
        return None
    try:
        return Regex(text)
    except InvalidRegex as error:
        raise KafkaError(ErrorCode.INVALID_REGULAR_EXPRESSION, str(error)) from error


def error_response(request: ListTransactionsRequest, code: ErrorCode) -> ListTransactionsResponse:
    return ListTransactionsResponse(error_code=code)
