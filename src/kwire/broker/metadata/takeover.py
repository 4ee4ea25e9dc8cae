"""What a data directory must be for kwire to take it over, and what of it kwire leaves as it is.

Both are read from the metadata alone. A start refuses with the first sentence of `refusals` and says those of
`remarks`; `kwire migrate --check` shows all of them beforehand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from kwire.broker.metadata.image import Image, KeptRecord
from kwire.broker.metadata.quorum import KRAFT_VERSIONS, Quorum
from kwire.codec.stored.access_control_entry_record import AccessControlEntryRecord
from kwire.codec.stored.client_quota_record import ClientQuotaRecord
from kwire.codec.stored.delegation_token_record import DelegationTokenRecord
from kwire.codec.stored.user_scram_credential_record import UserScramCredentialRecord
from kwire.log.partition_metadata import encode_uuid

SUPPORTED_FEATURES: dict[str, tuple[int, int]] = {
    "eligible.leader.replicas.version": (0, 1),
    "group.version": (0, 1),
    "kraft.version": (0, 1),
    "metadata.version": (7, 30),
    "share.version": (0, 1),
    "streams.version": (0, 1),
    "transaction.version": (0, 2),
}
"""Lowest and highest level by feature: those of Apache Kafka 4.3, which can take over the directory."""

_RESERVED_DIRECTORY_IDS = 100
"""Ids below this say that a partition's directory is not known, is lost, or is being changed (KIP-858)."""

KEPT_KINDS: dict[type[KeptRecord], tuple[str, str, str]] = {
    AccessControlEntryRecord: ("ACL", "ACLs", "not enforced"),
    UserScramCredentialRecord: ("SCRAM credential", "SCRAM credentials", "not asked for"),
    DelegationTokenRecord: ("delegation token", "delegation tokens", "not accepted"),
    ClientQuotaRecord: ("quota", "quotas", ""),
}
"""What one and several are called, and what does not come of them here; nothing where all does."""


def refusals(
    image: Image,
    quorum: Quorum,
    node_id: int,
    directory_ids: Collection[bytes],
    present: Collection[tuple[str, int]] = (),
) -> Iterator[str]:
    """Why kwire cannot take this over, one sentence each; none when it can.

    `directory_ids` are those of the directories that are there, `present` the partitions that lie in them.
    """
    others = sorted(voter_id for voter_id in quorum.voters if voter_id != node_id)
    if quorum.voters and node_id not in quorum.voters:
        yield (
            f"The controllers of this cluster are other nodes ({_listed(others)}): kwire is its own controller, "
            "and can take over only a node that is both"
        )
    elif others:
        yield (
            f"The metadata is kept by {len(others) + 1} controllers together, also by node {_listed(others)}: kwire is "
            "one node; remove the others with kafka-metadata-quorum.sh first"
        )
    if quorum.kraft_version > KRAFT_VERSIONS[-1]:
        yield f"The directory has kraft.version {quorum.kraft_version}, and kwire knows {KRAFT_VERSIONS[-1]}"
    for name, level in unknown_features(image):
        low, high = SUPPORTED_FEATURES.get(name, (0, 0))
        verb, goal = ("downgrade", high) if level > high else ("upgrade", low)
        yield (
            f"The directory has {name} {level}, and kwire knows {low} to {high}: with Kafka, "
            f"kafka-features.sh {verb} --feature {name}={goal} brings it there"
        )
    yield from _misplaced(image, node_id, directory_ids, present)


def unknown_features(image: Image) -> list[tuple[str, int]]:
    """Features at a level that kwire does not know."""
    found = []
    for name, level in sorted(image.features.items()):
        low, high = SUPPORTED_FEATURES.get(name, (0, 0))
        if level > high or (level < low and name == "metadata.version"):
            found.append((name, level))
    return found


def _misplaced(
    image: Image, node_id: int, directory_ids: Collection[bytes], present: Collection[tuple[str, int]]
) -> Iterator[str]:
    elsewhere: list[str] = []
    nodes: set[int] = set()
    missing: dict[bytes, list[str]] = {}
    for topic in image.topics.values():
        for index, partition in topic.partitions.items():
            ours = len(partition.replicas) == 1 and bool(set(partition.directories) & set(directory_ids))
            if partition.replicas != [node_id] and not ours:  # another worker's lie in the same directories
                elsewhere.append(f"{topic.name}-{index}")
                nodes.update(replica for replica in partition.replicas if replica != node_id)
                continue
            for directory_id in partition.directories:
                if (
                    int.from_bytes(directory_id, "big") >= _RESERVED_DIRECTORY_IDS
                    and directory_id not in directory_ids
                    and (topic.name, index) not in present
                ):
                    missing.setdefault(directory_id, []).append(f"{topic.name}-{index}")
    if elsewhere:
        yield (
            f"{_counted(elsewhere, 'partition')} {'has' if len(elsewhere) == 1 else 'have'} replicas on other nodes "
            f"({_listed(sorted(nodes))}): kwire is one node; give them one replica here with "
            "kafka-reassign-partitions.sh first"
        )
    for directory_id, names in missing.items():
        yield (
            f"{_counted(names, 'partition')} {'is' if len(names) == 1 else 'are'} in the log directory "
            f"{encode_uuid(directory_id)}, which is not one of log.dirs: name it there too"
        )


def remarks(image: Image) -> list[str]:
    """What stays in the directory as it is and has no effect, one line each."""
    found = []
    counts = Counter(type(record) for record in image.kept.values())
    for kind, (one, many, effect) in KEPT_KINDS.items():
        count = counts[kind]
        if count and effect:
            found.append(
                f"The metadata holds {count} {one if count == 1 else many}: kept for Kafka, and {effect} by kwire"
            )
    if image.unknown_records:
        found.append(
            f"The metadata holds {image.unknown_records} records of kinds that kwire does not know: kept as they are"
        )
    return found


def _counted(names: list[str], what: str) -> str:
    """`2 partitions (a-0, a-1)`, with at most three names."""
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"{len(names)} {what}{'' if len(names) == 1 else 's'} ({shown})"


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids))
