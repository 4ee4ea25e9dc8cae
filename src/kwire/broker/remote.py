"""A partition that another worker leads: its log is not open here, and whoever asks for it asks the wrong node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwire.broker.partition import Appended, Partition
from kwire.broker.producers import Producers
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode, KafkaError
from kwire.log.log import Log

if TYPE_CHECKING:
    from kwire.broker.configs.dynamic import TopicConfig


class NotLeader(KafkaError):
    """NOT_LEADER_OR_FOLLOWER, and who leads."""

    def __init__(self, leader_id: int, leader_epoch: int, message: str) -> None:
        super().__init__(ErrorCode.NOT_LEADER_OR_FOLLOWER, message)
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch


class RemotePartition(Partition):
    """Stands in for a partition that is led elsewhere: everything that needs its log is NOT_LEADER_OR_FOLLOWER."""

    __slots__ = ()

    def __init__(self, topic: str, topic_id: bytes, index: int, config: TopicConfig) -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.index = index
        self.config = config
        self.leader_epoch = 0
        self.leader_id = -1
        self.founded_at = 0
        self.deleted = False
        self.appended = Signal()
        self.warmed = Signal()
        self.producers = Producers()

    def __repr__(self) -> str:
        return f"<RemotePartition {self.topic}-{self.index} of node {self.leader_id}>"

    @property
    def is_offline(self) -> bool:
        return True

    @property
    def log(self) -> Log:  # type: ignore[override]
        raise self._elsewhere()

    def _elsewhere(self) -> KafkaError:
        return NotLeader(
            self.leader_id, self.leader_epoch, f"{self.topic}-{self.index} is led by node {self.leader_id}"
        )

    def append_journal(self, batch: bytes, now_ms: int) -> int:
        raise KafkaError(ErrorCode.NOT_COORDINATOR)

    def append(
        self, records: memoryview | bytes | None, now_ms: int, *, transaction_verified: bool = False
    ) -> Appended:
        raise self._elsewhere()
