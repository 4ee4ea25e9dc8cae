"""A partition whose log cannot be used: its records are damaged, or on a directory that is not here.

The topic and its other partitions are served. Every request that needs this log gets KAFKA_STORAGE_ERROR with the
reason, as from a Kafka broker whose log directory is offline; nothing of it is ever changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwire.broker.partition import Partition
from kwire.broker.producers import Producers
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode, KafkaError
from kwire.log.directory import LogDirectory
from kwire.log.log import Log

if TYPE_CHECKING:
    from kwire.broker.configs.dynamic import TopicConfig


class OfflinePartition(Partition):
    """Stands in for a partition that cannot be opened."""

    __slots__ = ("directory", "reason")

    def __init__(
        self,
        topic: str,
        topic_id: bytes,
        index: int,
        config: TopicConfig,
        reason: str,
        directory: LogDirectory | None,
    ) -> None:
        self.topic = topic
        self.topic_id = topic_id
        self.index = index
        self.config = config
        self.leader_epoch = 0
        self.leader_id = -1
        self.deleted = False
        self.appended = Signal()
        self.producers = Producers()
        self.reason = reason
        """One sentence for people."""
        self.directory = directory
        """Where its files are; None when they are out of reach."""

    def __repr__(self) -> str:
        return f"<OfflinePartition {self.topic}-{self.index}: {self.reason}>"

    @property
    def is_offline(self) -> bool:
        return True

    @property
    def log(self) -> Log:  # type: ignore[override]
        raise KafkaError(ErrorCode.KAFKA_STORAGE_ERROR, self.reason)

    def delete_files(self) -> None:
        """The topic was deleted: its files go as those of any other, as far as they are here. Raises LogWriteFailed."""
        if self.directory is not None:
            self.directory.schedule_delete_of(self.topic, self.index, self.config.log.file_delete_delay_ms)
