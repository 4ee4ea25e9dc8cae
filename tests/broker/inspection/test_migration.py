from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kwire.broker.inspection.contents import NotADataDirectory, inspect
from kwire.broker.inspection.migration import Answer, judge
from kwire.codec.stored import encode_coordinator_key, encode_coordinator_value
from kwire.codec.stored.access_control_entry_record import AccessControlEntryRecord
from kwire.codec.stored.client_quota_record import ClientQuotaRecord
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.consumer_group_metadata import ConsumerGroupMetadataKey, ConsumerGroupMetadataValue
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.codec.stored.register_controller_record import RegisterControllerRecord
from kwire.codec.stored.share_group_metadata import ShareGroupMetadataKey, ShareGroupMetadataValue
from kwire.codec.stored.streams_group_metadata import StreamsGroupMetadataKey, StreamsGroupMetadataValue
from kwire.codec.stored.transaction_log import TransactionLogKey, TransactionLogValue
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper

TO_KWIRE = True
TO_KAFKA = False


def report(keeper: Keeper, *, to_kwire: bool) -> dict[str, list[tuple[Answer, str]]]:
    """What is said of each thing."""
    told: dict[str, list[tuple[Answer, str]]] = {}
    for line in judge(inspect(keeper.files, ["/data"]), to_kwire=to_kwire):
        told.setdefault(line.about, []).append((line.answer, line.text))
    return told


def write(keeper: Keeper, topic: str, key: Any, value: Any, version: int) -> None:
    partition = keeper.broker.topics.ensure_internal(topic).partitions[0]
    record = Record(0, 0, encode_coordinator_key(key), encode_coordinator_value(value, version))
    partition.append_journal(build_batch([record]), 0)


def test_all_of_a_directory_of_kwires_carries_over_to_kafka() -> None:
    keeper = Keeper()
    keeper.broker.topics.create("t", partitions=3, configs={"segment.bytes": "1048576"})
    keeper.broker.close()
    found = inspect(keeper.files, ["/data"])
    assert found.written_by_kwire
    lines = judge(found, to_kwire=TO_KAFKA)
    assert {line.answer for line in lines} == {Answer.YES}
    told = report(keeper, to_kwire=TO_KAFKA)
    assert told["cluster"] == [(Answer.YES, f"{keeper.broker.cluster_id}, node 1")]
    assert told["stop"] == [(Answer.YES, "the last run ended in order")]
    assert told["topics"] == [(Answer.YES, "1 topic, 3 partitions, with their ids")]
    assert told["release"] == [(Answer.YES, "Apache Kafka 4.3 or newer")]


def test_nothing_is_touched() -> None:
    keeper = Keeper()
    keeper.broker.topics.create("t", partitions=1)
    keeper.broker.close()
    before = listing(keeper)
    report(keeper, to_kwire=TO_KWIRE)
    assert listing(keeper) == before


def listing(keeper: Keeper) -> list[str]:
    """Every file with its size and time."""
    found = []
    for entry in keeper.files.entries("/data"):
        inside = keeper.files.entries(f"/data/{entry.name}") if entry.is_directory else []
        found += [f"{entry} {each}" for each in [entry, *inside]]
    return sorted(found)


def test_a_directory_that_a_server_has_is_told() -> None:
    keeper = Keeper()
    assert report(keeper, to_kwire=TO_KAFKA)["stop"] == [
        (Answer.NO, "/data: in use by a server; stop it first")
    ]


def test_an_unclean_stop_is_told() -> None:
    keeper = Keeper()
    keeper.files = keeper.files.crash()
    ((answer, text),) = report(keeper, to_kwire=TO_KAFKA)["stop"]
    assert answer is Answer.YES
    assert "did not end in order" in text


def test_who_had_the_directory_last_is_seen_in_its_registrations() -> None:
    keeper = Keeper()
    keeper.broker.metadata.write(
        [RegisterControllerRecord(controller_id=1, incarnation_id=b"another one 1234")]
    )
    keeper.broker.close()
    assert not inspect(keeper.files, ["/data"]).written_by_kwire


Change = Callable[[Keeper], None]


def acl(keeper: Keeper) -> None:
    keeper.broker.metadata.write([AccessControlEntryRecord(id=bytes(16))])


def feature(keeper: Keeper) -> None:
    keeper.broker.metadata.write([FeatureLevelRecord(name="metadata.version", feature_level=33)])


def tiered(keeper: Keeper) -> None:
    keeper.broker.topics.create("t", partitions=1)
    setting = ConfigRecord(resource_type=2, resource_name="t", name="remote.storage.enable", value="true")
    keeper.broker.metadata.write([setting])


def unhonoured(keeper: Keeper) -> None:
    setting = ConfigRecord(
        resource_type=32, resource_name="g", name="streams.num.standby.replicas", value="1"
    )
    keeper.broker.metadata.write([setting])


