"""Share sessions: epochs, the limit, and their end with a connection."""

from __future__ import annotations

import pytest

from kwire.broker.share.sessions import ShareSessions
from kwire.errors import ErrorCode, KafkaError

A, B = (b"a" * 16, 0), (b"b" * 16, 1)


def test_a_session_counts_and_remembers() -> None:
    sessions = ShareSessions(10)
    session = sessions.open("g", "m", "c", [A])
    assert sessions.resume("g", "m", 1) is session
    session.update([B], [A])
    assert list(session.partitions) == [B]
    with pytest.raises(KafkaError) as refused:
        sessions.resume("g", "m", 1)
    assert refused.value.code == ErrorCode.INVALID_SHARE_SESSION_EPOCH


def test_epochs_begin_again_after_the_last_one() -> None:
    sessions = ShareSessions(10)
    session = sessions.open("g", "m", "c", [])
    session.epoch = 2**31 - 1
    sessions.resume("g", "m", 2**31 - 1)
    assert session.epoch == 1


def test_there_is_a_limit_and_who_has_a_session_may_begin_anew() -> None:
    sessions = ShareSessions(1)
    sessions.open("g", "m", "c", [])
    sessions.open("g", "m", "c", [])
    with pytest.raises(KafkaError) as refused:
        sessions.open("g", "other", "c", [])
    assert refused.value.code == ErrorCode.SHARE_SESSION_LIMIT_REACHED
    sessions.close("g", "m")
    assert len(sessions) == 0
    sessions.open("g", "other", "c", [])


def test_a_connection_has_its_own_sessions() -> None:
    sessions = ShareSessions(10)
    first = sessions.open("g", "m", "c1", [])
    second = sessions.open("g", "n", "c2", [])
    assert sessions.of_connection("c1") == [first]
    again = sessions.open("g", "m", "c2", [])
    assert sessions.of_connection("c1") == []
    assert sorted(each.member_id for each in sessions.of_connection("c2")) == ["m", "n"]
    for session in (again, second):
        sessions.close(session.group_id, session.member_id)
    assert not sessions.has_members("g")


def test_who_gave_records_goes_last() -> None:
    sessions = ShareSessions(10)
    session = sessions.open("g", "m", "c", [A, B])
    session.goes_last(A)
    assert list(session.partitions) == [B, A]
