"""Every served API gives an answer that its own version can carry, in every version that is advertised.

A field that a handler fills in for all versions, and that an older version has no place for, fails here. Each API
is asked about things that are there and things that are not, and its words for "all of this failed" are tried too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from random import Random
from typing import Any

import pytest

from kwire.apis import NO_RESPONSE, TABLE, Caller, Served, Wait
from kwire.broker.broker import Broker
from kwire.codec.messages import INDEX
from kwire.config import Config
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from kwire.records.batch import Record, build_batch
from tests.apis.share_questions import ShareQuestions

ZERO_ID = bytes(16)
TIME_MS = 1_700_000_000_000


class StandingClock:
    def time_ms(self) -> int:
        return TIME_MS

    def monotonic_ms(self) -> int:
        return 50_000


class World(ShareQuestions):
    """A broker with one topic, some records, and a group with one member and one commit."""

    def __init__(self) -> None:
        properties = {"log.dirs": "/data", "node.id": "1", "offsets.topic.num.partitions": "2"}
        self.broker = Broker(Config(properties), clock=StandingClock(), files=MemoryFiles(), random=Random(1))
        self.broker.start()
        self.broker.endpoints = {"PLAINTEXT": ("here", 9092)}
        self.ask(
            "create_topics",
            7,
            topics=[("CreatableTopic", {"name": "t", "num_partitions": 2, "replication_factor": 1})],
        )
        self.topic_id = self.broker.topics.by_name["t"].topic_id
        self.ask("produce", 9, acks=-1, timeout_ms=1000, topic_data=[self._written("t", ZERO_ID)])
        self.member_id = self.ask("join_group", 3, **self._joining("")).member_id
        assert self.ask("sync_group", 3, **self._syncing()).assignment == b"\x01"
        committed = self.ask("offset_commit", 8, **self._committing(8, "t", self.topic_id))
        assert committed.topics[0].partitions[0].error_code == ErrorCode.NONE

    # --- asking ----------------------------------------------------------------------------------------------------

    def ask(self, name: str, version: int, **fields: Any) -> Any:
        """Send a request through its wire form, and take the answer through its own: what the client sees."""
        served = next(one for one in TABLE.values() if one.function == name)
        wire = import_module(f"kwire.codec.messages.{name}")
        parts: list[Any] = []
        wire.encode_request(_built(wire, f"{served.name}Request", fields), version, parts)
        frame = b"".join(parts)
        request = served.decode(frame, 0, len(frame), version)
        caller = Caller(client_host="127.0.0.1", client_id="tester", version=version)
        try:
            answer = served.handle(self.broker, caller, request)
        except KafkaError as error:
            answer = import_module(f"kwire.apis.{name}").error_response(request, error.code)
        if isinstance(answer, Wait):
            self.broker.tick(50_000)
            answer = answer.attempt(False) or answer.attempt(True)
        assert answer is not NO_RESPONSE
        return self.carried(served, answer, version)

    @staticmethod
    def carried(served: Served, answer: Any, version: int) -> Any:
        parts: list[Any] = []
        served.encode(answer, version, parts)
        frame = b"".join(bytes(part) for part in parts)
        wire = import_module(f"kwire.codec.messages.{served.function}")
        return wire.decode_response(frame, 0, len(frame), version)

    # --- what to ask -----------------------------------------------------------------------------------------------

    def questions(self, name: str, version: int) -> Iterator[dict[str, Any]]:
        """Fields of requests in one version: first about what is there, then about what is not."""
        make: Callable[..., dict[str, Any]] = getattr(self, f"_{name}")
        yield make(version, "t", self.topic_id, "g")
        yield make(version, "missing", b"\x07" * 16, "nobody")

    @staticmethod
    def _named(version: int, since: int, name: str, topic_id: bytes, **fields: Any) -> dict[str, Any]:
        """A topic by name in older versions, by id from `since` on."""
        return {"topic_id": topic_id, **fields} if version >= since else {"name": name, **fields}

    @staticmethod
    def _written(topic: str, topic_id: bytes) -> Any:
        batch = build_batch([Record(offset=0, timestamp=TIME_MS, key=b"k", value=b"v", headers=[])])
        partition = ("PartitionProduceData", {"index": 0, "records": batch})
        return ("TopicProduceData", {"name": topic, "topic_id": topic_id, "partition_data": [partition]})

    def _produce(self, version: int, topic: str, topic_id: bytes, _: str) -> dict[str, Any]:
        data = self._written("" if version >= 13 else topic, topic_id)
        return {"acks": -1, "timeout_ms": 1000, "topic_data": [data]}

    def _fetch(self, version: int, topic: str, topic_id: bytes, _: str) -> dict[str, Any]:
        partitions = [
            ("FetchPartition", {"partition": index, "fetch_offset": offset, "partition_max_bytes": 1000})
            for index, offset in ((0, 0), (1, 99), (7, 0))
        ]
        wanted = {"topic_id": topic_id} if version >= 13 else {"topic": topic}
        topics = [("FetchTopic", {**wanted, "partitions": partitions})]
        return {"max_wait_ms": 0, "min_bytes": 1, "max_bytes": 10_000, "topics": topics}

    def _list_offsets(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        partitions = [
            ("ListOffsetsPartition", {"partition_index": index, "timestamp": timestamp})
            for index, timestamp in enumerate((-1, -2))
        ]
        again = [("ListOffsetsPartition", {"partition_index": 0, "timestamp": TIME_MS})]
        topics = [
            ("ListOffsetsTopic", {"name": topic, "partitions": partitions}),
            ("ListOffsetsTopic", {"name": "t", "partitions": again if topic != "t" else []}),
        ]
        return {"replica_id": -1, "topics": topics}

    def _metadata(self, version: int, topic: str, topic_id: bytes, _: str) -> dict[str, Any]:
        wanted: list[Any] = [("MetadataRequestTopic", {"name": topic})]
        if version >= 12:
            wanted.append(("MetadataRequestTopic", {"name": None, "topic_id": topic_id}))
        fields: dict[str, Any] = {"topics": wanted}
        if version >= 4:
            fields["allow_auto_topic_creation"] = False
        if 8 <= version <= 10:
            fields["include_cluster_authorized_operations"] = True
        if version >= 8:
            fields["include_topic_authorized_operations"] = True
        return fields

    def _committing(self, version: int, topic: str, topic_id: bytes, group: str = "g") -> dict[str, Any]:
        known = group == "g"
        partitions = [
            (
                "OffsetCommitRequestPartition",
                {"partition_index": index, "committed_offset": 1, "committed_metadata": "note"},
            )
            for index in (0, 7)
        ]
        named = self._named(version, 10, topic, topic_id, partitions=partitions)
        return {
            "group_id": group,
            "generation_id_or_member_epoch": 1 if known else 5,
            "member_id": self.member_id if known else "stranger",
            "topics": [("OffsetCommitRequestTopic", named)],
        }

    def _offset_commit(self, version: int, topic: str, topic_id: bytes, group: str) -> dict[str, Any]:
        return self._committing(version, topic, topic_id, group)

    def _offset_fetch(self, version: int, topic: str, topic_id: bytes, group: str) -> dict[str, Any]:
        if version < 8:
            wanted = ("OffsetFetchRequestTopic", {"name": topic, "partition_indexes": [0, 1, 7]})
            return {"group_id": group, "topics": [wanted]}
        named = self._named(version, 10, topic, topic_id, partition_indexes=[0, 1, 7])
        some = {"group_id": group, "topics": [("OffsetFetchRequestTopics", named)]}
        every = {"group_id": "g", "topics": None}
        return {"groups": [("OffsetFetchRequestGroup", some), ("OffsetFetchRequestGroup", every)]}

    def _find_coordinator(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        kind: dict[str, Any] = {"key_type": 0 if group == "g" else 9} if version >= 1 else {}
        return {**kind, "coordinator_keys": [group, ""]} if version >= 4 else {**kind, "key": group}

    @staticmethod
    def _joining(member_id: str, group: str = "g") -> dict[str, Any]:
        return {
            "group_id": group,
            "session_timeout_ms": 10_000,
            "rebalance_timeout_ms": 10_000,
            "member_id": member_id,
            "protocol_type": "consumer",
            "protocols": [("JoinGroupRequestProtocol", {"name": "range", "metadata": b"\x00"})],
        }

    def _join_group(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        fields = self._joining(self.member_id if group == "g" else "", group)
        if version < 1:
            del fields["rebalance_timeout_ms"]
        return fields

    def _syncing(self, group: str = "g") -> dict[str, Any]:
        assignment = {"member_id": self.member_id, "assignment": b"\x01"}
        return {
            "group_id": group,
            "generation_id": 1,
            "member_id": self.member_id,
            "assignments": [("SyncGroupRequestAssignment", assignment)],
        }

    def _sync_group(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        named = {"protocol_type": "consumer", "protocol_name": "range"} if version >= 5 else {}
        return {**self._syncing(group), **named}

    def _heartbeat(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {"group_id": group, "generation_id": 1, "member_id": self.member_id}

    def _leave_group(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        if version < 3:
            return {"group_id": group, "member_id": self.member_id}
        members = [("MemberIdentity", {"member_id": one}) for one in (self.member_id, "stranger")]
        return {"group_id": group, "members": members}

    def _describe_groups(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        more = {"include_authorized_operations": True} if version >= 3 else {}
        return {"groups": ["g", group], **more}

    def _list_groups(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {}

    def _consumer_group_heartbeat(self, version: int, topic: str, __: bytes, group: str) -> dict[str, Any]:
        return {
            "group_id": f"{group}-consumers",
            "member_id": "m",
            "rebalance_timeout_ms": 1000,
            "subscribed_topic_names": [topic],
            "topic_partitions": [],
        }

    def _consumer_group_describe(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {"group_ids": ["g-consumers", group], "include_authorized_operations": True}

    def _delete_groups(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {"groups_names": ["g", group]}

    def _offset_delete(self, version: int, topic: str, _: bytes, group: str) -> dict[str, Any]:
        partitions = [("OffsetDeleteRequestPartition", {"partition_index": 0})]
        topics = [("OffsetDeleteRequestTopic", {"name": topic, "partitions": partitions})]
        return {"group_id": group, "topics": topics}

    def _api_versions(self, version: int, *_: Any) -> dict[str, Any]:
        return {"client_software_name": "x", "client_software_version": "1"} if version >= 3 else {}

    def _create_topics(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        config = ("CreatableTopicConfig", {"name": "retention.ms", "value": "1000"})
        wanted = {"num_partitions": 1, "replication_factor": 1, "configs": [config]}
        names = (topic, "bad name", f"new-{version}-{topic}")
        topics = [("CreatableTopic", {"name": name, **wanted}) for name in names]
        return {"topics": topics, "timeout_ms": 1000}

    def _delete_topics(self, version: int, topic: str, topic_id: bytes, _: str) -> dict[str, Any]:
        if version < 6:
            return {"topic_names": [topic], "timeout_ms": 1000}
        by_name = ("DeleteTopicState", {"name": topic})
        by_id = ("DeleteTopicState", {"name": None, "topic_id": b"\x09" * 16})
        return {"topics": [by_name, by_id], "timeout_ms": 1000}

    def _delete_records(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        partitions = [
            ("DeleteRecordsPartition", {"partition_index": index, "offset": offset})
            for index, offset in ((0, 1), (1, 99))
        ]
        topics = [("DeleteRecordsTopic", {"name": topic, "partitions": partitions})]
        return {"topics": topics, "timeout_ms": 1000}

    def _init_producer_id(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {"transactional_id": None, "transaction_timeout_ms": 1000}

    def _producing(self, group: str) -> dict[str, Any]:
        """A transactional producer that is there, in an epoch of its own, or one that is not."""
        if group != "g":
            return {"transactional_id": "nobody's", "producer_id": 77, "producer_epoch": 3}
        initialized = self.broker.transactions.initialize("x", 1000, None)
        assert initialized is not None
        self.broker.flushing.take_owed()
        return {"transactional_id": "x", "producer_id": initialized[0], "producer_epoch": initialized[1]}

    def _add_partitions_to_txn(self, version: int, topic: str, _: bytes, group: str) -> dict[str, Any]:
        producing = self._producing(group)
        topics = [("AddPartitionsToTxnTopic", {"name": topic, "partitions": [0, 1]})]
        if version < 4:
            return {
                **{f"v3_and_below_{name}": value for name, value in producing.items()},
                "v3_and_below_topics": topics,
            }
        each = {**producing, "verify_only": version == 4, "topics": topics}
        return {"transactions": [("AddPartitionsToTxnTransaction", each)]}

    def _add_offsets_to_txn(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {**self._producing(group), "group_id": group}

    def _end_txn(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {**self._producing(group), "committed": False}

    def _write_txn_markers(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        topics = [("WritableTxnMarkerTopic", {"name": topic, "partition_indexes": [0, 7]})]
        marker = {"producer_id": 5, "producer_epoch": 0, "transaction_result": True, "topics": topics}
        return {"markers": [("WritableTxnMarker", {**marker, "coordinator_epoch": 0})]}

    def _txn_offset_commit(self, version: int, topic: str, topic_id: bytes, group: str) -> dict[str, Any]:
        partitions = [
            ("TxnOffsetCommitRequestPartition", {"partition_index": index, "committed_offset": 1})
            for index in (0, 7)
        ]
        named = self._named(version, 6, topic, topic_id, partitions=partitions)
        topics = [("TxnOffsetCommitRequestTopic", named)]
        return {**self._producing(group), "group_id": group, "topics": topics}

    def _describe_transactions(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {"transactional_ids": [self._producing(group)["transactional_id"], ""]}

    def _list_transactions(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        self._producing(group)
        return {"state_filters": ["Empty", "Nonsense"] if group == "g" else []}

    def _describe_producers(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"topics": [("TopicRequest", {"name": topic, "partition_indexes": [0, 7]})]}

    def _update_features(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        feature = "transaction.version" if topic == "t" else "nonsense"
        return {"feature_updates": [("FeatureUpdateKey", {"feature": feature, "max_version_level": 2})]}

    def _offset_for_leader_epoch(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        partitions = [
            ("OffsetForLeaderPartition", {"partition": index, "leader_epoch": epoch})
            for index, epoch in ((0, 0), (1, 9))
        ]
        return {"topics": [("OffsetForLeaderTopic", {"topic": topic, "partitions": partitions})]}

    def _describe_configs(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        resources = [
            (
                "DescribeConfigsResource",
                {"resource_type": kind, "resource_name": name, "configuration_keys": None},
            )
            for kind, name in ((2, topic), (4, "1"), (99, "x"))
        ]
        more = {"include_documentation": True} if version >= 3 else {}
        return {"resources": resources, "include_synonyms": True, **more}

    def _alter_configs(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        config = ("AlterableConfig", {"name": "retention.ms", "value": "1000"})
        fields = {"resource_type": 2, "resource_name": topic, "configs": [config]}
        return {"resources": [("AlterConfigsResource", fields)]}

    def _incremental_alter_configs(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        config = ("AlterableConfig", {"name": "retention.ms", "config_operation": 0, "value": "1000"})
        fields = {"resource_type": 2, "resource_name": topic, "configs": [config]}
        return {"resources": [("AlterConfigsResource", fields)]}

    def _list_config_resources(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"resource_types": [] if topic == "t" else [99]} if version >= 1 else {}

    def _sasl_handshake(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"mechanism": "PLAIN"}

    def _sasl_authenticate(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"auth_bytes": b"x"}

    def _describe_acls(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"resource_type_filter": 2, "operation": 1, "permission_type": 1}

    def _create_acls(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        rule = {"resource_type": 2, "resource_name": topic, "principal": "User:a", "host": "*"}
        return {"creations": [("AclCreation", {**rule, "operation": 3, "permission_type": 3})]}

    def _delete_acls(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        wanted = {"resource_type_filter": 2, "operation": 1, "permission_type": 1}
        return {"filters": [("DeleteAclsFilter", wanted)]}

    def _create_delegation_token(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        owner = {"owner_principal_type": "User", "owner_principal_name": topic} if version >= 3 else {}
        return {"renewers": [], "max_lifetime_ms": -1, **owner}

    def _renew_delegation_token(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"hmac": b"x", "renew_period_ms": -1}

    def _expire_delegation_token(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"hmac": b"x", "expiry_time_period_ms": -1}

    def _describe_delegation_token(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"owners": None}

    def _altering_quotas(self, user: str) -> dict[str, Any]:
        change = ("OpData", {"key": "producer_byte_rate", "value": 1000.0})
        entity = [("EntityData", {"entity_type": "user", "entity_name": user})]
        return {"entries": [("EntryData", {"entity": entity, "ops": [change]})]}

    def _alter_client_quotas(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return self._altering_quotas("someone" if topic == "t" else "")

    def _describe_client_quotas(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        self.ask("alter_client_quotas", version, **self._altering_quotas("someone"))
        kind = {"entity_type": "user" if topic == "t" else "nonsense", "match_type": 2, "match": None}
        return {"components": [("ComponentData", kind)]}

    def _altering_credentials(self, user: str) -> dict[str, Any]:
        made = {"name": user, "mechanism": 1, "iterations": 4096, "salt": b"s", "salted_password": b"p"}
        gone = ("ScramCredentialDeletion", {"name": "nobody", "mechanism": 1})
        return {"deletions": [gone], "upsertions": [("ScramCredentialUpsertion", made)]}

    def _alter_user_scram_credentials(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return self._altering_credentials("someone" if topic == "t" else "")

    def _describe_user_scram_credentials(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        self.ask("alter_user_scram_credentials", version, **self._altering_credentials("someone"))
        return {"users": None if topic == "t" else [("UserName", {"name": "nobody"})]}

    def _alter_replica_log_dirs(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        named = ("AlterReplicaLogDirTopic", {"name": topic, "partitions": [0, 7]})
        dirs = [
            ("AlterReplicaLogDir", {"path": path, "topics": [named]})
            for path in (("/data",) if topic == "t" else ("/data", "/nowhere"))
        ]
        return {"dirs": dirs}

    def _describe_log_dirs(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        topics = [("DescribableLogDirTopic", {"topic": topic, "partitions": [0, 7]})]
        return {"topics": topics if topic == "t" else None}

    def _elect_leaders(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        kind = {"election_type": 0 if topic == "t" else 7} if version >= 1 else {}
        return {**kind, "topic_partitions": [("TopicPartitions", {"topic": topic, "partitions": [0, 7]})]}

    def _alter_partition_reassignments(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        partitions = [
            ("ReassignablePartition", {"partition_index": index, "replicas": replicas})
            for index, replicas in ((0, [1]), (1, None), (0, [9]))
        ]
        return {"topics": [("ReassignableTopic", {"name": topic, "partitions": partitions})]}

    def _list_partition_reassignments(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        named = ("ListPartitionReassignmentsTopics", {"name": topic, "partition_indexes": [0]})
        return {"topics": [named] if topic == "t" else None}

    def _describe_quorum(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        name = "__cluster_metadata" if topic == "t" else topic
        partitions = [("PartitionData", {"partition_index": 0})]
        return {"topics": [("TopicData", {"topic_name": name, "partitions": partitions})]}

    def _unregister_broker(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"broker_id": 1 if topic == "t" else 7}

    def _unregister_controller(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"controller_id": 1 if topic == "t" else 7}

    def _add_raft_voter(self, version: int, topic: str, topic_id: bytes, __: str) -> dict[str, Any]:
        listeners = [("Listener", {"name": "CONTROLLER", "host": "here", "port": 1})] if topic == "t" else []
        voter = {"voter_id": 2, "voter_directory_id": topic_id, "listeners": listeners}
        return {"cluster_id": None, "timeout_ms": 1, **voter}

    def _remove_raft_voter(self, version: int, topic: str, topic_id: bytes, __: str) -> dict[str, Any]:
        return {"cluster_id": None, "voter_id": 1 if topic == "t" else -1, "voter_directory_id": topic_id}

    def _create_partitions(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        topics = [
            ("CreatePartitionsTopic", {"name": name, "count": 3, "assignments": None})
            for name in (topic, "x")
        ]
        return {"topics": topics, "timeout_ms": 1000, "validate_only": True}

    def _describe_cluster(self, version: int, *_: Any) -> dict[str, Any]:
        more = {"include_fenced_brokers": True} if version >= 2 else {}
        return {"include_cluster_authorized_operations": True, **more}

    def _describe_topic_partitions(self, version: int, topic: str, _: bytes, __: str) -> dict[str, Any]:
        return {"topics": [("TopicRequest", {"name": topic})], "response_partition_limit": 1}


def _built(wire: Any, name: str, fields: dict[str, Any]) -> Any:
    """A message from plain data: (struct name, fields) stands for a nested struct."""

    def value(given: Any) -> Any:
        if isinstance(given, list):
            return [value(one) for one in given]
        if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], dict):
            return _built(wire, given[0], given[1])
        return given

    return getattr(wire, name)(**{key: value(given) for key, given in fields.items()})


EVERY_API_AND_VERSION = [
    pytest.param(served, version, id=f"{served.name}-v{version}")
    for served in TABLE.values()
    for version in range(INDEX[served.key].min_version, INDEX[served.key].max_version + 1)
]


@pytest.mark.parametrize(("served", "version"), EVERY_API_AND_VERSION)
def test_every_version_carries_the_answers_about_what_is_there_and_what_is_not(
    served: Served, version: int
) -> None:
    world = World()
    for fields in world.questions(served.function, version):
        world.ask(served.function, version, **fields)


@pytest.mark.parametrize(("served", "version"), EVERY_API_AND_VERSION)
def test_every_version_carries_the_answer_that_everything_failed(served: Served, version: int) -> None:
    world = World()
    room = import_module(f"kwire.apis.{served.function}")
    for fields in world.questions(served.function, version):
        wire = import_module(f"kwire.codec.messages.{served.function}")
        request = _built(wire, f"{served.name}Request", fields)
        world.carried(served, room.error_response(request, ErrorCode.UNKNOWN_SERVER_ERROR), version)


@pytest.mark.parametrize("version", range(1, 12))
def test_a_listed_offset_has_its_leader_epoch_where_there_is_a_place_for_it(version: int) -> None:
    world = World()
    answer = world.ask("list_offsets", version, **next(world.questions("list_offsets", version)))
    assert answer.topics[0].partitions[0].offset == 1
    assert answer.topics[0].partitions[0].leader_epoch == (0 if version >= 4 else -1)


@pytest.mark.parametrize("version", range(2, 8))
def test_topics_are_created_with_the_defaults_in_every_version(version: int) -> None:
    world = World()
    wanted = ("CreatableTopic", {"name": "default", "num_partitions": -1, "replication_factor": -1})
    answer = world.ask("create_topics", version, topics=[wanted], timeout_ms=1000)
    assert [topic.error_code for topic in answer.topics] == [ErrorCode.NONE]
    assert len(world.broker.topics.by_name["default"].partitions) == 1
