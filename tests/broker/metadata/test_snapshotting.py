from __future__ import annotations

import pytest

from kwire.broker.inspection.contents import inspect
from kwire.broker.metadata.snapshot import SnapshotId, snapshots
from tests.broker.keeping import Keeper

DIRECTORY = "/data/__cluster_metadata-0"
OFTEN = {"metadata.log.max.record.bytes.between.snapshots": "500"}


def taken(keeper: Keeper) -> list[int]:
    """The end offsets of the snapshots that are there, without the one of the founding."""
    return [snapshot.end_offset for snapshot in snapshots(keeper.files, DIRECTORY) if snapshot.end_offset]


def create(keeper: Keeper, *names: str) -> None:
    for name in names:
        keeper.broker.topics.create(name, partitions=2, configs={"segment.bytes": "1048576"})
        keeper.broker.jobs.run_all()


def test_a_snapshot_is_taken_after_so_many_bytes_and_says_all_that_the_log_said() -> None:
    keeper = Keeper(OFTEN)
    create(keeper, "a", "b", "c", "d")
    assert taken(keeper)
    assert taken(keeper)[-1] <= keeper.broker.controller.log.log_end_offset
    image = keeper.broker.metadata.image
    keeper.files.unlink(f"{DIRECTORY}/00000000000000000000.log")  # so that only snapshots can tell
    keeper.files = keeper.files.crash()
    newest = snapshots(keeper.files, DIRECTORY)[-1]
    told = inspect(keeper.files, ["/data"]).image
    assert [topic.name for topic in told.topics.values()] == [topic.name for topic in image.topics.values()][
        : len(told.topics)
    ]
    assert told.features == image.features
    assert told.brokers.keys() == {1}
    keeper.again()
    assert keeper.broker.controller.log.log_start_offset == newest.end_offset


def test_a_start_after_snapshots_finds_everything_again() -> None:
    keeper = Keeper(OFTEN)
    create(keeper, "a", "b", "c")
    ids = {name: topic.topic_id for name, topic in keeper.broker.topics.by_name.items()}
    for end in (keeper.restart, keeper.kill):
        end()
        assert {name: topic.topic_id for name, topic in keeper.broker.topics.by_name.items()} == ids
        assert all(len(topic.partitions) == 2 for topic in keeper.broker.topics.by_name.values())
        assert keeper.broker.configs.topic_config("a").log.segment_bytes == 1048576


def test_little_that_was_written_is_written_down_after_a_while() -> None:
    keeper = Keeper({"metadata.log.max.snapshot.interval.ms": "3600000"})
    create(keeper, "a")
    assert taken(keeper) == []
    keeper.clock.now_ms += 2 * 3_600_000
    keeper.broker.tick(keeper.clock.now_ms)
    keeper.broker.jobs.run_all()
    assert taken(keeper) == [keeper.broker.controller.log.log_end_offset]
    keeper.clock.now_ms += 2 * 3_600_000
    keeper.broker.tick(keeper.clock.now_ms)
    keeper.broker.jobs.run_all()
    assert len(taken(keeper)) == 1, "nothing was written since"


def test_nothing_is_written_down_before_it_is_durable() -> None:
    keeper = Keeper(OFTEN)
    for name in "abcdef":
        keeper.broker.topics.create(name, partitions=2)
    keeper.broker.controller.snapshotting.consider()
    job = keeper.broker.jobs.next()  # the flush has begun
    assert job is not None
    assert taken(keeper) == []
    job.perform()
    job.finish(None)
    keeper.broker.jobs.run_all()
    assert taken(keeper)


@pytest.mark.parametrize("setting", ["metadata.max.retention.bytes", "metadata.max.retention.ms"])
def test_old_snapshots_go_and_the_log_before_the_next_with_them(setting: str) -> None:
    keeper = Keeper(OFTEN | {setting: "0"})
    create(keeper, *"abcdef")
    keeper.clock.now_ms += 1000
    create(keeper, *"ghijkl")
    oldest = snapshots(keeper.files, DIRECTORY)[0]
    assert oldest.end_offset > 0
    assert keeper.broker.controller.log.log_start_offset == oldest.end_offset
    keeper.kill()
    assert sorted(keeper.broker.topics.by_name) == list("abcdefghijkl")
    keeper.restart()
    assert sorted(keeper.broker.topics.by_name) == list("abcdefghijkl")


def test_snapshots_are_kept_as_long_as_the_settings_say() -> None:
    keeper = Keeper(OFTEN)
    create(keeper, *"abcdef")
    assert len(taken(keeper)) > 2
    assert SnapshotId(0, 0) in snapshots(keeper.files, DIRECTORY)
    assert keeper.broker.controller.log.log_start_offset == 0


def test_records_of_unknown_kinds_keep_the_log_whole() -> None:
    keeper = Keeper(OFTEN)
    keeper.broker.metadata.image.unknown_records = 1
    before = taken(keeper)
    create(keeper, *"abcdef")
    assert taken(keeper) == before
