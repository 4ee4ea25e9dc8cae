"""What a worker does that is not the controller: it follows the metadata, joins, says that it lives, and leaves.

Kafka's own requests between brokers and controllers: Fetch of `__cluster_metadata`, FetchSnapshot (KIP-595, KIP-630),
BrokerRegistration and BrokerHeartbeat (KIP-631).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import trio

from kwire.broker.broker import Broker
from kwire.broker.metadata.cluster import TOPIC, TOPIC_ID
from kwire.broker.metadata.followed import Changes, FollowedMetadata
from kwire.broker.metadata.snapshot import SnapshotId
from kwire.broker.metadata.takeover import SUPPORTED_FEATURES
from kwire.codec.messages import load
from kwire.errors import CannotStart, ErrorCode, KafkaError
from kwire.server.links import Links
from kwire.server.waiting import Doorbell

log = logging.getLogger(__name__)

_FETCH = (1, 17)
_FETCH_SNAPSHOT = (59, 1)
_REGISTRATION = (62, 4)
_HEARTBEAT = (63, 1)

_FETCH_WAIT_MS = 500
_FETCH_BYTES = 1 << 23
_SNAPSHOT_BYTES = 1 << 20
_PAUSE_SECONDS = 0.05
_LEAVE_SECONDS = 20.0


class Follower:
    """One worker's conversation with its controller."""

    def __init__(self, links: Links, node_id: int, controller_id: int, followed: FollowedMetadata) -> None:
        self._links = links
        self._node_id = node_id
        self._controller_id = controller_id
        self.followed = followed

    async def catch_up(self, patience_s: float) -> None:
        """Learn everything that the controller has decided so far. Raises CannotStart when it does not answer."""
        try:
            with trio.fail_after(patience_s):
                while True:
                    try:
                        _, is_all = await self._fetch(_FETCH_WAIT_MS)
                    except (OSError, KafkaError) as error:
                        log.debug("the controller does not answer yet: %s", error)
                        await trio.sleep(_PAUSE_SECONDS)
                    else:
                        if is_all:
                            return
        except trio.TooSlowError as error:
            raise CannotStart(f"The controller did not answer within {patience_s:g} s") from error

    async def follow(self, apply: Callable[[Changes], None]) -> None:
        """Hear of every decision, until cancelled."""
        reached = True
        while True:
            try:
                changes, _ = await self._fetch(_FETCH_WAIT_MS)
            except (OSError, KafkaError) as error:
                if reached:
                    log.warning("the controller does not answer: %s", error)
                reached = False
                await trio.sleep(_PAUSE_SECONDS)
                continue
            if not reached:
                log.info("the controller answers again")
                reached = True
            if changes is not None:
                apply(changes)

    async def _fetch(self, wait_ms: int) -> tuple[Changes | None, bool]:
        """One more piece of the metadata: what changed, and whether that was all. Raises OSError, KafkaError."""
        wire = load(_FETCH[0])
        followed = self.followed
        request = wire.FetchRequest(
            replica_state=wire.ReplicaState(replica_id=self._node_id, replica_epoch=followed.broker_epoch),
            max_wait_ms=wait_ms,
            min_bytes=1,
            max_bytes=_FETCH_BYTES,
            session_epoch=-1,
            topics=[
                wire.FetchTopic(
                    topic_id=TOPIC_ID,
                    partitions=[
                        wire.FetchPartition(
                            partition=0,
                            fetch_offset=followed.next_offset,
                            partition_max_bytes=_FETCH_BYTES,
                        )
                    ],
                )
            ],
        )
        response = await self._links.ask(self._controller_id, *_FETCH, request)
        _check(response.error_code)
        data = response.responses[0].partitions[0]
        _check(data.error_code)
        snapshot = data.snapshot_id
        if snapshot is not None and snapshot.end_offset >= 0:
            return await self._fetch_snapshot(SnapshotId(snapshot.end_offset, snapshot.epoch)), False
        changes = followed.feed(data.records) if data.records else None
        return changes, followed.next_offset >= data.high_watermark

    async def _fetch_snapshot(self, snapshot: SnapshotId) -> Changes:
        wire = load(_FETCH_SNAPSHOT[0])
        data = bytearray()
        while True:
            request = wire.FetchSnapshotRequest(
                replica_id=self._node_id,
                max_bytes=_SNAPSHOT_BYTES,
                topics=[
                    wire.TopicSnapshot(
                        name=TOPIC,
                        partitions=[
                            wire.PartitionSnapshot(
                                partition=0,
                                current_leader_epoch=-1,
                                snapshot_id=wire.SnapshotId(snapshot.end_offset, snapshot.epoch),
                                position=len(data),
                            )
                        ],
                    )
                ],
            )
            response = await self._links.ask(self._controller_id, *_FETCH_SNAPSHOT, request)
            _check(response.error_code)
            piece = response.topics[0].partitions[0]
            _check(piece.error_code)
            data += piece.unaligned_records
            if len(data) >= piece.size:
                return self.followed.load_snapshot(snapshot, bytes(data))

    # Membership

    async def join(self, broker: Broker) -> None:
        """Register and be let in. Raises OSError, KafkaError."""
        wire = load(_REGISTRATION[0])
        request = wire.BrokerRegistrationRequest(
            broker_id=self._node_id,
            cluster_id=broker.cluster_id,
            incarnation_id=broker.random.randbytes(16),
            listeners=[
                wire.Listener(name=name, host=host, port=port, security_protocol=0)
                for name, (host, port) in broker.endpoints.items()
            ],
            features=[
                wire.Feature(name=name, min_supported_version=low, max_supported_version=high)
                for name, (low, high) in SUPPORTED_FEATURES.items()
            ],
            rack=broker.config.text_or_none("broker.rack"),
            log_dirs=[],  # they are the first worker's: Kafka lets a directory belong to one broker only
        )
        response = await self._links.ask(self._controller_id, *_REGISTRATION, request)
        _check(response.error_code)
        self.followed.broker_epoch = response.broker_epoch
        broker.producer_ids.order()

    async def beat(self, *, want_shut_down: bool = False) -> Any:
        """One heartbeat; the controller's answer. Raises OSError, KafkaError."""
        wire = load(_HEARTBEAT[0])
        request = wire.BrokerHeartbeatRequest(
            broker_id=self._node_id,
            broker_epoch=self.followed.broker_epoch,
            current_metadata_offset=self.followed.next_offset,
            want_fence=False,
            want_shut_down=want_shut_down,
        )
        response = await self._links.ask(self._controller_id, *_HEARTBEAT, request)
        _check(response.error_code)
        return response

    async def live(self, broker: Broker, joined: Callable[[], None]) -> None:
        """Join, and go on saying that this worker lives, until cancelled; `joined` is called when clients may come."""
        interval_s = broker.config.int("broker.heartbeat.interval.ms") / 1000
        bell = Doorbell()
        self.followed.changed.add(bell.ring)
        is_registered = is_joined = False
        try:
            while True:
                try:
                    if not is_registered:
                        await self.join(broker)
                        is_registered = True
                    answer = await self.beat()
                except OSError as error:
                    log.debug("the controller does not answer: %s", error)
                    await trio.sleep(_PAUSE_SECONDS)
                    continue
                except KafkaError as error:
                    log.warning("the controller answers %s", error)
                    is_registered = False
                    await trio.sleep(_PAUSE_SECONDS)
                    continue
                serving = not answer.is_fenced and self._knows_itself()
                if serving and not is_joined:
                    is_joined = True
                    joined()
                # Until it may serve, every step of the metadata is a reason to ask again.
                with trio.move_on_after(interval_s if serving else _PAUSE_SECONDS):
                    if serving:
                        await trio.sleep_forever()
                    await bell.wait()
        finally:
            self.followed.changed.discard(bell.ring)

    def _knows_itself(self) -> bool:
        registered = self.followed.image.brokers.get(self._node_id)
        return (
            registered is not None
            and registered.broker_epoch == self.followed.broker_epoch
            and not registered.fenced
        )

    async def leave(self, broker: Broker) -> None:
        """The logs are closed: hand them over. A controller that does not answer finds them at its next start."""
        try:
            with trio.fail_after(_LEAVE_SECONDS):
                if self.followed.broker_epoch < 0:  # told to stop before it had joined
                    await self.join(broker)
                await self.beat(want_shut_down=True)
        except (OSError, KafkaError, trio.TooSlowError) as error:
            log.warning("the controller did not take over: %s", error)


def _check(code: int) -> None:
    if code:
        raise KafkaError(ErrorCode(code))
