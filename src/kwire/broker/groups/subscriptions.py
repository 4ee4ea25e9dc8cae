"""The little that the coordinator reads of what consumers tell each other: the topics they subscribe to.

Member metadata belongs to the clients. Only for protocol type "consumer" its beginning is known: a version and the
list of topics, the same in every version of ConsumerProtocolSubscription.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct, error

from kwire.codec import MalformedFrame
from kwire.codec.stored.consumer_protocol_subscription import ConsumerProtocolSubscription

CONSUMER_PROTOCOL_TYPE = "consumer"

_unpack_version = Struct(">h").unpack_from


def subscribed_topics(subscriptions: Iterable[bytes]) -> frozenset[str] | None:
    """All topics in the subscriptions; None when one of them cannot be read."""
    topics: set[str] = set()
    for metadata in subscriptions:
        try:
            (version,) = _unpack_version(metadata)
            if version < 0:
                return None
            topics.update(ConsumerProtocolSubscription.decode(metadata, 2, len(metadata), 0).topics)
        except (MalformedFrame, error):
            return None
    return frozenset(topics)
