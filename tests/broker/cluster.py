"""Several workers on one in-memory data directory; what they say to each other goes through the codec, not a socket."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from kwire.apis import BETWEEN_NODES, TABLE, Caller, Served, Wait
from kwire.apis.calls import outgoing
from kwire.broker.broker import Broker
from kwire.broker.metadata.cluster import TOPIC_ID
from kwire.broker.metadata.followed import FollowedMetadata
from kwire.broker.metadata.snapshot import SnapshotId
from kwire.broker.worker import Worker
from kwire.codec.messages import load
from kwire.config import Config
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from kwire.log.worker_files import LOCK_FILE, suffix_of
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import HandClock

DATA = "/data"


class Cluster:
    """`count` workers. They hear of the metadata, and calls are carried, when `settle` is called."""

    def __init__(
        self, count: int = 2, settings: Mapping[str, str] | None = None, *, loses_unsynced: bool = False
    ) -> None:
        self.settings = {
            "log.dirs": DATA,
            "offsets.topic.num.partitions": "4",
            "num.partitions": "4",
            **(settings or {}),
        }
        self.clock = HandClock()
        self.files = MemoryFiles(loses_unsynced=loses_unsynced)
        self.random = Random(11)
        self.brokers: dict[int, Broker] = {}
        self.start(count)

    # Life

    def start(self, count: int) -> None:
        """All of them begin."""
        self.count = count
        for number in range(1, count + 1):
            self.start_one(number)
        self.settle()

    def start_one(self, number: int, *, rejoins: bool = False) -> Broker:
        broker = Broker(
            Config(self.settings),
            clock=self.clock,
            files=self.files,
            random=self.random,
            worker=Worker(number, self.count, 1, rejoins),
        )
        broker.endpoints = {"PLAINTEXT": ("here", 9091 + number)}
        if number == 1:
            broker.start()
            self.brokers[1] = broker
            broker.jobs.run_all()
        else:
            followed = FollowedMetadata()
            self._follow(followed, number, None)
            broker.start(followed)
            self.brokers[number] = broker
            self._join(broker)
        return broker

    def stop(self) -> None:
        """An orderly stop: each hands over to the first, which closes last."""
        for number in sorted(self.brokers, reverse=True):
            broker = self.brokers.pop(number)
            broker.jobs.run_all()
            broker.close()
            if number > 1:
                answer = self._beat(broker, want_shut_down=True)
                assert answer.should_shut_down
                self.brokers[1].jobs.run_all()

    def kill_all(self, *, power_loss: bool = False) -> None:
        """Every process dies; what they wrote is there, unless the machine died with them."""
        self.brokers.clear()
        self.files = self.files.crash(self.random, power_loss=power_loss)

    def kill(self, number: int) -> None:
        """One process dies."""
        del self.brokers[number]
        for directory in self.settings["log.dirs"].split(","):
            self.files.locks.discard(f"{directory}/{LOCK_FILE}{suffix_of(number)}")

    def settle(self) -> None:
        """Until nothing is left to be done, carried or heard of."""
        for _ in range(20):
            for broker in self.brokers.values():
                broker.jobs.run_all()
                while (call := broker.calls.next()) is not None:
                    asked = outgoing(broker, call.request)
                    try:
                        answer: Any = asked.read(
                            self.ask(call.node_id, asked.key, asked.version, asked.message)
                        )
                    except (KafkaError, ConnectionError) as error:
                        answer = error
                    call.then(answer)
            if 1 in self.brokers:
                for number, broker in self.brokers.items():
                    if isinstance(broker.metadata, FollowedMetadata):
                        self._follow(broker.metadata, number, broker)
                        self._beat(broker)
            for broker in self.brokers.values():
                broker.flushing.take_owed()

    # Talk

    def ask_controller(self, key: int, version: int, message: Any) -> Any:
        """What the controller answers on the socket for workers, once it does."""
        return self.ask(1, key, version, message)

    def ask(self, number: int, key: int, version: int, message: Any) -> Any:
        """What a worker answers on its socket for workers. Raises ConnectionRefusedError when it is not there."""
        if number not in self.brokers:
            raise ConnectionRefusedError
        asked = self.brokers[number]
        wire = load(key)
        parts: list[Any] = []
        wire.encode_request(message, version, parts)
        frame = b"".join(parts)
        served: Served = (TABLE | BETWEEN_NODES if number == 1 else TABLE)[key]
        caller = Caller(listener="WORKERS", version=version)
        answer = served.handle(asked, caller, served.decode(frame, 0, len(frame), version))
        asked.jobs.run_all()
        asked.flushing.take_owed()
        if isinstance(answer, Wait):
            answer = answer.attempt(True)
        parts = []
        served.encode(answer, version, parts)
        frame = b"".join(parts)
        return wire.decode_response(frame, 0, len(frame), version)

    def _follow(self, followed: FollowedMetadata, number: int, broker: Broker | None) -> None:
        wire = load(1)
        while True:
            request = wire.FetchRequest(
                replica_state=wire.ReplicaState(replica_id=number),
                max_bytes=1 << 20,
                topics=[
                    wire.FetchTopic(
                        topic_id=TOPIC_ID,
                        partitions=[
                            wire.FetchPartition(
                                partition=0, fetch_offset=followed.next_offset, partition_max_bytes=1 << 20
                            )
                        ],
                    )
                ],
            )
            part = self.ask_controller(1, 17, request).responses[0].partitions[0]
            assert part.error_code == ErrorCode.NONE
            if part.snapshot_id is not None:
                changes = followed.load_snapshot(
                    SnapshotId(part.snapshot_id.end_offset, part.snapshot_id.epoch),
                    self._snapshot(part.snapshot_id),
                )
            elif part.records:
                heard = followed.feed(part.records)
                if heard is None:
                    continue
                changes = heard
            else:
                return
            if broker is not None:
                broker.metadata_changed(changes)

    def _snapshot(self, snapshot: Any) -> bytes:
        wire = load(59)
        data = b""
        while True:
            piece = wire.PartitionSnapshot(
                partition=0,
                snapshot_id=wire.SnapshotId(snapshot.end_offset, snapshot.epoch),
                position=len(data),
            )
            request = wire.FetchSnapshotRequest(
                max_bytes=100, topics=[wire.TopicSnapshot(name="__cluster_metadata", partitions=[piece])]
            )
            part = self.ask_controller(59, 1, request).topics[0].partitions[0]
            assert part.error_code == ErrorCode.NONE
            data += bytes(part.unaligned_records)
            if len(data) == part.size:
                return data

    def _join(self, broker: Broker) -> None:
        wire = load(62)
        request = wire.BrokerRegistrationRequest(
            broker_id=broker.node_id,
            cluster_id=broker.cluster_id,
            incarnation_id=self.random.randbytes(16),
            listeners=[
                wire.Listener(name=name, host=host, port=port)
                for name, (host, port) in broker.endpoints.items()
            ],
        )
        answer = self.ask_controller(62, 4, request)
        assert answer.error_code == ErrorCode.NONE
        assert isinstance(broker.metadata, FollowedMetadata)
        broker.metadata.broker_epoch = answer.broker_epoch

    def _beat(self, broker: Broker, *, want_shut_down: bool = False) -> Any:
        wire = load(63)
        assert isinstance(broker.metadata, FollowedMetadata)
        request = wire.BrokerHeartbeatRequest(
            broker_id=broker.node_id,
            broker_epoch=broker.metadata.broker_epoch,
            current_metadata_offset=broker.metadata.next_offset,
            want_shut_down=want_shut_down,
        )
        return self.ask_controller(63, 1, request)

    # What clients do

    @property
    def controller(self) -> Broker:
        return self.brokers[1]

    def create(self, name: str, **wishes: Any) -> None:
        self.controller.topics.create(name, **wishes)
        self.settle()

    def leader(self, topic: str, index: int) -> Broker:
        """The worker that leads a partition, by what the controller says."""
        return self.brokers[self.controller.topics.partition(topic, index).leader_id]

    def produce(self, topic: str, index: int, value: bytes) -> int:
        """Append one record where the partition is led; its offset."""
        batch = build_batch([Record(0, self.clock.time_ms(), None, value, [])])
        partition = self.leader(topic, index).topics.partition(topic, index)
        return partition.append(memoryview(batch), self.clock.time_ms()).base_offset

    def offsets(self, topic: str) -> list[tuple[int, int]]:
        """(log start, log end) of each partition."""
        found = []
        for index in range(len(self.controller.topics.by_name[topic].partitions)):
            partition = self.leader(topic, index).topics.partition(topic, index)
            found.append((partition.log_start_offset, partition.log_end_offset))
        return found
