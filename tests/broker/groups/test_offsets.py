"""Committed offsets: what counts, what waits for a transaction, and what is over."""

from __future__ import annotations

from kwire.broker.groups.events import CommittedOffset, OffsetCommitted, StoredGroup
from kwire.broker.groups.offsets import OffsetStore
from tests.broker.groups.bench import Bench, offers

RETENTION_MS = 1_000


def _commit(store: OffsetStore, topic: str, offset: int | None, at: int = 0, timestamp_ms: int = 0) -> None:
    committed = None if offset is None else CommittedOffset(offset, commit_timestamp_ms=timestamp_ms)
    store.apply(OffsetCommitted("g", topic, 0, committed), at)


def _in_transaction(store: OffsetStore, producer_id: int, topic: str, offset: int, at: int) -> None:
    store.apply_in_transaction((0, producer_id), OffsetCommitted("g", topic, 0, CommittedOffset(offset)), at)


def _offset(store: OffsetStore, topic: str) -> int | None:
    found = store.get("g", topic, 0)
    return None if found is None else found.offset


def _expired(store: OffsetStore, bench: Bench, now_ms: int) -> list[str]:
    return [event.topic for event in store.expired(bench.group, now_ms, RETENTION_MS)]


def test_the_last_commit_counts() -> None:
    store = OffsetStore()
    _commit(store, "t", 5)
    _commit(store, "t", 3)
    assert _offset(store, "t") == 3
    assert store.get("g", "t", 1) is None
    assert store.get("h", "t", 0) is None


def test_nothing_is_left_of_what_was_removed() -> None:
    store = OffsetStore()
    _commit(store, "t", 5)
    _commit(store, "t", None)
    _commit(store, "t", None)
    assert _offset(store, "t") is None
    assert not store.has_any("g")


def test_an_offset_in_a_transaction_counts_when_that_commits() -> None:
    store = OffsetStore()
    _in_transaction(store, 1, "t", 5, at=10)
    assert _offset(store, "t") is None
    assert store.is_unstable("g", "t", 0)
    assert store.has_open_transaction("g")
    store.end_transaction((0, 1), commit=True)
    assert _offset(store, "t") == 5
    assert not store.is_unstable("g", "t", 0)


def test_an_offset_in_a_transaction_that_aborts_never_was() -> None:
    store = OffsetStore()
    _commit(store, "t", 1, at=5)
    _in_transaction(store, 1, "t", 5, at=10)
    store.end_transaction((0, 1), commit=False)
    assert _offset(store, "t") == 1
    assert not store.has_open_transaction("g")


def test_a_plain_commit_after_it_wins_over_a_transaction() -> None:
    store = OffsetStore()
    _in_transaction(store, 1, "t", 5, at=10)
    _commit(store, "t", 7, at=11)
    store.end_transaction((0, 1), commit=True)
    assert _offset(store, "t") == 7


def test_two_transactions_may_touch_the_same_offset() -> None:
    store = OffsetStore()
    _in_transaction(store, 1, "t", 5, at=10)
    _in_transaction(store, 2, "t", 6, at=11)
    store.end_transaction((0, 2), commit=True)
    assert store.is_unstable("g", "t", 0)
    store.end_transaction((0, 1), commit=True)
    assert _offset(store, "t") == 6


def test_a_removal_also_takes_what_waits() -> None:
    store = OffsetStore()
    _in_transaction(store, 1, "t", 5, at=10)
    _commit(store, "t", None, at=11)
    store.end_transaction((0, 1), commit=True)
    assert _offset(store, "t") is None


def test_the_offsets_in_a_topic_are_found_in_all_groups() -> None:
    store = OffsetStore()
    _commit(store, "t", 5)
    _commit(store, "u", 5)
    store.apply(OffsetCommitted("h", "t", 4, CommittedOffset(1)), 0)
    store.apply_in_transaction((0, 1), OffsetCommitted("i", "t", 2, CommittedOffset(1)), 0)
    assert set(store.with_topic("t")) == {("g", 0), ("h", 4), ("i", 2)}


def test_a_lone_consumer_keeps_an_offset_from_its_commit() -> None:
    store, bench = OffsetStore(), Bench()
    _commit(store, "t", 5, timestamp_ms=100)
    assert _expired(store, bench, 1_099) == []
    assert _expired(store, bench, 1_100) == ["t"]


def test_a_group_keeps_its_offsets_from_when_its_last_member_left() -> None:
    store, bench = OffsetStore(), Bench()
    _commit(store, "t", 5, timestamp_ms=100)
    bench.group.adopt(StoredGroup("consumer", 2, None, None, 5_000))
    assert _expired(store, bench, 5_999) == []
    assert _expired(store, bench, 6_000) == ["t"]


def test_a_group_of_old_that_does_not_say_when_counts_from_the_commit() -> None:
    store, bench = OffsetStore(), Bench()
    _commit(store, "t", 5, timestamp_ms=100)
    bench.group.adopt(StoredGroup("consumer", 2, None, None, -1))
    assert _expired(store, bench, 1_100) == ["t"]


def test_members_keep_what_they_subscribe_to() -> None:
    store, bench = OffsetStore(), Bench()
    _commit(store, "t", 5)
    _commit(store, "gone", 5)
    bench.stable(protocols=offers("range", topics=("t",)))
    assert _expired(store, bench, 10_000) == ["gone"]


def test_nothing_is_over_while_a_group_rebalances() -> None:
    store, bench = OffsetStore(), Bench()
    _commit(store, "t", 5)
    bench.generation_of(1)
    assert _expired(store, bench, 10_000) == []


def test_nothing_is_over_while_members_cannot_be_understood() -> None:
    store, bench = OffsetStore(), Bench()
    _commit(store, "t", 5)
    bench.stable(protocol_type="connect")
    assert _expired(store, bench, 10_000) == []


def test_nothing_is_over_that_a_transaction_may_change() -> None:
    store, bench = OffsetStore(), Bench()
    _commit(store, "t", 5)
    _in_transaction(store, 1, "t", 6, at=10)
    assert _expired(store, bench, 10_000) == []


def test_a_client_may_set_the_time_itself() -> None:
    store, bench = OffsetStore(), Bench()
    store.apply(OffsetCommitted("g", "t", 0, CommittedOffset(5, expire_timestamp_ms=50_000)), 0)
    assert _expired(store, bench, 49_999) == []
    assert _expired(store, bench, 50_000) == ["t"]
