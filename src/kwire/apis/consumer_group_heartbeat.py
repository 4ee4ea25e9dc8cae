"""ConsumerGroupHeartbeat (key 68), versions 0 and 1: all that a member of a consumer group says (KIP-848).

1 subscriptions by regular expression; members make their own ids (KIP-1082).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.groups.assignment import as_assignment
from kwire.broker.groups.consumer import Heartbeat
from kwire.codec.messages.consumer_group_heartbeat import (
    Assignment,
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    TopicPartitionsResponse,
)
from kwire.errors import ErrorCode, KafkaError

OWN_IDS_FROM = 1


def consumer_group_heartbeat(
    broker: Broker, caller: Caller, request: ConsumerGroupHeartbeatRequest
) -> ConsumerGroupHeartbeatResponse:
    """The member's epoch, and what it is to have when that changed."""
    consumers = broker.groups.consumers
    if not consumers.is_served:
        return ConsumerGroupHeartbeatResponse(error_code=ErrorCode.UNSUPPORTED_VERSION)
    topics, owned = request.subscribed_topic_names, request.topic_partitions
    beat = Heartbeat(
        member_id=request.member_id,
        epoch=request.member_epoch,
        client_id=caller.client_id,
        client_host=f"/{caller.client_host}",
        instance_id=request.instance_id,
        rack_id=request.rack_id,
        rebalance_timeout_ms=request.rebalance_timeout_ms,
        topics=None if topics is None else tuple(sorted(set(topics))),
        regex=request.subscribed_topic_regex,
        server_assignor=request.server_assignor,
        owned=None if owned is None else as_assignment((part.topic_id, part.partitions) for part in owned),
    )
    try:
        answer = consumers.heartbeat(
            request.group_id,
            beat,
            makes_own_id=caller.version >= OWN_IDS_FROM,
            now_ms=broker.clock.monotonic_ms(),
        )
    except KafkaError as error:  # a part of every rebalance, so it is answered here
        return ConsumerGroupHeartbeatResponse(error_code=error.code, error_message=error.message)
    if answer.assignment is not None:
        broker.groups.settle(request.group_id)
    return ConsumerGroupHeartbeatResponse(
        member_id=answer.member_id,
        member_epoch=answer.epoch,
        heartbeat_interval_ms=answer.heartbeat_interval_ms,
        assignment=None
        if answer.assignment is None
        else Assignment(
            [
                TopicPartitionsResponse(topic_id, sorted(partitions))
                for topic_id, partitions in answer.assignment.items()
            ]
        ),
    )


def error_response(request: ConsumerGroupHeartbeatRequest, code: ErrorCode) -> ConsumerGroupHeartbeatResponse:
    return ConsumerGroupHeartbeatResponse(error_code=code)