def share_group(keeper: Keeper) -> None:
    write(keeper, "__consumer_offsets", ShareGroupMetadataKey("s"), ShareGroupMetadataValue(1), 0)


def consumer_group(keeper: Keeper) -> None:
    write(keeper, "__consumer_offsets", ConsumerGroupMetadataKey("g"), ConsumerGroupMetadataValue(1), 0)


def streams_group(keeper: Keeper) -> None:
    write(keeper, "__consumer_offsets", StreamsGroupMetadataKey("s"), StreamsGroupMetadataValue(1), 0)


def quota(keeper: Keeper) -> None:
    keeper.broker.metadata.write([ClientQuotaRecord(key="producer_byte_rate", value=1e6)])


def transaction(keeper: Keeper) -> None:
    write(
        keeper, "__transaction_state", TransactionLogKey("tx-1"), TransactionLogValue(transaction_status=1), 0
    )


@pytest.mark.parametrize(
    ("change", "about", "answer", "text"),
    [
        (acl, "security", Answer.KEPT, "1 ACL, not enforced by kwire for now"),
        (feature, "refused", Answer.NO, "metadata.version 33"),
        (tiered, "tiers", Answer.NO, "t: part of the records is in remote storage"),
        (unhonoured, "settings", Answer.KEPT, "streams.num.standby.replicas"),
        (consumer_group, "groups", Answer.YES, "1 group with committed offsets"),
        (streams_group, "groups", Answer.KEPT, "1 streams group: not served by kwire for now"),
        (quota, "security", Answer.YES, "1 quota"),
        (share_group, "groups", Answer.YES, "1 share group with what they have read"),
        (transaction, "transactions", Answer.YES, "1 open transaction (tx-1)"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_kwire_does_not_serve_is_told_before(
    change: Change, about: str, answer: Answer, text: str
) -> None:
    keeper = Keeper()
    change(keeper)
    keeper.broker.close()
    assert any(one is answer and text in said for one, said in report(keeper, to_kwire=TO_KWIRE)[about])


def test_batches_from_before_kafka_0_11_are_told() -> None:
    keeper = Keeper()
    keeper.broker.topics.create("old", partitions=1)
    keeper.broker.close()
    file = keeper.files.open("/data/old-0/00000000000000000000.log")
    file.write(0, [bytes(16) + b"\x01" + bytes(20)], 37)
    assert report(keeper, to_kwire=TO_KWIRE)["formats"] == [
        (Answer.NO, "old-0: batches from before Kafka 0.11, which neither kwire nor Kafka 4 reads")
    ]


def test_a_directory_from_the_time_of_zookeeper_is_told() -> None:
    keeper = Keeper()
    keeper.broker.close()
    keeper.files.write_atomic("/data/meta.properties", b"version=0\nbroker.id=1\n", sync=False)
    ((answer, text),) = report(keeper, to_kwire=TO_KWIRE)["format"]
    assert answer is Answer.NO
    assert "ZooKeeper" in text


def test_a_directory_without_the_metadata_asks_for_the_others() -> None:
    keeper = Keeper()
    keeper.broker.close()
    keeper.files.remove_tree("/data/__cluster_metadata-0")
    ((answer, text),) = report(keeper, to_kwire=TO_KWIRE)["metadata"]
    assert answer is Answer.NO
    assert "log.dirs" in text


def test_a_torn_end_of_the_metadata_is_left_out_as_a_recovery_would() -> None:
    keeper = Keeper()
    keeper.broker.topics.create("t", partitions=1)
    keeper.files = keeper.files.crash()
    path = "/data/__cluster_metadata-0/00000000000000000000.log"
    file = keeper.files.open(path)
    file.write(file.size(), [bytes(100)], 100)
    assert len(inspect(keeper.files, ["/data"]).image.topics) == 1


def test_what_is_no_data_directory_is_said_so() -> None:
    keeper = Keeper()
    keeper.files.make_directory("/empty")
    with pytest.raises(
        NotADataDirectory, match=r"/empty is not a data directory: it has no meta\.properties"
    ):
        inspect(keeper.files, ["/empty"])
    with pytest.raises(NotADataDirectory, match="/nothing is not a directory"):
        inspect(keeper.files, ["/nothing"])


def test_directories_of_two_nodes_are_not_one() -> None:
    keeper = Keeper()
    keeper.broker.close()
    keeper.files.make_directory("/other")
    keeper.files.write_atomic("/other/meta.properties", b"version=1\nnode.id=2\ncluster.id=x\n", sync=False)
    with pytest.raises(NotADataDirectory, match="name the directories of one node"):
        inspect(keeper.files, ["/data", "/other"])
