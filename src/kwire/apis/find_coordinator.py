"""FindCoordinator (key 10), versions 0 to 6: which node looks after a group, a transactional id, a share partition.

1 key types and a message; 3 flexible; 4 many keys at once (KIP-699); 5 TRANSACTION_ABORTABLE (KIP-890); 6 share groups
(KIP-932). It is found under the address that it has on the listener that was asked.
"""

from __future__ import annotations

import base64
import binascii

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.share.state import ShareKey
from kwire.codec.messages.find_coordinator import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)
from kwire.errors import ErrorCode, KafkaError

GROUP = 0
TRANSACTION = 1
SHARE = 2

BATCHED_FROM = 4
SHARE_FROM = 6


def find_coordinator(
    broker: Broker, caller: Caller, request: FindCoordinatorRequest
) -> FindCoordinatorResponse:
    """A node for every key that can be one; the topic that a coordinator writes to is there afterwards."""
    batched = caller.version >= BATCHED_FROM
    found = [
        _find(broker, caller, request.key_type, key)
        for key in (request.coordinator_keys if batched else [request.key])
    ]
    return FindCoordinatorResponse(coordinators=found) if batched else _alone(found[0])


def error_response(request: FindCoordinatorRequest, code: ErrorCode) -> FindCoordinatorResponse:
    """The same code for every key, in the shape of the request: no version has a place for both."""
    if request.coordinator_keys:
        refused = [_refusal(key, KafkaError(code)) for key in request.coordinator_keys]
        return FindCoordinatorResponse(coordinators=refused)
    return _alone(_refusal(request.key, KafkaError(code)))


def _find(broker: Broker, caller: Caller, key_type: int, key: str) -> Coordinator:
    node_id = broker.node_id
    try:
        if key_type == SHARE:
            if caller.version < SHARE_FROM:
                raise KafkaError(
                    ErrorCode.INVALID_REQUEST, "Share groups need version 6 of FindCoordinator or newer."
                )
            node_id = broker.share_coordinator.coordinator_of(_share_key(key))
        elif key_type not in (GROUP, TRANSACTION):
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown coordinator type {key_type}.")
        if key_type == GROUP:
            node_id = broker.groups.coordinator_of(key)
        elif key_type == TRANSACTION:
            node_id = broker.transactions.coordinator_of(key)
        node = next((each for each in broker.nodes() if each.broker_id == node_id), None)
        if node is None:
            raise KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE)
        host, port = broker.address(node, caller.listener)
    except KafkaError as error:
        return _refusal(key, error)
    return Coordinator(key=key, node_id=node_id, host=host, port=port, error_message="")


def _share_key(key: str) -> ShareKey:
    """group:topic id:partition. Raises KafkaError(INVALID_REQUEST)."""
    group, topic, partition = [*key.rsplit(":", 2), "", ""][:3]
    try:
        topic_id = base64.b64decode(topic + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        topic_id = b""
    if not group or len(topic_id) != 16 or not partition.isdecimal():
        raise KafkaError(ErrorCode.INVALID_REQUEST, f"'{key}' does not name a share partition.")
    return ShareKey(group, topic_id, int(partition))


def _alone(coordinator: Coordinator) -> FindCoordinatorResponse:
    """The shape before there could be many."""
    return FindCoordinatorResponse(
        error_code=coordinator.error_code,
        error_message=coordinator.error_message or None,
        node_id=coordinator.node_id,
        host=coordinator.host,
        port=coordinator.port,
    )


def _refusal(key: str, error: KafkaError) -> Coordinator:
    return Coordinator(
        key=key, node_id=-1, host="", port=-1, error_code=error.code, error_message=error.message or ""
    )
