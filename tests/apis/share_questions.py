"""What to ask about share groups, in every version of their APIs."""

from __future__ import annotations

from typing import Any

MEMBER = "m" * 22


class ShareQuestions:
    """Fields of requests about a topic and a group."""

    def _share_fetch(self, version: int, _: str, topic_id: bytes, group: str) -> dict[str, Any]:
        return {
            "group_id": group,
            "member_id": MEMBER,
            "share_session_epoch": 0,
            "max_wait_ms": 0,
            "min_bytes": 1,
            "max_records": 10,
            "batch_size": 10,
            "topics": [
                (
                    "FetchTopic",
                    {"topic_id": topic_id, "partitions": [("FetchPartition", {"partition_index": 0})]},
                )
            ],
        }

    def _share_acknowledge(self, version: int, _: str, topic_id: bytes, group: str) -> dict[str, Any]:
        batch = ("AcknowledgementBatch", {"first_offset": 0, "last_offset": 0, "acknowledge_types": [1]})
        partition = ("AcknowledgePartition", {"partition_index": 0, "acknowledgement_batches": [batch]})
        return {
            "group_id": group,
            "member_id": MEMBER,
            "share_session_epoch": 1,
            "topics": [("AcknowledgeTopic", {"topic_id": topic_id, "partitions": [partition]})],
        }

    def _share_group_heartbeat(self, version: int, topic: str, _: bytes, group: str) -> dict[str, Any]:
        return {"group_id": f"{group}-share", "member_id": MEMBER, "subscribed_topic_names": [topic]}

    def _share_group_describe(self, version: int, _: str, __: bytes, group: str) -> dict[str, Any]:
        return {"group_ids": [group, f"{group}-share"], "include_authorized_operations": True}

    def _describe_share_group_offsets(self, version: int, topic: str, _: bytes, group: str) -> dict[str, Any]:
        named = [("DescribeShareGroupOffsetsRequestTopic", {"topic_name": topic, "partitions": [0, 7]})]
        return {
            "groups": [
                ("DescribeShareGroupOffsetsRequestGroup", {"group_id": group, "topics": topics})
                for topics in (named, None)
            ]
        }

    def _alter_share_group_offsets(self, version: int, topic: str, _: bytes, group: str) -> dict[str, Any]:
        parts = [
            ("AlterShareGroupOffsetsRequestPartition", {"partition_index": index, "start_offset": 0})
            for index in (0, 7)
        ]
        topics = [("AlterShareGroupOffsetsRequestTopic", {"topic_name": topic, "partitions": parts})]
        return {"group_id": f"{group}-share", "topics": topics}

    def _delete_share_group_offsets(self, version: int, topic: str, _: bytes, group: str) -> dict[str, Any]:
        topics = [("DeleteShareGroupOffsetsRequestTopic", {"topic_name": topic})]
        return {"group_id": f"{group}-share", "topics": topics}

    def _initialize_share_group_state(
        self, version: int, _: str, topic_id: bytes, group: str
    ) -> dict[str, Any]:
        return _state("InitializeStateData", topic_id, group, state_epoch=1, start_offset=0)

    def _read_share_group_state(self, version: int, _: str, topic_id: bytes, group: str) -> dict[str, Any]:
        return _state("ReadStateData", topic_id, group, leader_epoch=0)

    def _write_share_group_state(self, version: int, _: str, topic_id: bytes, group: str) -> dict[str, Any]:
        return _state("WriteStateData", topic_id, group, leader_epoch=0, state_epoch=1, start_offset=1)

    def _delete_share_group_state(self, version: int, _: str, topic_id: bytes, group: str) -> dict[str, Any]:
        return _state("DeleteStateData", topic_id, group)

    def _read_share_group_state_summary(
        self, version: int, _: str, topic_id: bytes, group: str
    ) -> dict[str, Any]:
        return _state("ReadStateSummaryData", topic_id, group)


def _state(name: str, topic_id: bytes, group: str, **fields: Any) -> dict[str, Any]:
    partition = ("PartitionData", {"partition": 0, **fields})
    return {"group_id": group, "topics": [(name, {"topic_id": topic_id, "partitions": [partition]})]}
