"""ShareAcknowledge (key 79), versions 1 to 2: what became of records that a member was given (KIP-932).

2 a member can ask for more time (KIP-1222), and is told how much it has.
"""

from __future__ import annotations

from kwire.apis import UNTIL_DURABLE_MS, Caller, Wait
from kwire.apis.leaders import endpoints
from kwire.apis.share_acknowledging import Acknowledgements, acknowledge, check_member
from kwire.broker.broker import Broker
from kwire.broker.remote import NotLeader
from kwire.broker.share.sessions import FINAL_EPOCH, FIRST_EPOCH
from kwire.broker.share.settings import share_settings
from kwire.codec.messages.share_acknowledge import (
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionData,
    ShareAcknowledgeRequest,
    ShareAcknowledgeResponse,
    ShareAcknowledgeTopicResponse,
)
from kwire.errors import ErrorCode, KafkaError


def share_acknowledge(
    broker: Broker, caller: Caller, request: ShareAcknowledgeRequest
) -> ShareAcknowledgeResponse | Wait[ShareAcknowledgeResponse]:
    """Answered once it is on record."""
    try:
        group_id, member_id = check_member(broker, request.group_id, request.member_id)
        epoch = request.share_session_epoch
        if epoch == FIRST_EPOCH:
            raise KafkaError(ErrorCode.INVALID_SHARE_SESSION_EPOCH)
        sessions = broker.sharing.sessions
        session = (
            sessions.get(group_id, member_id)
            if epoch == FINAL_EPOCH
            else sessions.resume(group_id, member_id, epoch)
        )
    except KafkaError as error:
        return ShareAcknowledgeResponse(error_code=error.code, error_message=error.message)
    found = acknowledge(
        broker,
        group_id,
        member_id,
        (
            ((topic.topic_id, part.partition_index), part.acknowledgement_batches)
            for topic in request.topics
            for part in topic.partitions
        ),
        version=caller.version,
        is_renew_ack=request.is_renew_ack,
    )
    if epoch == FINAL_EPOCH:
        broker.sharing.release(session)

    def attempt(final: bool) -> ShareAcknowledgeResponse | None:
        if found.are_done or final:
            return _answer(broker, caller, group_id, found)
        return None

    now = attempt(False)
    if now is not None:
        return now
    return Wait(attempt, found.signals(), broker.clock.monotonic_ms() + UNTIL_DURABLE_MS)


def error_response(request: ShareAcknowledgeRequest, code: ErrorCode) -> ShareAcknowledgeResponse:
    return ShareAcknowledgeResponse(error_code=code)


def _answer(
    broker: Broker, caller: Caller, group_id: str, found: Acknowledgements
) -> ShareAcknowledgeResponse:
    topics: dict[bytes, ShareAcknowledgeTopicResponse] = {}
    elsewhere = []
    for (topic_id, index), error in found.told():
        answer = PartitionData(partition_index=index)
        if error is not None:
            answer.error_code, answer.error_message = error.code, error.message
        if isinstance(error, NotLeader):
            answer.current_leader = LeaderIdAndEpoch(error.leader_id, error.leader_epoch)
            elsewhere.append(error.leader_id)
        if topic_id not in topics:
            topics[topic_id] = ShareAcknowledgeTopicResponse(topic_id)
        topics[topic_id].partitions.append(answer)
    return ShareAcknowledgeResponse(
        acquisition_lock_timeout_ms=share_settings(broker, group_id).limits.lock_ms,
        responses=[*topics.values()],
        node_endpoints=endpoints(broker, caller, elsewhere, NodeEndpoint),
    )
