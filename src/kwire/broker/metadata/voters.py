"""Changing who votes on the cluster's metadata (KIP-853): why not.

kwire is a quorum of one. What Kafka refuses is refused in its words and in its order; what it would do is refused too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from kwire.errors import ErrorCode, KafkaError
from kwire.log.partition_metadata import encode_uuid

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

_NO_DIRECTORY = bytes(16)


def refuse_voter(
    broker: Broker, cluster_id: str | None, voter_id: int, directory_id: bytes, listeners: Iterable[str]
) -> NoReturn:
    """Somebody is to vote as well.

    Raises KafkaError: INCONSISTENT_CLUSTER_ID, INVALID_REQUEST, DUPLICATE_VOTER, UNSUPPORTED_VERSION.
    """
    _check(broker, cluster_id, voter_id, directory_id, "Add")
    listener, _, _ = broker.controller.controller_address()
    if listener not in listeners:
        raise KafkaError(
            ErrorCode.INVALID_REQUEST,
            f"Add voter request didn't include the endpoint for the default listener {listener}",
        )
    _check_kraft_version(broker, "adding")
    if voter_id in broker.controller.quorum.voters:
        raise KafkaError(
            ErrorCode.DUPLICATE_VOTER,
            f"The voter id for {_key(voter_id, directory_id)} is already part of the set of voters "
            f"[{_voters(broker)}].",
        )
    raise KafkaError(ErrorCode.UNSUPPORTED_VERSION, "kwire is a quorum of one, and takes no other voter.")


def refuse_removal(broker: Broker, cluster_id: str | None, voter_id: int, directory_id: bytes) -> NoReturn:
    """Somebody is to vote no longer.

    Raises KafkaError: INCONSISTENT_CLUSTER_ID, INVALID_REQUEST, VOTER_NOT_FOUND, UNSUPPORTED_VERSION.
    """
    _check(broker, cluster_id, voter_id, directory_id, "Remove")
    _check_kraft_version(broker, "removing")
    voter = broker.controller.quorum.voters.get(voter_id)
    if voter is None or voter.voter_directory_id != directory_id:
        raise KafkaError(
            ErrorCode.VOTER_NOT_FOUND,
            f"Cannot remove voter {_key(voter_id, directory_id)} from the set of voters [{_voters(broker)}]",
        )
    raise KafkaError(ErrorCode.INVALID_REQUEST, "The only voter cannot be removed.")


def _check(broker: Broker, cluster_id: str | None, voter_id: int, directory_id: bytes, verb: str) -> None:
    if cluster_id is not None and cluster_id != broker.cluster_id:
        raise KafkaError(
            ErrorCode.INCONSISTENT_CLUSTER_ID,
            f'The given id "{cluster_id}" doesn\'t match the cluster id "{broker.cluster_id}"',
        )
    if voter_id < 0 or directory_id == _NO_DIRECTORY:
        raise KafkaError(ErrorCode.INVALID_REQUEST, f"{verb} voter request didn't include a valid voter")


def _check_kraft_version(broker: Broker, doing: str) -> None:
    version = broker.controller.quorum.kraft_version
    if not version:
        raise KafkaError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"Cluster doesn't support {doing} voter because the kraft.version feature is {version}",
        )


def _voters(broker: Broker) -> str:
    return ", ".join(
        _key(voter_id, voter.voter_directory_id)
        for voter_id, voter in broker.controller.quorum.voters.items()
        if voter is not None
    )


def _key(voter_id: int, directory_id: bytes) -> str:
    return f"ReplicaKey(id={voter_id}, directoryId={encode_uuid(directory_id)})"
