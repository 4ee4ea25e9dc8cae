"""The topics of the broker, as groups that it assigns want to know them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.groups.modern import TopicInfo


class BrokerTopics:
    """The broker's topics, as groups want to know them."""

    __slots__ = ("_broker",)

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    @property
    def version(self) -> int:
        return self._broker.metadata.image.offset

    def find(self, name: str) -> TopicInfo | None:
        topic = self._broker.topics.by_name.get(name)
        return None if topic is None else (topic.topic_id, len(topic.partitions))

    def name_of(self, topic_id: bytes) -> str | None:
        topic = self._broker.topics.by_id.get(topic_id)
        return None if topic is None else topic.name

    def names(self) -> Iterable[str]:
        return self._broker.topics.by_name
