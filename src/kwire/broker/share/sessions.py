"""Share sessions (KIP-932): who is served on which connection, and what of.

A member has one session on each broker that leads some of its partitions. It says once what it wants, and each request
carries the epoch after that of the one before. Always holds: a session ends with its connection, and with it what its
member had acquired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from kwire.broker.fetch_sessions import following
from kwire.broker.share.requests import TopicIndex
from kwire.errors import ErrorCode, KafkaError

FIRST_EPOCH = 0
"""Opens a session."""

FINAL_EPOCH = -1
"""Closes it."""

SessionKey = tuple[str, str]
"""Group id and member id."""


@attrs.define(eq=False)
class ShareSession:
    """What one member wants here. `epoch` is that of its next request."""

    group_id: str
    member_id: str
    connection_id: str
    partitions: dict[TopicIndex, bool] = attrs.Factory(dict)
    """Those that it wants, in the order in which they are looked at; with True, the next answer has to name it."""
    epoch: int = 1

    def update(self, wanted: Iterable[TopicIndex], forgotten: Iterable[TopicIndex]) -> None:
        """Partitions come and go."""
        for each in wanted:
            self.partitions.setdefault(each, True)
        for each in forgotten:
            self.partitions.pop(each, None)

    def goes_last(self, each: TopicIndex) -> None:
        """It gave records: the others come first next time."""
        if each in self.partitions:
            self.partitions[each] = self.partitions.pop(each)


class ShareSessions:
    """The sessions of one broker, at most `limit` of them (`group.share.max.share.sessions`)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._by_key: dict[SessionKey, ShareSession] = {}
        self._by_connection: dict[str, set[SessionKey]] = {}
        self._members: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_key)

    def has_members(self, group_id: str) -> bool:
        """Has anybody of a group a session here?"""
        return group_id in self._members

    def get(self, group_id: str, member_id: str) -> ShareSession:
        """Raises KafkaError(SHARE_SESSION_NOT_FOUND)."""
        session = self._by_key.get((group_id, member_id))
        if session is None:
            raise KafkaError(ErrorCode.SHARE_SESSION_NOT_FOUND)
        return session

    def open(
        self, group_id: str, member_id: str, connection_id: str, wanted: Iterable[TopicIndex]
    ) -> ShareSession:
        """A new session, instead of the one that there was. Raises KafkaError(SHARE_SESSION_LIMIT_REACHED)."""
        self.close(group_id, member_id)
        if len(self._by_key) >= self._limit:
            raise KafkaError(ErrorCode.SHARE_SESSION_LIMIT_REACHED)
        session = ShareSession(group_id, member_id, connection_id, dict.fromkeys(wanted, True))
        self._by_key[group_id, member_id] = session
        self._by_connection.setdefault(connection_id, set()).add((group_id, member_id))
        self._members[group_id] += 1
        return session

    def resume(self, group_id: str, member_id: str, epoch: int) -> ShareSession:
        """The session that a request goes on with; it expects the next epoch then.

        Raises KafkaError: SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH.
        """
        session = self.get(group_id, member_id)
        if session.epoch != epoch:
            raise KafkaError(ErrorCode.INVALID_SHARE_SESSION_EPOCH)
        session.epoch = following(epoch)
        return session

    def close(self, group_id: str, member_id: str) -> ShareSession | None:
        """Forget a session; None when there is none."""
        key = group_id, member_id
        session = self._by_key.pop(key, None)
        if session is None:
            return None
        of_connection = self._by_connection[session.connection_id]
        of_connection.discard(key)
        if not of_connection:
            del self._by_connection[session.connection_id]
        self._members[group_id] -= 1
        if not self._members[group_id]:
            del self._members[group_id]
        return session

    def of_connection(self, connection_id: str) -> list[ShareSession]:
        """The sessions that were opened on a connection."""
        return [self._by_key[key] for key in self._by_connection.get(connection_id, ())]
