"""What holds for one share group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from kwire.broker.share.share_partition import ShareLimits

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

SHARE_VERSION = "share.version"

LATEST = "latest"
EARLIEST = "earliest"

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>[\d.]+)S)?)?\Z", re.I
)
_SECONDS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


@attrs.frozen
class ShareSettings:
    """What holds for a share group where its partitions are led."""

    limits: ShareLimits
    committed_only: bool
    """Do its members see records of committed transactions only?"""
    offset_reset: str
    """Where it begins: latest, earliest, or by_duration:PT1H."""


def share_settings(broker: Broker, group_id: str) -> ShareSettings:
    """What holds for a group now."""
    value = broker.configs.group_value
    return ShareSettings(
        limits=ShareLimits(
            max_deliveries=value(group_id, "share.delivery.count.limit"),
            lock_ms=value(group_id, "share.record.lock.duration.ms"),
            max_in_flight=value(group_id, "share.partition.max.record.locks"),
            renews=value(group_id, "share.renew.acknowledge.enable"),
        ),
        committed_only=value(group_id, "share.isolation.level") == "read_committed",
        offset_reset=value(group_id, "share.auto.offset.reset"),
    )


def serves_share_groups(broker: Broker) -> bool:
    """Has the cluster a share.version that knows them?"""
    return broker.metadata.image.features.get(SHARE_VERSION, 0) >= 1


def duration_ms(text: str) -> int:
    """A duration as ISO 8601 writes it, PT1H30M, in milliseconds. Raises ValueError."""
    found = _DURATION.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration")
    return round(
        1000 * sum(float(value) * _SECONDS[unit] for unit, value in found.groupdict().items() if value)
    )
