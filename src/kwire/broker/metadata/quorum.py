"""KRaft's quorum as a directory remembers it: who votes, and who led last.

kwire is a quorum of one, itself. It keeps what Apache Kafka reads before it looks at any metadata: the file
`quorum-state`, the leader's first batch of each epoch, and for a new directory the first snapshot, which names the
voters (KIP-853), so that Kafka finds them whether its settings name them or not. A directory whose voters are only in
Kafka's settings (kraft.version 0) stays so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from kwire.codec.stored.kraft_version_record import KRaftVersionRecord
from kwire.codec.stored.leader_change_message import LeaderChangeMessage
from kwire.codec.stored.leader_change_message import Voter as LeaderVoter
from kwire.codec.stored.voters_record import Endpoint, KRaftVersionFeature, Voter, VotersRecord
from kwire.log.partition_metadata import encode_uuid
from kwire.records.batch import (
    CONTROL_KRAFT_VERSION,
    CONTROL_KRAFT_VOTERS,
    CONTROL_LEADER_CHANGE,
    Record,
    build_batch,
)

QUORUM_STATE = "quorum-state"
KRAFT_VERSIONS = (0, 1)


@attrs.frozen
class Address:
    """Where a controller listens, for others to find it."""

    listener: str
    host: str
    port: int


@attrs.define
class Quorum:
    """The voters and the last known epoch."""

    kraft_version: int = 0
    voters: dict[int, Voter | None] = attrs.Factory(dict)
    """By node id; None where only the id is known (kraft.version 0)."""
    epoch: int = 0
    """The highest that any file tells of."""

    def read_state(self, data: bytes) -> None:
        """Take over what `quorum-state` says. Raises ValueError."""
        state = json.loads(data)
        if not isinstance(state, dict) or state.get("data_version") not in (0, 1):
            raise ValueError("it is not of a version that is known: 0 and 1 are")
        self.epoch = max(self.epoch, int(state["leaderEpoch"]))
        for voter in state.get("currentVoters") or ():
            self.voters.setdefault(int(voter["voterId"]), None)

    def replay(self, records: Iterable[Record]) -> None:
        """Take over what the control records of a log or a snapshot say. Raises MalformedFrame."""
        for record in records:
            kind = int.from_bytes((record.key or b"")[2:4], "big")
            value = bytes(record.value or b"")
            if kind == CONTROL_KRAFT_VERSION:
                self.kraft_version = KRaftVersionRecord.decode(value, 0, len(value), 0).kraft_version
            elif kind == CONTROL_KRAFT_VOTERS:
                found = VotersRecord.decode(value, 0, len(value), 0).voters
                self.voters = {voter.voter_id: voter for voter in found}
            elif kind == CONTROL_LEADER_CHANGE and self.kraft_version == 0:
                version = int.from_bytes(value[:2], "big")
                change = LeaderChangeMessage.decode(value, 0, len(value), min(version, 1))
                self.voters = {voter.voter_id: None for voter in change.voters}

    def found_alone(self, node_id: int, directory_id: bytes, address: Address) -> None:
        """A new directory: this node is the one voter."""
        self.kraft_version = KRAFT_VERSIONS[-1]
        self.voters = {node_id: _voter(node_id, directory_id, address)}

    def encode_state(self, node_id: int) -> bytes:
        """`quorum-state`: this node leads in `epoch`."""
        state: dict[str, object] = {"leaderId": node_id, "leaderEpoch": self.epoch, "votedId": -1}
        if self.kraft_version:
            state |= {"votedDirectoryId": encode_uuid(bytes(16))}
        else:
            voters = [{"voterId": voter_id} for voter_id in self.voters]
            state = {"clusterId": "", **state, "appliedOffset": 0, "currentVoters": voters}
        return json.dumps(
            {**state, "data_version": min(self.kraft_version, 1)}, separators=(",", ":")
        ).encode()

    def leader_batch(self, node_id: int, now_ms: int) -> bytes:
        """The batch that opens an epoch: who leads, and for KIP-853 who votes."""
        voters = [LeaderVoter(voter_id=voter_id) for voter_id in self.voters]
        change = LeaderChangeMessage(
            leader_id=node_id, voters=voters, granting_voters=[LeaderVoter(voter_id=node_id)]
        )
        return control_batch([(CONTROL_LEADER_CHANGE, change.encode(0)), *self.control_records()], now_ms)

    def control_records(self) -> list[tuple[int, bytes]]:
        """Type and value of the records that name the voters; none where Kafka's settings do."""
        if not self.kraft_version:
            return []
        voters = [voter for voter in self.voters.values() if voter is not None]
        return [
            (CONTROL_KRAFT_VERSION, KRaftVersionRecord(kraft_version=self.kraft_version).encode(0)),
            (CONTROL_KRAFT_VOTERS, VotersRecord(voters=voters).encode(0)),
        ]


def _voter(node_id: int, directory_id: bytes, address: Address) -> Voter:
    return Voter(
        voter_id=node_id,
        voter_directory_id=directory_id,
        endpoints=[Endpoint(name=address.listener, host=address.host, port=address.port)],
        kraft_version_feature=KRaftVersionFeature(
            min_supported_version=KRAFT_VERSIONS[0], max_supported_version=KRAFT_VERSIONS[-1]
        ),
    )


def control_batch(
    records: Iterable[tuple[int, bytes]], now_ms: int, *, base_offset: int = 0, leader_epoch: int = -1
) -> bytes:
    """A batch of control records of KRaft, given as type and value."""
    return build_batch(
        [
            Record(base_offset + index, now_ms, b"\x00\x00" + kind.to_bytes(2, "big"), value)
            for index, (kind, value) in enumerate(records)
        ],
        control=True,
        leader_epoch=leader_epoch,
    )
