"""Topics for tests, made with confluent-kafka's admin client and ready to use when they are returned."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from compat_tests.harness import DEADLINE_S, Server, eventually, unique


def make_topic(
    server: Server,
    *,
    partitions: int = 1,
    config: Mapping[str, str] | None = None,
    prefix: str = "topic",
    name: str | None = None,
) -> str:
    """Create a topic, with an unused name, and wait until the metadata names a leader for each partition."""
    name = name or unique(prefix)
    admin = AdminClient({"bootstrap.servers": server.bootstrap, "log_level": 2})
    wanted = NewTopic(name, num_partitions=partitions, replication_factor=1, config=dict(config or {}))
    admin.create_topics([wanted])[name].result(DEADLINE_S)

    def all_led() -> bool:
        known = admin.list_topics(name, timeout=DEADLINE_S).topics[name].partitions
        return len(known) == partitions and all(one.leader >= 0 for one in known.values())

    eventually(all_led, f"topic {name} with {partitions} partitions")
    return name
