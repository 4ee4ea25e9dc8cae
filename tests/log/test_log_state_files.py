"""The small files beside the segments: epochs, checkpoints, snapshots, partition metadata, aborted transactions."""

from __future__ import annotations

import struct

import pytest
from crc32c import crc32c

from kwire.log.checkpoint import BadCheckpoint, decode_checkpoint, encode_checkpoint
from kwire.log.epochs import LeaderEpochs
from kwire.log.files import MemoryFiles
from kwire.log.partition_metadata import (
    BadPartitionMetadata,
    decode_partition_metadata,
    decode_uuid,
    directory_name,
    encode_partition_metadata,
    encode_uuid,
    split_directory_name,
)
from kwire.log.snapshot import BadSnapshot, ProducerEntry, Snapshots, decode_snapshot, encode_snapshot
from kwire.log.trash import Trash
from kwire.log.txn_index import AbortedTransaction, BadTxnIndex, decode_txn_index, encode_txn_index

EPOCHS = [(0, 0), (2, 10), (5, 30)]


def test_epochs_end_where_the_next_begins() -> None:
    epochs = LeaderEpochs(EPOCHS)
    assert epochs.end_offset(0, 100) == (0, 10)
    assert epochs.end_offset(2, 100) == (2, 30)
    assert epochs.end_offset(5, 100) == (5, 100)


def test_an_epoch_that_wrote_nothing_gives_the_one_before() -> None:
    epochs = LeaderEpochs(EPOCHS)
    assert epochs.end_offset(1, 100) == (0, 10)
    assert epochs.end_offset(4, 100) == (2, 30)


def test_epochs_that_are_not_known_give_nothing() -> None:
    assert LeaderEpochs(EPOCHS).end_offset(6, 100) == (-1, -1)
    assert LeaderEpochs(EPOCHS).end_offset(-1, 100) == (-1, -1)
    assert LeaderEpochs().end_offset(0, 100) == (-1, -1)


def test_an_epoch_older_than_all_ends_where_the_log_begins() -> None:
    assert LeaderEpochs([(3, 7)]).end_offset(1, 100) == (1, 7)


def test_an_older_epoch_is_not_news_and_an_empty_one_is_forgotten() -> None:
    epochs = LeaderEpochs(EPOCHS)
    assert not epochs.assign(5, 40)
    assert not epochs.assign(1, 40)
    assert epochs.assign(6, 30)
    assert list(epochs) == [(0, 0), (2, 10), (6, 30)]
    assert epochs.latest == 6


def test_each_offset_has_the_epoch_that_wrote_it() -> None:
    epochs = LeaderEpochs([(1, 5), (2, 10)])
    assert [epochs.at(offset) for offset in (4, 5, 9, 10, 99)] == [-1, 1, 1, 2, 2]


def test_epochs_are_cut_with_the_log_at_both_ends() -> None:
    epochs = LeaderEpochs(EPOCHS)
    assert epochs.truncate_end(30)
    assert list(epochs) == [(0, 0), (2, 10)]
    assert not epochs.truncate_end(30)
    assert epochs.truncate_start(15)
    assert list(epochs) == [(2, 15)]
    assert not epochs.truncate_start(15)
    assert epochs.truncate_end(0)
    assert not epochs.truncate_start(20)


def test_epochs_are_kept_as_kafka_keeps_them() -> None:
    assert LeaderEpochs(EPOCHS).encode() == b"0\n3\n0 0\n2 10\n5 30\n"
    assert list(LeaderEpochs.decode(b"0\n3\n0 0\n2 10\n5 30\n")) == EPOCHS
    assert len(LeaderEpochs.decode(b"")) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"1\n0\n",
        b"0\n2\n0 0\n",
        b"0\n",
        b"0\nx\n",
        b"0\n1\n0\n",
        b"0\n2\n1 0\n0 5\n",
        b"0\n2\n0 5\n1 5\n",
        b"0\n1\n1 50",  # it may have been 500
    ],
)
def test_a_damaged_epoch_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadCheckpoint):
        LeaderEpochs.decode(data)


def test_checkpoints_are_lines_of_topic_partition_offset() -> None:
    offsets = {("a", 0): 5, ("topic.with-dashes", 12): 2**40}
    assert encode_checkpoint(offsets) == b"0\n2\na 0 5\ntopic.with-dashes 12 1099511627776\n"
    assert decode_checkpoint(encode_checkpoint(offsets)) == offsets
    assert decode_checkpoint(b"") == decode_checkpoint(b"0\n0\n") == {}


