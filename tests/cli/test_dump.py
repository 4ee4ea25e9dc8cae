"""`kwire dump`: what is asked for in Kafka's words is understood, and the broker's own records are shown as fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwire.cli import main
from kwire.cli.stored_records import show_record
from kwire.codec.stored import encode_coordinator_key, encode_coordinator_value
from kwire.codec.stored.offset_commit import OffsetCommitKey, OffsetCommitValue
from kwire.codec.stored.transaction_log import TransactionLogKey, TransactionLogValue
from kwire.log.files import DiskFiles
from kwire.log.log import Log, LogConfig
from kwire.log.partition_metadata import split_directory_name
from kwire.records.batch import Record, build_batch, parse_header
from tests.broker.keeping import Keeper

COMMIT = Record(
    0,
    5,
    encode_coordinator_key(OffsetCommitKey(group="g", topic="t", partition=3)),
    encode_coordinator_value(OffsetCommitValue(offset=42, metadata="m", topic_id=bytes(16)), 4),
)


def write(directory: Path, *records: Record) -> Path:
    topic, partition = split_directory_name(directory.name)
    log = Log.create(DiskFiles(), str(directory), topic, partition, bytes(16), LogConfig())
    for record in records:
        data = build_batch([record])
        log.append(data, parse_header(data), 0, 0)
    log.close()
    return directory / f"{0:020d}.log"


def out(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["dump", *arguments]) == status
    return capsys.readouterr().out


def test_committed_offsets_are_shown_as_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "__consumer_offsets-0", COMMIT, Record(0, 5, COMMIT.key, None))
    text = out(capsys, "--deep", str(tmp_path / "__consumer_offsets-0"))
    assert 'OFFSET_COMMIT {"group":"g","topic":"t","partition":3}  version 4 {"offset":42,' in text
    assert 'OFFSET_COMMIT {"group":"g","topic":"t","partition":3}  deleted' in text


def test_a_decoder_is_for_files_that_lie_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "copy-0", COMMIT)
    assert "OFFSET_COMMIT" not in out(capsys, "--deep", str(path))
    assert "OFFSET_COMMIT" in out(capsys, "--offsets-decoder", "--files", str(path))


def test_transactions_are_shown_as_fields() -> None:
    key = encode_coordinator_key(TransactionLogKey(transactional_id="x"))
    value = encode_coordinator_value(TransactionLogValue(producer_id=7), 1)
    text = show_record("__transaction_state", Record(0, 5, key, value), False)
    assert text is not None
    assert text.startswith('TRANSACTION_LOG {"transactionalId":"x"}  version 1 {"producerId":7,')


def test_the_metadata_are_shown_as_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keeper = Keeper()
    keeper.broker.topics.create("my-topic", partitions=1, configs={})
    keeper.broker.close()
    directory = tmp_path / "__cluster_metadata-0"
    directory.mkdir()
    for entry in keeper.files.entries("/data/__cluster_metadata-0"):
        data = keeper.files.read_bytes(f"/data/__cluster_metadata-0/{entry.name}")
        (directory / entry.name).write_bytes(data)
    text = out(capsys, "--print-data-log", str(directory))
    for words in (
        'TOPIC_RECORD version 0 {"name":"my-topic",',
        'FEATURE_LEVEL_RECORD version 0 {"name":"metadata.version"',
        'control LEADER_CHANGE  LEADER_CHANGE_MESSAGE {"version":0,"leaderId":1',
        "control SNAPSHOT_FOOTER",
        '"leaderEpoch":1',
    ):
        assert words in text
    assert "quorum-state\n" in text


@pytest.mark.parametrize("topic", ["__consumer_offsets", "__transaction_state", "__cluster_metadata"])
def test_a_record_that_does_not_decode_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], topic: str
) -> None:
    path = write(tmp_path / f"{topic}-0", Record(0, 5, b"\0\0no key", b"no value"))
    text = out(capsys, "--deep", str(path), status=1)
    assert f"PROBLEM {path}: the record with offset 0 does not decode: " in text
    assert "value 'no value'" in text


def test_quiet_prints_problems_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "t-0", COMMIT)
    assert out(capsys, "--verify-index-only", str(tmp_path)) == ""
    path.write_bytes(path.read_bytes()[:-1])
    assert out(capsys, "-q", str(path), status=1).startswith(f"PROBLEM {path}: byte 0 of ")


def test_files_may_be_named_as_for_kafka(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [write(tmp_path / f"t-{index}", COMMIT) for index in range(2)]
    text = out(capsys, "--deep-iteration", "--files", ",".join(map(str, paths)))
    assert all(f"{path}\n" in text for path in paths)


def test_what_is_no_json_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "quorum-state"
    path.write_text("{")
    assert f"PROBLEM {path}: it is no JSON" in out(capsys, str(path), status=1)
