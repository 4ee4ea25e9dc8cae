from __future__ import annotations

import pytest

from kwire.broker.producers import REMEMBERED_BATCHES, Producers
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import BatchHeader, Record, build_batch, parse_header

MAX_SEQUENCE = 2**31 - 1


def header(sequence: int, count: int = 1, *, epoch: int = 0, producer_id: int = 7) -> BatchHeader:
    records = [Record(offset=i, timestamp=1000, key=None, value=b"v", headers=[]) for i in range(count)]
    batch = build_batch(records, producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence)
    return parse_header(batch, 0)


def wrote(producers: Producers, sequence: int, offset: int, count: int = 1, *, epoch: int = 0) -> None:
    written = header(sequence, count, epoch=epoch)
    assert producers.check(written) is None
    producers.record(written, offset)


def refusal(producers: Producers, batch: BatchHeader) -> ErrorCode:
    with pytest.raises(KafkaError) as caught:
        producers.check(batch)
    return caught.value.code


def test_an_unknown_producer_may_begin_with_any_sequence() -> None:
    assert Producers().check(header(41)) is None


def test_the_next_sequence_follows_the_last_record_of_the_batch() -> None:
    producers = Producers()
    wrote(producers, 0, 100, count=3)
    wrote(producers, 3, 103)


@pytest.mark.parametrize("sequence", [1, 2, 4, 1000])
def test_a_gap_or_an_overlap_is_out_of_order(sequence: int) -> None:
    producers = Producers()
    wrote(producers, 0, 100, count=3)
    assert refusal(producers, header(sequence, 2)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_sequences_wrap_to_zero() -> None:
    producers = Producers()
    wrote(producers, MAX_SEQUENCE, 5)
    wrote(producers, 0, 6)


def test_a_batch_may_wrap_in_its_middle() -> None:
    producers = Producers()
    wrote(producers, MAX_SEQUENCE - 1, 5, count=4)
    wrote(producers, 2, 9)


def test_any_of_the_last_five_batches_is_recognised_when_it_comes_again() -> None:
    producers = Producers()
    for number in range(8):
        wrote(producers, number * 2, 100 + number * 2, count=2)
    for number in range(8 - REMEMBERED_BATCHES, 8):
        repeated = producers.check(header(number * 2, 2))
        assert repeated is not None
        assert repeated.base_offset == 100 + number * 2
    assert refusal(producers, header(0, 2)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_part_of_a_written_batch_is_no_repeat_of_it() -> None:
    producers = Producers()
    wrote(producers, 0, 100, count=4)
    assert refusal(producers, header(0, 2)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_an_older_epoch_is_refused() -> None:
    producers = Producers()
    wrote(producers, 0, 100, epoch=3)
    assert refusal(producers, header(1, epoch=2)) == ErrorCode.INVALID_PRODUCER_EPOCH


def test_a_newer_epoch_begins_at_zero() -> None:
    producers = Producers()
    wrote(producers, 0, 100)
    assert refusal(producers, header(1, epoch=1)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
    wrote(producers, 0, 101, epoch=1)
    assert refusal(producers, header(1, epoch=0)) == ErrorCode.INVALID_PRODUCER_EPOCH


def test_a_snapshot_gives_back_the_last_batch_and_the_sequence() -> None:
    producers = Producers()
    wrote(producers, 0, 100, count=5)
    wrote(producers, 5, 105, count=3)
    restored = Producers()
    restored.load(producers.entries())
    repeated = restored.check(header(5, 3))
    assert repeated is not None
    assert repeated.base_offset == 105
    assert restored.check(header(8)) is None
    assert refusal(restored, header(9)) == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_a_snapshot_keeps_a_batch_that_wrapped() -> None:
    producers = Producers()
    wrote(producers, MAX_SEQUENCE - 1, 5, count=4)
    restored = Producers()
    restored.load(producers.entries())
    repeated = restored.check(header(MAX_SEQUENCE - 1, 4))
    assert repeated is not None
    assert repeated.base_offset == 5


def test_an_idle_producer_is_forgotten() -> None:
    producers = Producers()
    wrote(producers, 0, 100)
    producers.expire(1000 + 99, 100)
    assert 7 in producers.by_id
    producers.expire(1000 + 100, 100)
    assert 7 not in producers.by_id


def test_producers_do_not_know_each_other() -> None:
    producers = Producers()
    wrote(producers, 0, 100)
    assert producers.check(header(77, producer_id=8)) is None
