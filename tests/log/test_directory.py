"""A log directory: whose it is, who holds it, whether it was closed in order, and what it says of its logs."""

from __future__ import annotations

import errno
import json
from random import Random

import pytest

from kwire.errors import CannotStart
from kwire.log.directory import LogDirectory
from kwire.log.files import Files, MemoryFiles
from kwire.log.log import Log, LogConfig, LogWriteFailed
from kwire.records.batch import Record, build_batch, parse_header

CONFIG = LogConfig(file_delete_delay_ms=1000, segment_bytes=300)


def open_directory(files: Files, root: str, **options: object) -> LogDirectory:
    return LogDirectory.open(files, f"{root}/data", **({"node_id": 1} | options))  # type: ignore[arg-type]


def fill(log: Log, batches: int = 5) -> None:
    for _ in range(batches):
        data = build_batch([Record(0, 1000, b"k", b"v")])
        log.append(data, parse_header(data), 0, 0)


def read(files: Files, root: str, name: str) -> str:
    return files.read_bytes(f"{root}/data/{name}").decode()


def test_a_new_directory_says_whose_it_is(files: Files, root: str) -> None:
    directory = open_directory(files, root, node_id=7, random_bytes=Random(1).randbytes)
    lines = read(files, root, "meta.properties").splitlines()
    assert lines[0] == "version=1"
    assert f"cluster.id={directory.cluster_id}" in lines
    assert "node.id=7" in lines
    assert len(directory.cluster_id) == 22
    assert directory.was_clean
    directory.close([])


def test_ids_stay_the_same(files: Files, root: str) -> None:
    first = open_directory(files, root)
    first.close([])
    second = open_directory(files, root, cluster_id=first.cluster_id)
    assert (second.cluster_id, second.directory_id) == (first.cluster_id, first.directory_id)
    second.close([])


def test_a_cluster_id_can_be_given(files: Files, root: str) -> None:
    directory = open_directory(files, root, cluster_id="MkU3OEVBNTcwNTJENDM2Qk")
    assert directory.cluster_id == "MkU3OEVBNTcwNTJENDM2Qk"
    directory.close([])


def test_a_directory_in_use_is_refused(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    with pytest.raises(CannotStart, match=rf"^The data directory {root}/data is in use by another broker"):
        open_directory(files, root)
    directory.close([])
    open_directory(files, root).close([])


def test_a_directory_of_another_node_or_cluster_is_refused_and_not_kept_locked(
    files: Files, root: str
) -> None:
    open_directory(files, root, cluster_id="A" * 22).close([])
    with pytest.raises(CannotStart, match="belongs to node 1, this is node 2"):
        open_directory(files, root, node_id=2)
    with pytest.raises(CannotStart, match=r"belongs to cluster A{22}, this is B{22}"):
        open_directory(files, root, cluster_id="B" * 22)
    open_directory(files, root).close([])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("version=0\nbroker.id=1\n", "ZooKeeper"),
        ("version=2\nnode.id=1\n", "version 2"),
        ("version=1\nnode.id=1\n", "cluster unknown"),
        ("version=1\nnode.id=1\ncluster.id=x\ndirectory.id=y\n", "directory.id"),
    ],
)
def test_meta_properties_that_make_no_sense_are_refused(
    files: Files, root: str, text: str, complaint: str
) -> None:
    files.make_directory(f"{root}/data")
    files.write_atomic(f"{root}/data/meta.properties", text.encode(), sync=False)
    with pytest.raises(CannotStart, match=complaint):
        open_directory(files, root)


def test_a_directory_of_somebody_else_is_refused_and_left_as_it_is(files: Files, root: str) -> None:
    files.make_directory(f"{root}/data/Documents")
    files.write_atomic(f"{root}/data/letter.txt", b"", sync=False)
    with pytest.raises(
        CannotStart, match=r"not a data directory: it holds Documents and 1 more but no meta.properties"
    ):
        open_directory(files, root)
    assert {entry.name for entry in files.entries(f"{root}/data")} == {"Documents", "letter.txt"}


def test_a_path_that_cannot_be_a_directory_is_refused(files: Files, root: str) -> None:
    files.write_atomic(f"{root}/data", b"", sync=False)
    with pytest.raises(CannotStart, match=f"Cannot use {root}/data as data directory"):
        open_directory(files, root)


def test_the_marker_is_there_only_between_an_orderly_close_and_the_next_opening(
    files: Files, root: str
) -> None:
    directory = open_directory(files, root)
    assert not files.exists(f"{root}/data/.kafka_cleanshutdown")
    directory.close([], broker_epoch=42)
    assert json.loads(read(files, root, ".kafka_cleanshutdown")) == {"version": 0, "brokerEpoch": 42}
    directory = open_directory(files, root)
    assert (directory.was_clean, directory.broker_epoch) == (True, 42)
    assert not files.exists(f"{root}/data/.kafka_cleanshutdown")
    directory.close([], clean=False)
    directory = open_directory(files, root)
    assert (directory.was_clean, directory.broker_epoch) == (False, -1)
    directory.close([])


