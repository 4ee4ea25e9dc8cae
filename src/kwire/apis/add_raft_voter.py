"""AddRaftVoter (key 80), versions 0 and 1: one more voter on the cluster's metadata (KIP-853).

1 may be answered before it is decided.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.voters import refuse_voter
from kwire.codec.messages.add_raft_voter import AddRaftVoterRequest, AddRaftVoterResponse
from kwire.errors import ErrorCode, KafkaError


def add_raft_voter(broker: Broker, caller: Caller, request: AddRaftVoterRequest) -> AddRaftVoterResponse:
    """Why not: this quorum is of one."""
    listeners = [each.name for each in request.listeners]
    try:
        refuse_voter(broker, request.cluster_id, request.voter_id, request.voter_directory_id, listeners)
    except KafkaError as error:
        return AddRaftVoterResponse(error_code=error.code, error_message=error.message)


def error_response(request: AddRaftVoterRequest, code: ErrorCode) -> AddRaftVoterResponse:
    return AddRaftVoterResponse(error_code=code, error_message=None)
