"""What members of share groups say of records, in ShareFetch and in ShareAcknowledge (KIP-932)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import attrs

from kwire.broker.broker import Broker
from kwire.broker.share.led import Outcome
from kwire.broker.share.requests import TopicIndex
from kwire.broker.share.settings import serves_share_groups
from kwire.broker.share.share_partition import Acknowledge, AcknowledgedBatch
from kwire.broker.signals import Signal
from kwire.broker.storage.flushing import Promise
from kwire.errors import ErrorCode, KafkaError

LONGEST_MEMBER_ID = 36
"""That of a UUID as people write it."""

RENEWS_FROM = 2
"""From this version of both APIs on a member can ask for more time (KIP-1222)."""


class Batch(Protocol):
    """Records of which something is said."""

    first_offset: int
    last_offset: int
    acknowledge_types: list[int]


class Partition(Protocol):
    """A partition, and what is said of records in it."""

    partition_index: int
    acknowledgement_batches: Sequence[Batch]


def check_member(broker: Broker, group_id: str | None, member_id: str | None) -> tuple[str, str]:
    """Group and member, when they can be ones. Raises KafkaError: UNSUPPORTED_VERSION, INVALID_REQUEST."""
    if not serves_share_groups(broker):
        raise KafkaError(ErrorCode.UNSUPPORTED_VERSION)
    if group_id is None:
        raise KafkaError(ErrorCode.INVALID_REQUEST, "Invalid group id in the request.")
    if not member_id or len(member_id) > LONGEST_MEMBER_ID:
        raise KafkaError(ErrorCode.INVALID_REQUEST, "Invalid member id in the request.")
    return group_id, member_id


@attrs.define(eq=False)
class Acknowledgements:
    """What became of the acknowledgements of a request: an outcome, or why there is none, for each partition."""

    results: dict[TopicIndex, Outcome | KafkaError] = attrs.Factory(dict)
    owed: list[Promise] = attrs.Factory(list)
    """What must be durable before anything is told."""

    @property
    def are_done(self) -> bool:
        """Is everything known, and kept? Raises KafkaError when it will not be kept."""
        outcomes = (each for each in self.results.values() if isinstance(each, Outcome))
        return all(each.is_known for each in outcomes) and all(promise.is_kept() for promise in self.owed)

    def signals(self) -> list[Signal]:
        """What fires when more is known."""
        found = [each.settled for each in self.results.values() if isinstance(each, Outcome)]
        return found + [signal for promise in self.owed for signal in promise.signals]

    def told(self) -> Iterator[tuple[TopicIndex, KafkaError | None]]:
        """The error of each partition, None where all went well."""
        for at, result in self.results.items():
            if isinstance(result, KafkaError):
                yield at, result
            elif result.is_known:
                yield at, result.error
            else:
                yield at, KafkaError(ErrorCode.REQUEST_TIMED_OUT)


def acknowledge(
    broker: Broker,
    group_id: str,
    member_id: str,
    said: Iterable[tuple[TopicIndex, Sequence[Batch]]],
    *,
    version: int,
    is_renew_ack: bool,
) -> Acknowledgements:
    """Let it be so, as far as it can be."""
    now_ms = broker.clock.monotonic_ms()
    found = Acknowledgements()
    for at, batches in said:
        try:
            found.results[at] = _acknowledge(
                broker,
                group_id,
                member_id,
                at,
                _checked(batches, version=version, is_renew_ack=is_renew_ack),
                now_ms,
            )
        except KafkaError as error:
            found.results[at] = error
    found.owed = broker.flushing.take_owed()
    return found


def _acknowledge(
    broker: Broker,
    group_id: str,
    member_id: str,
    at: TopicIndex,
    batches: Sequence[AcknowledgedBatch],
    now_ms: int,
) -> Outcome:
    topic_id, index = at
    topic = broker.topics.by_id.get(topic_id)
    if topic is None:
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_ID)
    if not 0 <= index < len(topic.partitions):
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if not batches:
        return Outcome(is_known=True)
    led = broker.sharing.known(group_id, at)
    if led is None:
        raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    return led.acknowledge(member_id, batches, now_ms)


def _checked(batches: Sequence[Batch], *, version: int, is_renew_ack: bool) -> list[AcknowledgedBatch]:
    """Batches in order, each with one type or one for each record. Raises KafkaError(INVALID_REQUEST)."""
    highest = Acknowledge.RENEW if version >= RENEWS_FROM else Acknowledge.REJECT
    previous = -1
    checked = []
    for batch in batches:
        first, last, types = batch.first_offset, batch.last_offset, batch.acknowledge_types
        if (
            first > last
            or first < previous
            or not types
            or (len(types) > 1 and last - first != len(types) - 1)
            or not all(0 <= kind <= highest for kind in types)
            or (Acknowledge.RENEW in types and not is_renew_ack)
        ):
            raise KafkaError(ErrorCode.INVALID_REQUEST)
        previous = last
        checked.append(AcknowledgedBatch(first, last, types))
    return checked
