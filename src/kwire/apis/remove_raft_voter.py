"""RemoveRaftVoter (key 81), version 0: one voter on the cluster's metadata less (KIP-853)."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.voters import refuse_removal
from kwire.codec.messages.remove_raft_voter import RemoveRaftVoterRequest, RemoveRaftVoterResponse
from kwire.errors import ErrorCode, KafkaError


def remove_raft_voter(
    broker: Broker, caller: Caller, request: RemoveRaftVoterRequest
) -> RemoveRaftVoterResponse:
    """Why not: this quorum is of one."""
    try:
        refuse_removal(broker, request.cluster_id, request.voter_id, request.voter_directory_id)
    except KafkaError as error:
        return RemoveRaftVoterResponse(error_code=error.code, error_message=error.message)


def error_response(request: RemoveRaftVoterRequest, code: ErrorCode) -> RemoveRaftVoterResponse:
    return RemoveRaftVoterResponse(error_code=code, error_message=None)
