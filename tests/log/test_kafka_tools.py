"""Apache Kafka's own DumpLogSegments reads the files that a log writes, and finds nothing wrong with them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from random import Random

import pytest

from kwire.log.files import DiskFiles
from kwire.log.log import Log, LogConfig
from kwire.log.snapshot import ProducerEntry
from kwire.log.txn_index import AbortedTransaction, encode_txn_index
from kwire.records.batch import BatchHeader, Record, build_batch, parse_header
from kwire.records.compression import CODEC_NAMES
from tests.kafka_dump import assert_kafka_finds_nothing, dump_with_kafka

pytestmark = pytest.mark.java


def write(log: Log, random: Random, batches: int, timestamp: int) -> None:
    """Batches of every codec and of many sizes, of a producer and of none, not always in the order of time."""
    sequence = log.log_end_offset
    for _ in range(batches):
        count = random.randrange(1, 6)
        timestamp += random.randrange(-3, 5)
        records = [
            Record(
                index,
                timestamp + random.randrange(3),
                random.choice([None, b"key"]),
                random.choice([None, random.randbytes(random.randrange(400))]),
                [(b"header", random.choice([None, b"value"]))] * random.randrange(2),
            )
            for index in range(count)
        ]
        producer = random.random() < 0.5
        data = build_batch(
            records,
            codec=random.randrange(5),
            producer_id=7 if producer else -1,
            producer_epoch=0 if producer else -1,
            base_sequence=sequence if producer else -1,
            log_append_time_ms=timestamp + 5 if random.random() < 0.1 else None,
        )
        log.append(data, parse_header(data), random.choice([0, log.leader_epochs.latest]), 0)
        sequence += count
    marker = build_batch(
        [Record(0, timestamp, b"\x00\x00\x00\x01", bytes(6))],
        control=True,
        transactional=True,
        producer_id=7,
        producer_epoch=0,
    )
    log.append(marker, parse_header(marker), log.leader_epochs.latest + 1, 0)


def test_kafka_finds_nothing_wrong_in_any_state_that_a_log_leaves(tmp_path: Path) -> None:
    random = Random(4)
    config = LogConfig(segment_bytes=60_000, index_interval_bytes=1024, segment_index_bytes=4000)
    logs = []
    for name in ("closed", "reopened", "open", "killed", "torn"):
        log = Log.create(DiskFiles(), str(tmp_path / f"{name}-0"), name, 0, bytes(16), config)
        write(log, random, 250, 1_700_000_000_000)
        if name == "closed":
            log.close()
        elif name == "reopened":
            log.close()
            log = Log.open(DiskFiles(), log.directory, config, clean=True)
            write(log, random, 100, 1_700_000_000_500)
            log.close()
        elif name in ("killed", "torn"):
            log.abandon()
            if name == "torn":
                path = Path(log.segments[-1].path)
                os.truncate(path, path.stat().st_size - 10)
            log = Log.open(DiskFiles(), log.directory, config, clean=False)
            write(log, random, 100, 1_700_000_000_500)
        assert len(log.segments) > 1
        logs.append(log)

    assert_kafka_finds_nothing(tmp_path)
    paths = [path for log in logs for path in sorted(Path(log.directory).glob("*.log"))]
    text = dump_with_kafka(paths)
    for log in logs:
        log.abandon()
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("baseOffset:")] == [
        as_kafka_prints_it(position, header)
        for log in logs
        for segment in reopened(log, config).segments
        for position, header, _ in segment.batches()
    ]


def reopened(log: Log, config: LogConfig) -> Log:
    return Log.open(DiskFiles(), log.directory, config, clean=True)


def as_kafka_prints_it(position: int, header: BatchHeader) -> str:
    def boolean(value: bool) -> str:
        return str(value).lower()

    return (
        f"baseOffset: {header.base_offset} lastOffset: {header.last_offset} count: {header.records_count} "
        f"baseSequence: {header.base_sequence} lastSequence: {header.last_sequence} "
        f"producerId: {header.producer_id} producerEpoch: {header.producer_epoch} "
        f"partitionLeaderEpoch: {header.leader_epoch} isTransactional: {boolean(header.is_transactional)} "
        f"isControl: {boolean(header.is_control)} deleteHorizonMs: OptionalLong.empty position: {position} "
        f"{'LogAppendTime' if header.is_log_append_time else 'CreateTime'}: {header.max_timestamp} "
        f"size: {header.size} magic: {header.magic} compresscodec: {CODEC_NAMES[header.codec]} "
        f"crc: {header.crc} isvalid: true"
    )


def test_kafka_reads_snapshots_and_aborted_transactions(tmp_path: Path) -> None:
    log = Log.create(DiskFiles(), str(tmp_path / "t-0"), "t", 0, bytes(16), LogConfig())
    log.write_snapshot(
        0, [ProducerEntry(1000, 3, 41, 500, 2, 1_700_000_000_000), ProducerEntry(7, 0, 1, 9, 1, 5, 2, 8)]
    )
    log.close()
    index = Path(log.directory) / "00000000000000000000.txnindex"
    index.write_bytes(encode_txn_index([AbortedTransaction(7, 10, 20, 21)]))
    assert_kafka_finds_nothing(tmp_path)
    text = dump_with_kafka([Path(log.directory) / "00000000000000000000.snapshot", index])
    assert "producerId: 1000 producerEpoch: 3" in text
    assert "lastSequence=41" in text or "lastSequence: 41" in text
    assert "producerId: 7" in text
    assert re.search(r"firstOffset: 10 lastOffset: 20 lastStableOffset: 21", text)
