"""The cluster's metadata as a worker has them that is not the controller: an image, fed with what the controller wrote.

It holds durable records only, because the controller shows no others. Always holds: the image is what the log says up
to `next_offset`, and whoever is told of a change finds it applied.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from kwire.broker.metadata.image import Image, Replay
from kwire.broker.metadata.records import Features, decode_record
from kwire.broker.metadata.snapshot import SnapshotId, read_batches
from kwire.broker.metadata.takeover import SUPPORTED_FEATURES
from kwire.broker.signals import Signal
from kwire.codec.stored import Stored
from kwire.codec.stored.client_quota_record import ClientQuotaRecord
from kwire.codec.stored.config_record import ConfigRecord
from kwire.codec.stored.partition_change_record import PartitionChangeRecord
from kwire.codec.stored.partition_record import PartitionRecord
from kwire.codec.stored.remove_topic_record import RemoveTopicRecord
from kwire.codec.stored.topic_record import TopicRecord
from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import CorruptBatch, check_crc, iter_records, parse_header


@attrs.define
class Changes:
    """What some records touched."""

    topics: dict[bytes, None] = attrs.Factory(dict)
    """Ids, in the order in which they were touched first."""
    configs: bool = False
    quotas: bool = False


class FollowedMetadata:
    """What the controller decided. `changed` fires when there is more of it."""

    def __init__(self) -> None:
        self.image = Image()
        self.broker_epoch = -1
        """What the controller gave this run of the broker when it registered."""
        self.next_offset = 0
        """The next record to ask the controller for."""
        self.leader_epoch = 0
        self.changed = Signal()
        self._replay = Replay(self.image)
        self._changes = Changes()

    def __repr__(self) -> str:
        return f"<FollowedMetadata up to {self.next_offset}>"

    @property
    def features(self) -> Features:
        return Features(SUPPORTED_FEATURES, self.image.features, max(self.image.offset, 0))

    def write(self, records: Sequence[Stored]) -> None:
        """Only the controller decides. KafkaError(NOT_CONTROLLER)."""
        raise KafkaError(ErrorCode.NOT_CONTROLLER)

    def owe_all(self) -> None:
        """Everything that is known here is durable."""

    def feed(self, data: bytes | memoryview) -> Changes | None:
        """Apply batches of the log that follow what is known; None while a metadata transaction is open (KIP-868).

        Batches that are known already are passed over, and one that is cut off at the end is left for the next time.
        Raises CorruptBatch, MalformedFrame.
        """
        view = memoryview(data)
        position = 0
        while position < len(view):
            if len(view) - position < 61:
                break
            header = parse_header(view, position)
            end = position + header.size
            if end > len(view):
                break
            batch = view[position:end]
            position = end
            if header.last_offset < self.next_offset:
                continue
            if header.base_offset > self.next_offset:
                raise CorruptBatch(f"the metadata go on with {header.base_offset}, not {self.next_offset}")
            check_crc(batch, header)
            self.leader_epoch = max(self.leader_epoch, header.leader_epoch)
            if not header.is_control:
                for record in iter_records(batch, header):
                    event = decode_record(None, record.value)
                    self._replay.feed(event, record.offset)
                    self._note(event)
            self.next_offset = header.last_offset + 1
        if self._replay.in_transaction:
            return None
        changes, self._changes = self._changes, Changes()
        self.changed.fire()
        return changes

    def load_snapshot(self, snapshot: SnapshotId, data: bytes) -> Changes:
        """Begin anew with what a snapshot says. Raises CorruptBatch, MalformedFrame."""
        image = Image()
        replay = Replay(image)
        for batch in read_batches(data):
            header = parse_header(batch)
            if not header.is_control:
                for record in iter_records(batch, header):
                    replay.feed(decode_record(None, record.value), snapshot.end_offset - 1)
        changes = Changes(dict.fromkeys([*self.image.topics, *image.topics]), configs=True, quotas=True)
        self.image, self._replay, self._changes = image, replay, Changes()
        self.next_offset = snapshot.end_offset
        self.leader_epoch = max(self.leader_epoch, snapshot.epoch)
        self.changed.fire()
        return changes

    def _note(self, event: Stored | None) -> None:
        match event:
            case (
                TopicRecord(topic_id=topic_id)
                | PartitionRecord(topic_id=topic_id)
                | PartitionChangeRecord(topic_id=topic_id)
                | RemoveTopicRecord(topic_id=topic_id)
            ):
                self._changes.topics[topic_id] = None
            case ConfigRecord():
                self._changes.configs = True
            case ClientQuotaRecord():
                self._changes.quotas = True
            case _:
                pass
