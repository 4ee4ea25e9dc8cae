"""`kwire dump`: what it prints can be read, and what is wrong it finds."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from kwire.log.directory import LogDirectory
from kwire.log.dump import dump_file
from kwire.log.files import DiskFiles
from kwire.log.log import Log, LogConfig
from kwire.log.snapshot import ProducerEntry
from kwire.log.txn_index import AbortedTransaction, encode_txn_index
from kwire.records.batch import Record, build_batch, parse_header

NAME = "00000000000000000000"


def end_transaction(log: Log, key: bytes) -> None:
    marker = build_batch([Record(0, 5, key, bytes(6))], control=True, transactional=True, producer_id=9)
    log.append(marker, parse_header(marker), 3, 0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory, closed in order, with a bit of everything."""
    directory = LogDirectory.open(DiskFiles(), str(tmp_path), node_id=1)
    log = directory.create_log("t", 0, bytes(16), LogConfig(index_interval_bytes=300, segment_bytes=4000), 0)
    for number in range(40):
        records = [
            Record(
                index,
                1_700_000_000_000 + number,
                b"key-%d" % number,
                b"value" * 20,
                [(b"h", b"x"), (b"n", None)],
            )
            for index in range(2)
        ]
        batch = build_batch(
            records,
            codec=number % 5,
            producer_id=9,
            producer_epoch=1,
            base_sequence=2 * number,
            transactional=number == 7,
        )
        log.append(batch, parse_header(batch), 3, 0)
        if number == 7:
            end_transaction(log, b"\x00\x00\x00\x00")
    end_transaction(log, b"\x00\x00\x00\x01")
    log.write_snapshot(81, [ProducerEntry(9, 1, 79, 79, 1, 1000)])
    directory.close([log])
    (tmp_path / "t-0" / f"{NAME}.txnindex").write_bytes(encode_txn_index([AbortedTransaction(9, 14, 16, 17)]))
    return tmp_path


def dump(path: Path, *, deep: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    return dump_file(str(path), out, deep), out.getvalue()


@pytest.mark.parametrize("deep", [False, True])
def test_nothing_is_wrong_with_what_a_log_wrote(data: Path, deep: bool) -> None:
    problems, text = dump(data, deep=deep)
    assert (problems, "PROBLEM" in text) == (0, False)
    for file in data.rglob("*"):
        if file.is_file() and not file.name.startswith("."):
            assert str(file) in text


def test_a_batch_is_one_line_that_can_be_read(data: Path) -> None:
    _, text = dump(data / "t-0" / f"{NAME}.log")
    line = next(line for line in text.splitlines() if "offset 14..15" in line)
    for words in (
        "records 2",
        "codec snappy",
        "leader epoch 3",
        "CreateTime 1700000000007",
    ):
        assert words in line
    assert "producer 9 epoch 1  sequence 14..15" in line
    assert "transactional" in line


def test_times_are_shown_as_the_caller_likes_them(data: Path) -> None:
    out = io.StringIO()
    dump_file(str(data / "t-0"), out, show_time=lambda timestamp: f"<{timestamp}>")
    assert "CreateTime <1700000000007>" in out.getvalue()


def test_deep_shows_the_records(data: Path) -> None:
    _, text = dump(data / "t-0", deep=True)
    line = next(line for line in text.splitlines() if "| offset 14 " in line)
    assert "key 'key-7'  value 'valuevalue" in line
    assert "headers h='x' n=null" in line
    assert "control COMMIT" in text


def test_state_files_are_shown(data: Path) -> None:
    text = dump(data)[1]
    for words in (
        "t-0  offset 82",
        "leader epoch 3  from offset 0",
        "producer 9  epoch 1  last sequence 79",
        "aborted 14..16",
        "topic id AAAAAAAAAAAAAAAAAAAAAA",
        "node.id=1",
    ):
        assert words in text


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("name", "edit", "complaint"),
    [
        (f"{NAME}.log", flip(100), "does not match its CRC-32C"),
        (f"{NAME}.log", lambda content: content[:-1], "are left"),
        (f"{NAME}.index", flip(3), "where the batch ends with offset"),
        (f"{NAME}.index", flip(7), "points to byte"),
        (f"{NAME}.index", lambda content: content[:-3], "not a multiple of 8"),
        (f"{NAME}.index", lambda content: content[:8] + content, "does not rise"),
        (f"{NAME}.timeindex", flip(7), "the entry says"),
        (f"{NAME}.timeindex", flip(11), "no batch ends with offset"),
        (f"{NAME}.timeindex", lambda content: content[:-12], "the last entry says"),
        (f"{NAME}.timeindex", lambda content: content[:-1], "not a multiple of 12"),
        (f"{NAME}.txnindex", lambda content: content[:-1], "not a multiple of 34"),
        ("00000000000000000081.snapshot", flip(20), "CRC-32C"),
        ("leader-epoch-checkpoint", lambda content: b"1\n", "version"),
        ("partition.metadata", lambda content: b"version: 9", "version"),
    ],
)
def test_what_is_wrong_is_found(
    data: Path, name: str, edit: Callable[[bytes], bytes], complaint: str
) -> None:
    path = data / "t-0" / name
    path.write_bytes(edit(path.read_bytes()))
    problems, text = dump(path)
    assert problems > 0
    lines = [line for line in text.splitlines() if line.startswith(f"PROBLEM {path}: ")]
    assert len(lines) == problems
    assert any(complaint in line for line in lines)


def test_an_index_needs_its_log(data: Path) -> None:
    (data / "t-0" / f"{NAME}.log").unlink()
    problems, text = dump(data / "t-0" / f"{NAME}.index")
    assert problems == 1
    assert f"there is no {NAME}.log" in text


def test_deep_finds_a_batch_that_does_not_hold_what_it_says(tmp_path: Path) -> None:
    good = build_batch([Record(0, 500, b"k", b"v")])
    path = tmp_path / f"{NAME}.log"
    path.write_bytes(
        build_batch([Record(0, 500, b"k", b"v"), Record(1, 700, b"k", b"v")], log_append_time_ms=9)
    )
    assert dump(path, deep=True)[0] == 0
    path.write_bytes(good)
    assert dump(path, deep=True)[0] == 0
    from crc32c import crc32c

    for at, value, complaint in (
        (35, (900).to_bytes(8, "big"), "newest record"),
        (57, b"\0\0\0\2", "does not open"),
    ):
        bad = bytearray(good)
        bad[at : at + len(value)] = value
        bad[17:21] = crc32c(bytes(bad[21:])).to_bytes(4, "big")
        path.write_bytes(bad)
        assert dump(path)[0] == 0
        problems, text = dump(path, deep=True)
        assert problems == 1
        assert complaint in text


def test_a_file_of_another_kind_is_a_problem_and_a_missing_one_an_error(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    assert dump(tmp_path / "letter.txt")[0] == 1
    assert dump(tmp_path) == (0, "")
    for name in ("missing.log", "missing.txt"):
        with pytest.raises(FileNotFoundError):
            dump(tmp_path / name)