def test_an_empty_marker_of_an_older_broker_counts(files: Files, root: str) -> None:
    open_directory(files, root).close([], clean=False)
    files.write_atomic(f"{root}/data/.kafka_cleanshutdown", b"", sync=False)
    directory = open_directory(files, root)
    assert directory.was_clean
    directory.close([])


def test_logs_are_found_again_with_all_that_is_known_of_them(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    logs = [
        directory.create_log("orders", 1, b"1" * 16, CONFIG, 0),
        directory.create_log("orders", 0, b"1" * 16, CONFIG, 0),
        directory.create_log("a-topic", 0, b"2" * 16, CONFIG, 0),
    ]
    for log in logs:
        fill(log)
    logs[0].advance_log_start(2)
    directory.close(logs)
    assert read(files, root, "log-start-offset-checkpoint") == "0\n1\norders 1 2\n"
    assert sorted(read(files, root, "recovery-point-offset-checkpoint").splitlines()) == [
        "0",
        "3",
        "a-topic 0 5",
        "orders 0 5",
        "orders 1 5",
    ]
    assert read(files, root, "replication-offset-checkpoint").count(" 5\n") == 3

    directory = open_directory(files, root)
    found = directory.partitions()
    assert [(each.topic, each.partition, each.topic_id) for each in found] == [
        ("a-topic", 0, b"2" * 16),
        ("orders", 0, b"1" * 16),
        ("orders", 1, b"1" * 16),
    ]
    assert directory.high_watermarks["orders", 1] == 5
    log = directory.open_log("orders", 1, CONFIG, 0)
    assert (log.log_start_offset, log.log_end_offset, log.topic_id) == (2, 5, b"1" * 16)
    assert log.recovered is None
    directory.close([log])


def test_logs_are_checked_after_an_unclean_stop(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    log = directory.create_log("t", 0, bytes(16), CONFIG, 0)
    fill(log, 6)
    log.flush()
    fill(log, 2)
    directory.write_checkpoints([log], {("t", 0): 8})
    directory.close([log], clean=False)
    directory = open_directory(files, root)
    assert directory.recovery_points == {("t", 0): 6}
    log = directory.open_log("t", 0, CONFIG, 0)
    assert log.recovered is not None
    assert log.recovered.segments == 1
    assert log.log_end_offset == 8
    directory.close([log])


@pytest.mark.parametrize("operation", ["write", "open", "sync"])
def test_one_log_that_cannot_be_closed_keeps_no_other_from_it_and_the_marker_away(operation: str) -> None:
    files = MemoryFiles()
    directory = open_directory(files, "")
    logs = [directory.create_log(name, 0, bytes(16), CONFIG, 0) for name in ("a", "b", "c")]
    for log in logs:
        fill(log)

    def fault(each: str, path: str, size: int) -> None:
        if each == operation and path.startswith("/data/b-0/"):
            raise OSError(errno.ENOSPC, "No space left on device", path)

    files.fault = fault
    with pytest.raises(LogWriteFailed, match=r"/data/b-0.*No space left on device"):
        directory.close(logs)
    files.fault = None
    assert [log.recovery_point for log in logs] == [5, 0, 5]
    assert all(log.closed for log in logs)
    assert "/data/.lock" not in files.locks
    directory = open_directory(files, "")
    assert not directory.was_clean
    reopened = [directory.open_log(name, 0, CONFIG, 0) for name in ("a", "b", "c")]
    assert [log.log_end_offset for log in reopened] == [5, 5, 5]
    directory.close(reopened)
    assert open_directory(files, "").was_clean


@pytest.mark.parametrize("synced_together", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_many_logs_that_are_closed_at_once_survive_a_power_loss(seed: int, synced_together: bool) -> None:
    files = MemoryFiles(loses_unsynced=True)
    directory = open_directory(files, "")
    logs = [directory.create_log("t", index, bytes(16), CONFIG, 0) for index in range(120)]
    for log in logs:
        fill(log)
    syncs: list[str] = []

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "sync" and path.startswith("/data/t-"):
            syncs.append(path)
            if (
                not synced_together
                and path == "/data/t-7/00000000000000000000.log"
                and syncs.count(path) == 1
            ):
                raise OSError(errno.EIO, "Input/output error", path)

    files.fault = fault
    directory.close(logs)
    assert {log.recovery_point for log in logs} == {5}
    assert (max(map(syncs.count, syncs)) == 1) == synced_together
    directory = open_directory(files.crash(Random(seed), power_loss=True), "")
    assert directory.was_clean
    assert len(directory.partitions()) == 120
    for index in range(120):
        log = directory.open_log("t", index, CONFIG, 0)
        assert [header.base_offset for header in log.batches(0)] == list(range(5))


def test_a_log_whose_index_could_not_be_ended_is_not_taken_for_durable() -> None:
    files = MemoryFiles()
    directory = open_directory(files, "")
    logs = [directory.create_log("t", index, bytes(16), CONFIG, 0) for index in range(120)]
    for log in logs:
        fill(log)
    failed: list[str] = []

    def fault(operation: str, path: str, size: int) -> None:
        if path == "/data/t-7/00000000000000000004.timeindex" and operation in ("open", "sync"):
            failed.append(operation)
            if len(failed) == 1:
                raise OSError(errno.ENOSPC, "No space left on device", path)

    files.fault = fault
    directory.close(logs)
    assert failed == ["open", "sync", "open", "open", "sync"]
    assert open_directory(files, "").was_clean


def test_a_log_that_cannot_be_made_leaves_nothing_behind_and_can_be_made_later() -> None:
    files = MemoryFiles()
    directory = open_directory(files, "")

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "open" and path.endswith(".timeindex"):
            raise OSError(errno.ENOSPC, "No space left on device", path)

    files.fault = fault
    with pytest.raises(LogWriteFailed):
        directory.create_log("t", 0, bytes(16), CONFIG, 0)
    assert directory.partitions() == []
    files.fault = None
    log = directory.create_log("t", 0, bytes(16), CONFIG, 0)
    fill(log)
    directory.close([log])


def test_a_new_log_is_empty_whatever_was_left_in_its_place() -> None:
    files = MemoryFiles()
    directory = open_directory(files, "")
    old = directory.create_log("t", 0, b"1" * 16, CONFIG, 0)
    fill(old)

    def fault(operation: str, path: str, size: int) -> None:
        if operation == "rename":
            raise OSError(errno.EIO, "Input/output error", path)

    files.fault = fault
    with pytest.raises(LogWriteFailed):
        directory.schedule_delete(old)
    files.fault = None
    new = directory.create_log("t", 0, b"2" * 16, CONFIG, 0)
    fill(new, 1)
    directory.close([new])
    directory = open_directory(files, "")
    (found,) = directory.partitions()
    assert found.topic_id == b"2" * 16
    reopened = directory.open_log("t", 0, CONFIG, 0)
    assert reopened.log_end_offset == 1
    directory.close([reopened])


def test_a_deleted_topic_is_out_of_the_way_at_once_and_gone_later(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    for name in ("t", "x" * 249):
        log = directory.create_log(name, 0, bytes(16), CONFIG, 0)
        fill(log)
        directory.schedule_delete(log)
        assert directory.partitions() == []
        (gone,) = [entry.name for entry in files.entries(directory.path) if entry.is_directory]
        assert gone.startswith(name[:100])
        assert gone.endswith("-delete")
        assert len(gone) <= 255
        directory.purge(0)
        directory.purge(1000)
        assert not any(entry.is_directory for entry in files.entries(directory.path))
        directory.create_log(name, 0, bytes(16), CONFIG, 0).abandon()
        files.remove_tree(f"{directory.path}/{name}-0")
    directory.close([])


def test_deletions_that_a_stop_cut_short_go_on(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    log = directory.create_log("t", 0, bytes(16), CONFIG, 0)
    directory.schedule_delete(log)
    directory.close([])
    directory = open_directory(files, root)
    assert directory.partitions() == []
    directory.purge(0)
    assert not any(entry.is_directory for entry in files.entries(directory.path))
    directory.close([])


def test_strays_and_strangers_are_left_alone(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    for name in ("t-0.5f-stray", "t-1.5f-future", "lost+found", "backup"):
        files.make_directory(f"{directory.path}/{name}")
    assert directory.partitions() == []
    assert [warning for warning in directory.warnings if "backup" in warning]
    assert len(directory.warnings) == 1
    directory.close([])


def test_checkpoints_that_are_being_written_stay_as_they_were_gathered(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    log = directory.create_log("t", 0, bytes(16), CONFIG, 0)
    fill(log)
    gathered = dict(directory.checkpoints([log], {("t", 0): 5}))
    directory.schedule_delete(log)
    by_name = {path.rpartition("/")[2]: offsets for path, offsets in gathered.items()}
    assert by_name["replication-offset-checkpoint"] == {("t", 0): 5}
    assert by_name["recovery-point-offset-checkpoint"] == {("t", 0): 0}
    directory.close([])


def test_damaged_checkpoints_are_gone_round_with_a_warning(files: Files, root: str) -> None:
    directory = open_directory(files, root)
    log = directory.create_log("t", 0, bytes(16), CONFIG, 0)
    fill(log)
    directory.close([log])
    files.write_atomic(f"{root}/data/recovery-point-offset-checkpoint", b"junk", sync=False)
    directory = open_directory(files, root)
    assert directory.recovery_points == {}
    assert "recovery-point-offset-checkpoint is damaged" in directory.warnings[0]
    assert directory.open_log("t", 0, CONFIG, 0).log_end_offset == 5
    directory.close([])
