"""Fetch sessions by themselves: epochs, places, and who makes room for whom."""

from __future__ import annotations

from random import Random

import pytest

from kwire.broker.fetch_sessions import EVICTABLE_AFTER_MS, FetchSession, FetchSessions
from kwire.codec.messages.fetch import FetchPartition
from kwire.errors import ErrorCode, KafkaError


def full_of(sessions: FetchSessions, size: int, now_ms: int = 0) -> FetchSession | None:
    session = sessions.open(size, uses_topic_ids=False, committed_only=False, now_ms=now_ms)
    if session is not None:
        for index in range(size):
            session.want("t", bytes(16), FetchPartition(partition=index))
    return session


def opened(sessions: FetchSessions, size: int, now_ms: int = 0) -> int:
    session = full_of(sessions, size, now_ms)
    assert session is not None
    return session.session_id


def resume(sessions: FetchSessions, session_id: int, epoch: int, now_ms: int = 0) -> FetchSession:
    return sessions.resume(session_id, epoch, uses_topic_ids=False, now_ms=now_ms)


@pytest.fixture
def sessions() -> FetchSessions:
    return FetchSessions(2, Random(1))


def test_each_request_of_a_session_has_the_next_epoch(sessions: FetchSessions) -> None:
    session_id = opened(sessions, 1)
    for epoch in (1, 2, 3):
        assert resume(sessions, session_id, epoch).session_id == session_id
    for epoch in (3, 5):
        with pytest.raises(KafkaError) as raised:
            resume(sessions, session_id, epoch)
        assert raised.value.code == ErrorCode.INVALID_FETCH_SESSION_EPOCH
    assert resume(sessions, session_id, 4).epoch == 5, "a refused request does not count"


def test_after_the_largest_epoch_comes_1(sessions: FetchSessions) -> None:
    session = full_of(sessions, 1)
    assert session is not None
    session.epoch = 2**31 - 1
    assert resume(sessions, session.session_id, 2**31 - 1).epoch == 1


def test_a_session_that_is_closed_is_not_found(sessions: FetchSessions) -> None:
    session_id = opened(sessions, 1)
    sessions.close(session_id)
    sessions.close(session_id)
    with pytest.raises(KafkaError) as raised:
        resume(sessions, session_id, 1)
    assert raised.value.code == ErrorCode.FETCH_SESSION_ID_NOT_FOUND


def test_names_and_ids_do_not_mix(sessions: FetchSessions) -> None:
    session_id = opened(sessions, 1)
    with pytest.raises(KafkaError) as raised:
        sessions.resume(session_id, 1, uses_topic_ids=True, now_ms=0)
    assert raised.value.code == ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR
    resume(sessions, session_id, 1)


def test_without_a_free_place_there_is_no_session(sessions: FetchSessions) -> None:
    opened(sessions, 1)
    opened(sessions, 1)
    assert full_of(sessions, 100, now_ms=EVICTABLE_AFTER_MS) is None
    assert len(sessions) == 2


def test_a_session_that_nobody_used_for_long_makes_room(sessions: FetchSessions) -> None:
    first, second = opened(sessions, 5), opened(sessions, 5)
    resume(sessions, first, 1, now_ms=1)
    third = opened(sessions, 1, now_ms=EVICTABLE_AFTER_MS + 1)
    with pytest.raises(KafkaError):
        resume(sessions, second, 1)
    assert resume(sessions, first, 2).session_id == first
    assert resume(sessions, third, 1).session_id == third


def test_an_old_session_makes_room_for_a_larger_one_only(sessions: FetchSessions) -> None:
    small, large = opened(sessions, 3), opened(sessions, 9)
    later = EVICTABLE_AFTER_MS + 1
    for epoch, at in ((1, later - 10), (2, later)):
        resume(sessions, small, epoch, at)
        resume(sessions, large, epoch, at)
    assert full_of(sessions, 3, later) is None
    assert full_of(sessions, 4, later) is not None
    with pytest.raises(KafkaError):
        resume(sessions, small, 3, later)
    resume(sessions, large, 3, later)


def test_a_young_session_stays_however_small_it_is(sessions: FetchSessions) -> None:
    for session_id in (opened(sessions, 1, 10), opened(sessions, 1, 10)):
        resume(sessions, session_id, 1, EVICTABLE_AFTER_MS)
    assert full_of(sessions, 1000, EVICTABLE_AFTER_MS + 1) is None


def test_no_places_mean_no_sessions() -> None:
    assert full_of(FetchSessions(0, Random(1)), 1) is None
