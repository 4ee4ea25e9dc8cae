"""Which of several workers this broker is: processes that share one data directory (`kwire.workers`).

Each is what Kafka calls a broker, with a node id and ports of its own. The first is the controller: it holds the
metadata and decides who leads what. Always holds: a log is open in one worker only, the leader of its partition.
"""

from __future__ import annotations

import attrs


@attrs.frozen
class Worker:
    """One worker of `count`. The first one has `node.id`, those after it the ids that follow."""

    number: int = 1
    count: int = 1
    first_node_id: int = 1
    rejoins: bool = False
    """It was started again, and the others serve."""

    @property
    def node_id(self) -> int:
        return self.first_node_id + self.number - 1

    @property
    def node_ids(self) -> range:
        """All of them, the controller first."""
        return range(self.first_node_id, self.first_node_id + self.count)

    @property
    def is_controller(self) -> bool:
        return self.number == 1

    @property
    def controller_id(self) -> int:
        return self.first_node_id

    def number_of(self, node_id: int) -> int:
        """Which worker has this node id; one that never was, for other nodes."""
        return node_id - self.first_node_id + 1

    def leader_of(self, topic_id: bytes, index: int) -> int:
        """The node that is to lead a partition: those of one topic are dealt out in turn, beginning anywhere."""
        return self.first_node_id + (int.from_bytes(topic_id[-4:], "big") + index) % self.count
