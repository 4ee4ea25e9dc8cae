"""The witness can be believed: each kind of damage, to each kind of file, makes it speak."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from kwire.log.files import DiskFiles
from kwire.log.log import Log, LogConfig
from kwire.log.snapshot import ProducerEntry
from kwire.log.txn_index import AbortedTransaction, encode_txn_index
from kwire.records.batch import BATCH_OVERHEAD, Record, build_batch, parse_header
from tests.kafka_dump import assert_kafka_finds_nothing, what_kafka_finds
from tests.log.test_kafka_tools import write
from tests.toolchain import MissingToolchain

pytestmark = pytest.mark.java

Damage = Callable[[Path], None]


def make(data: Path, topic: str) -> Log:
    config = LogConfig(segment_bytes=60_000, index_interval_bytes=1024, segment_index_bytes=4000)
    return Log.create(DiskFiles(), str(data / f"{topic}-0"), topic, 0, bytes(16), config)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("sound")
    log = make(data, "t")
    log.write_snapshot(0, [ProducerEntry(1000, 3, 41, 500, 2, 1_700_000_000_000)])
    write(log, Random(5), 250, 1_700_000_000_000)
    log.close()
    assert len(log.segments) > 1
    txn_index = data / "t-0" / "00000000000000000000.txnindex"
    txn_index.write_bytes(encode_txn_index([AbortedTransaction(7, 10, 20, 21)]))
    return data


def flip(name: str, position: int) -> Damage:
    def damage(directory: Path) -> None:
        data = bytearray((directory / name).read_bytes())
        data[position] ^= 0x01
        (directory / name).write_bytes(data)

    return damage


def append(name: str, what: bytes) -> Damage:
    def damage(directory: Path) -> None:
        with (directory / name).open("ab") as file:
            file.write(what)

    return damage


def repeat_first_batch(directory: Path) -> None:
    path = directory / f"{FIRST}.log"
    data = path.read_bytes()
    path.write_bytes(data + data[: parse_header(data).size])


FIRST = "0" * 20
DAMAGES: dict[str, tuple[Damage, str]] = {
    "a byte under the checksum": (flip(f"{FIRST}.log", BATCH_OVERHEAD - 10), "isvalid: false"),
    "a tail that is no batch": (append(f"{FIRST}.log", b"\0" * 10), "invalid bytes at the end"),
    "zeros after the last batch": (append(f"{FIRST}.log", b"\0" * 99), "CorruptRecordException"),
    "offsets that go back": (repeat_first_batch, "is followed by 0"),
    "an index entry of another offset": (flip(f"{FIRST}.index", 3), "Index offset:"),
    "an index entry of another position": (flip(f"{FIRST}.index", 7), "DumpLogSegments gave up"),
    "half an index entry": (append(f"{FIRST}.index", b"\0\0\0"), "CorruptIndexException"),
    "a time of another record": (flip(f"{FIRST}.timeindex", 7), "Index timestamp:"),
    "times that go back": (append(f"{FIRST}.timeindex", struct.pack(">qi", 5, 9999)), "timestamp"),
    "half a time index entry": (append(f"{FIRST}.timeindex", b"\0\0\0\0\0"), "CorruptIndexException"),
    "a snapshot that does not match its checksum": (flip(f"{FIRST}.snapshot", 20), "corrupt"),
    "half an aborted transaction": (
        append(f"{FIRST}.txnindex", b"\0" * 9),
        "1 aborted transactions in 43 bytes",
    ),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_seen(sound: Path, tmp_path: Path, damage: Damage, said: str) -> None:
    data = tmp_path / "d"
    shutil.copytree(sound, data)
    damage(data / "t-0")
    wrong = what_kafka_finds(data)
    assert any(said in line for line in wrong), wrong


def test_a_sound_directory_is_not_complained_about(sound: Path) -> None:
    assert_kafka_finds_nothing(sound)


def test_a_record_that_speaks_of_mismatches_is_none(tmp_path: Path) -> None:
    log = make(tmp_path, "t")
    data = build_batch([Record(0, 5, b"isvalid: false", b"Exception at org.apache | key: Mismatches in")])
    log.append(data, parse_header(data), 0, 0)
    log.close()
    assert_kafka_finds_nothing(tmp_path)


@pytest.mark.parametrize("topic", ["__consumer_offsets", "__transaction_state", "__cluster_metadata"])
def test_records_of_an_internal_topic_must_decode(tmp_path: Path, topic: str) -> None:
    log = make(tmp_path, topic)
    data = build_batch([Record(0, 5, b"\x00\x01no key", b"no value")])
    log.append(data, parse_header(data), 0, 0)
    log.close()
    assert any("skipping" in line for line in what_kafka_finds(tmp_path))


def test_gaps_are_for_compacted_topics(tmp_path: Path) -> None:
    log = make(tmp_path, "t")
    for offset in (0, 5):
        data = build_batch([Record(offset, 5, b"k", b"v")])
        log.segments[-1].append(data, parse_header(data).length, offset, offset, 5, 0)
    log.close()
    assert any("0 is followed by 5" in line for line in what_kafka_finds(tmp_path))
    assert_kafka_finds_nothing(tmp_path, compacted=("t",))


def test_a_directory_without_partitions_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no partition with files"):
        what_kafka_finds(tmp_path)


def test_a_witness_that_is_not_there_is_an_error_of_its_own(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingToolchain, match="java is not installed"):
        what_kafka_finds(sound)
