"""A whole data directory: what the metadata say and what is there are compared, and internal topics decode."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kwire.broker.inspection.contents import NotADataDirectory
from kwire.broker.inspection.verification import Task, Verification, check_task, look_up, verify
from kwire.broker.partition import Partition
from kwire.log.files import MemoryFiles
from kwire.log.partition_metadata import encode_partition_metadata
from kwire.log.seam import Files
from kwire.log.verify import Finding, SegmentReport
from kwire.log.worker_files import CLEAN_SHUTDOWN
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper


def check(files: Files, paths: Sequence[str] = ("/data",)) -> Verification:
    def run(tasks: Sequence[Task]) -> list[SegmentReport]:
        return [check_task(files, task) for task in tasks]

    return verify(files, look_up(files, paths), run)


def partition(keeper: Keeper, topic: str, index: int) -> Partition:
    found = keeper.broker.topics.get(topic)
    assert found is not None
    return found.partitions[index]


def append(keeper: Keeper, topic: str, index: int) -> None:
    partition(keeper, topic, index).append_journal(build_batch([Record(0, 5, b"k", b"v" * 50)]), 0)


def only_problem(files: Files) -> Finding:
    (found,) = check(files).problems
    return found


@pytest.fixture
def keeper() -> Keeper:
    """A broker with a topic, a compacted one, and an internal one, each with records."""
    keeper = Keeper()
    keeper.broker.topics.create("t", partitions=2, configs={})
    keeper.broker.topics.create("c", partitions=1, configs={"cleanup.policy": "compact"})
    for name, index in (("t", 0), ("t", 1), ("c", 0)):
        append(keeper, name, index)
    return keeper


@pytest.fixture
def stopped(keeper: Keeper) -> MemoryFiles:
    """The files after it was closed in order."""
    keeper.broker.close()
    return keeper.files


def test_what_a_broker_closed_in_order_is_sound(stopped: MemoryFiles) -> None:
    found = check(stopped)
    assert found.findings == []
    assert found.partitions == 4
    assert found.segments == 4
    assert found.records >= 3


def test_what_a_killed_broker_left_has_no_problem(keeper: Keeper) -> None:
    assert check(keeper.files.crash()).problems == []


def test_a_directory_in_use_is_told(keeper: Keeper) -> None:
    assert look_up(keeper.files, ["/data"]).in_use == ["/data"]
    assert check(keeper.files).problems == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/", "it has no meta.properties"),
        ("/data/t-0", "directory of one partition"),
        ("/no", "not a directory"),
    ],
)
def test_what_is_no_data_directory_is_refused(stopped: MemoryFiles, path: str, reason: str) -> None:
    with pytest.raises(NotADataDirectory, match=reason):
        check(stopped, [path])


def test_a_partition_that_is_gone_is_found(stopped: MemoryFiles) -> None:
    stopped.remove_tree("/data/t-1")
    found = only_problem(stopped)
    assert found.path == "/data/t-1"
    assert found.meaning == "its records, 1 offsets, are lost"


def test_a_partition_that_the_metadata_do_not_know_is_found(stopped: MemoryFiles) -> None:
    stopped.rename("/data/t-1", "/data/other-0")
    found = {each.path: each.what for each in check(stopped).problems}
    assert "no such partition" in found["/data/other-0"]
    assert "no directory" in found["/data/t-1"]


def test_a_partition_of_an_older_topic_of_that_name_is_found(stopped: MemoryFiles) -> None:
    stopped.write_atomic(
        "/data/t-0/partition.metadata", encode_partition_metadata(bytes(15) + b"1"), sync=False
    )
    found = only_problem(stopped)
    assert found.path == "/data/t-0/partition.metadata"
    assert "topic id" in found.what


def test_compacted_topics_may_have_holes(keeper: Keeper) -> None:
    for name in ("t", "c"):
        partition(keeper, name, 0).log.log_end_offset += 5
        append(keeper, name, 0)
    keeper.broker.close()
    found = only_problem(keeper.files)
    assert found.path.startswith("/data/t-0/")
    assert "offsets 1..5 are missing" in found.what


def test_compaction_may_leave_a_segment_without_a_batch(keeper: Keeper) -> None:
    log = partition(keeper, "c", 0).log
    log.roll(keeper.clock.time_ms())
    append(keeper, "c", 0)
    keeper.broker.close()
    first = "/data/c-0/00000000000000000000"
    for suffix in (".log", ".index", ".timeindex"):
        keeper.files.open(first + suffix).truncate(0)
    assert check(keeper.files).problems == []


def test_records_of_the_groups_topic_must_decode(keeper: Keeper) -> None:
    groups = keeper.broker.topics.ensure_internal("__consumer_offsets").partitions[0]
    groups.append_journal(build_batch([Record(0, 0, b"\0\1\0\5short", b"\0\1")]), 0)
    keeper.broker.close()
    found = only_problem(keeper.files)
    assert found.path.startswith("/data/__consumer_offsets-0/")
    assert "does not decode" in found.what


def test_metadata_that_do_not_read_are_found(stopped: MemoryFiles) -> None:
    stopped.write_atomic("/data/__cluster_metadata-0/quorum-state", b"{", sync=False)
    found = only_problem(stopped)
    assert found.path == "/data/__cluster_metadata-0"


def test_a_damaged_snapshot_of_the_metadata_is_found(stopped: MemoryFiles) -> None:
    path = f"/data/__cluster_metadata-0/{9:020d}-{1:010d}.checkpoint"
    stopped.write_atomic("/data/bootstrap.checkpoint", b"x" * 99, sync=False)
    found = only_problem(stopped)
    assert found.path == "/data/bootstrap.checkpoint"
    stopped.unlink("/data/bootstrap.checkpoint")
    stopped.write_atomic(path, b"x" * 99, sync=False)
    assert check(stopped).problems


def test_without_metadata_the_rest_is_checked(stopped: MemoryFiles) -> None:
    stopped.remove_tree("/data/__cluster_metadata-0")
    found = check(stopped)
    assert found.problems == []
    assert "name all directories" in found.notes[0].meaning


def test_what_is_on_its_way_out_or_strange_is_a_note(stopped: MemoryFiles) -> None:
    names = ["t-0.0123-delete", "old-0.0123-stray", "letters", "x.tmp", "letter.txt"]
    for name in names[:3]:
        stopped.make_directory(f"/data/{name}")
    for name in names[3:]:
        stopped.write_atomic(f"/data/{name}", b"", sync=False)
    found = check(stopped)
    assert sorted(each.path for each in found.notes) == sorted(f"/data/{name}" for name in names)
    assert found.problems == []


def test_after_a_kill_a_topic_may_be_half_made_or_half_deleted(keeper: Keeper) -> None:
    files = keeper.files.crash()
    keeper.broker.close()
    files.unlink(f"/data/{CLEAN_SHUTDOWN}")
    files.rename("/data/t-1", "/data/gone-1")
    files.write_atomic("/data/replication-offset-checkpoint", b"", sync=False)
    found = check(files)
    assert found.problems == []
    assert {each.path for each in found.notes} == {"/data/t-1", "/data/gone-1"}


def test_a_segment_that_cannot_be_read_is_found(stopped: MemoryFiles) -> None:
    def fault(operation: str, path: str, count: int) -> None:
        if operation == "open" and path.endswith(".log") and "/t-0/" in path:
            raise OSError(5, "Input/output error", path)

    stopped.fault = fault
    found = only_problem(stopped)
    assert found.path == f"/data/t-0/{0:020d}.log"
    assert "cannot be read: Input/output error" in found.what
