"""Which segments may go: against a model that asks the rules' questions one segment at a time."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from kwire.log.files import MemoryFiles
from kwire.log.log import Log, LogConfig
from kwire.log.retention import expired
from kwire.records.batch import Record, build_batch, parse_header


@attrs.frozen
class Piece:
    base_offset: int
    size: int
    timestamp: int

    def largest_timestamp(self) -> int:
        return self.timestamp


THREE = [Piece(0, 100, 10), Piece(10, 100, 20), Piece(20, 50, 30)]


def count(segments: list[Piece] = THREE, **changed: int) -> int:
    facts = {
        "log_start_offset": 0,
        "log_end_offset": 25,
        "high_watermark": 25,
        "retention_bytes": -1,
        "retention_ms": -1,
        "now_ms": 100,
    }
    return expired(segments, **(facts | changed))


def test_without_limits_everything_stays() -> None:
    assert count(now_ms=2**60) == 0


def test_a_segment_goes_once_its_newest_record_is_older_than_the_limit() -> None:
    assert [count(retention_ms=limit) for limit in (90, 89, 80, 79, 70, 69)] == [0, 1, 1, 2, 2, 3]


def test_records_from_the_future_stay_and_keep_what_follows() -> None:
    assert count([Piece(0, 100, 1000), Piece(10, 100, 0), Piece(20, 50, 0)], retention_ms=1) == 0


def test_what_is_left_is_no_smaller_than_the_limit_of_bytes() -> None:
    assert [count(retention_bytes=limit) for limit in (250, 151, 150, 50, 1, 0)] == [0, 0, 1, 2, 2, 3]


def test_segments_wholly_below_the_log_start_go_but_never_the_last() -> None:
    assert [count(log_start_offset=start) for start in (9, 10, 19, 20, 25)] == [0, 1, 1, 2, 2]


def test_nothing_goes_beyond_the_high_watermark() -> None:
    def gone(mark: int) -> int:
        return count(high_watermark=mark, retention_ms=0, retention_bytes=0, log_start_offset=20)

    assert [gone(mark) for mark in (9, 10, 24, 25)] == [0, 1, 2, 3]


def test_an_empty_last_segment_stays() -> None:
    assert count([*THREE[:2], Piece(25, 0, 0)], retention_ms=0) == 2


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[Piece], dict[str, int]]:
    pieces = []
    offset = draw(st.integers(0, 3))
    for _ in range(draw(st.integers(1, 6))):
        pieces.append(Piece(offset, draw(st.integers(1, 5)), draw(st.integers(0, 20))))
        offset += draw(st.integers(1, 4))
    if draw(st.booleans()):
        pieces.append(Piece(offset, 0, -1))
    first = pieces[0].base_offset
    limits = {
        "log_start_offset": draw(st.integers(first, offset)),
        "log_end_offset": offset,
        "high_watermark": draw(st.integers(first, offset)),
        "retention_bytes": draw(st.integers(-1, 20)),
        "retention_ms": draw(st.integers(-1, 20)),
        "now_ms": draw(st.integers(0, 25)),
    }
    return pieces, limits


def model(pieces: list[Piece], limits: dict[str, int]) -> int:
    """Take the oldest away while any rule wants it gone, one rule after the other."""
    left = list(pieces)

    def end() -> int:
        return left[1].base_offset if len(left) > 1 else limits["log_end_offset"]

    def below_start() -> bool:
        return len(left) > 1 and end() <= limits["log_start_offset"]

    def too_much() -> bool:
        limit = limits["retention_bytes"]
        return limit >= 0 and sum(piece.size for piece in left[1:]) >= limit

    def too_old() -> bool:
        limit = limits["retention_ms"]
        return limit >= 0 and limits["now_ms"] - left[0].timestamp > limit

    for rule in (below_start, too_much, too_old):
        while left and end() <= limits["high_watermark"] and (len(left) > 1 or left[0].size) and rule():
            del left[0]
    return len(pieces) - len(left)


@given(logs())
def test_the_choice_equals_the_model_s(case: tuple[list[Piece], dict[str, int]]) -> None:
    pieces, limits = case
    assert expired(pieces, **limits) == model(pieces, limits)


# Where the facts come from


def make(files: MemoryFiles, **config: Any) -> Log:
    return Log.create(files, "/data/t-0", "t", 0, bytes(16), LogConfig(**config))


def append(log: Log, timestamp: int) -> None:
    batch = build_batch([Record(0, timestamp, None, b"v", [])])
    log.append(batch, parse_header(batch), 0, 0)


def test_a_segment_s_time_is_that_of_its_newest_record_open_or_closed_or_opened_anew() -> None:
    files = MemoryFiles()
    log = make(files)
    for timestamp in (5, 9, 7):
        append(log, timestamp)
    assert log.segments[0].largest_timestamp() == 9
    log.roll(0)
    append(log, 3)
    assert [segment.largest_timestamp() for segment in log.segments] == [9, 3]
    log.close()
    log = Log.open(files, "/data/t-0", LogConfig(), clean=True)
    assert [segment.largest_timestamp() for segment in log.segments] == [9, 3]
    append(log, 11)
    assert [segment.largest_timestamp() for segment in log.segments] == [9, 11]


def test_a_truncated_segment_s_time_is_that_of_what_is_left() -> None:
    log = make(MemoryFiles())
    for timestamp in (5, 9):
        append(log, timestamp)
    log.truncate_to(1)
    assert log.segments[0].largest_timestamp() == 5


def test_a_segment_without_times_has_that_of_its_file() -> None:
    files = MemoryFiles()
    files.time_ms = lambda: 1234
    log = make(files)
    append(log, -1)
    files.time_ms = lambda: 9999
    assert log.segments[0].largest_timestamp() == 1234