@pytest.mark.parametrize(
    "data",
    [b"1\n0\n", b"0\n1\n", b"0\n1\na 0\n", b"0\n1\na 0 x\n", b"\xff\xfe", b"0\n0\na 0 1\n", b"0\n1\na 0 1"],
)
def test_a_damaged_checkpoint_is_refused(data: bytes) -> None:
    with pytest.raises(BadCheckpoint):
        decode_checkpoint(data)


def test_a_snapshot_has_a_checksum_and_46_bytes_a_producer() -> None:
    entries = [
        ProducerEntry(1000, 3, 41, 500, 2, 1_700_000_000_000),
        ProducerEntry(7, 0, -1, -1, 0, 5, 9, 480),
    ]
    data = encode_snapshot(entries)
    assert len(data) == 10 + 2 * 46
    assert struct.unpack_from(">hIi", data) == (1, crc32c(data[6:]), 2)
    assert struct.unpack_from(">qhiqiqiq", data, 10) == (1000, 3, 41, 500, 2, 1_700_000_000_000, -1, -1)
    assert decode_snapshot(data) == entries
    assert decode_snapshot(encode_snapshot([])) == []


def test_a_damaged_snapshot_is_refused() -> None:
    data = encode_snapshot([ProducerEntry(1, 2, 3, 4, 5, 6)])
    for at in range(len(data)):
        with pytest.raises(BadSnapshot):
            decode_snapshot(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    for size in range(len(data)):
        with pytest.raises(BadSnapshot):
            decode_snapshot(data[:size])


def test_the_newest_good_snapshot_counts_and_bad_ones_go() -> None:
    files = MemoryFiles()
    snapshots = Snapshots(files, "")
    snapshots.write(10, [ProducerEntry(1, 0, 0, 9, 0, 0)])
    snapshots.write(20, [])
    files.write_atomic("/00000000000000000030.snapshot", b"nonsense", sync=False)
    names = [entry.name for entry in files.entries("/")]
    reopened = Snapshots(files, "", names)
    assert reopened.latest() == (20, [])
    assert not files.exists("/00000000000000000030.snapshot")
    reopened.truncate(15)
    assert reopened.latest() == (10, [ProducerEntry(1, 0, 0, 9, 0, 0)])


def test_snapshots_stay_while_they_are_the_newest_or_go_with_a_segment() -> None:
    snapshots = Snapshots(MemoryFiles(), "")
    for offset in (10, 20, 30, 40):
        snapshots.write(offset, [])
    snapshots.prune([0, 20])
    assert snapshots.offsets == [20, 40]


def test_partition_metadata_is_43_bytes_and_gives_the_topic_id_back() -> None:
    topic_id = bytes(range(240, 256))
    data = encode_partition_metadata(topic_id)
    assert data == b"version: 0\ntopic_id: 8PHy8_T19vf4-fr7_P3-_w"
    assert len(data) == 43
    assert decode_partition_metadata(data) == topic_id
    assert decode_partition_metadata(b"") is None
    assert decode_uuid(encode_uuid(bytes(16))) == bytes(16)


@pytest.mark.parametrize(
    "data", [b"version: 1\ntopic_id: x", b"version: 0\n", b"version: 0\ntopic_id: short"]
)
def test_damaged_partition_metadata_is_refused(data: bytes) -> None:
    with pytest.raises(BadPartitionMetadata):
        decode_partition_metadata(data)


def test_the_last_dash_of_a_directory_name_splits_topic_and_partition() -> None:
    assert split_directory_name("a-b-12") == ("a-b", 12)
    assert directory_name("a-b", 12) == "a-b-12"
    for name in ("topic", "-1", "topic-", "topic-x", "t-0.0123456789abcdef0123456789abcdef-delete"):
        with pytest.raises(ValueError):
            split_directory_name(name)


def test_aborted_transactions_have_34_bytes() -> None:
    entries = [AbortedTransaction(5, 10, 20, 21), AbortedTransaction(6, 12, 25, 30)]
    data = encode_txn_index(entries)
    assert len(data) == 68
    assert decode_txn_index(data) == entries
    for bad in (data[:-1], b"\x00\x01" + data[2:]):
        with pytest.raises(BadTxnIndex):
            decode_txn_index(bad)


def test_trash_is_removed_after_its_delay_counted_from_the_first_purge() -> None:
    files = MemoryFiles()
    files.write_atomic("/a.deleted", b"", sync=False)
    files.make_directory("/t-0.x-delete/below")
    trash = Trash(files)
    trash.add("/a.deleted", 1000)
    trash.add("/t-0.x-delete", 0)
    assert trash.purge(5000) == 1
    assert [entry.name for entry in files.entries("/")] == ["a.deleted"]
    assert trash.purge(5999) == 0
    assert trash.purge(6000) == 1
    assert files.entries("/") == []
