"""Which level of a feature the cluster may go to, and going there (KIP-584, KIP-778)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

import attrs

from kwire.broker.metadata.takeover import SUPPORTED_FEATURES
from kwire.codec.stored.feature_level_record import FeatureLevelRecord
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

METADATA_VERSION = "metadata.version"
KRAFT_VERSION = "kraft.version"


class UpgradeType(Enum):
    """How far an administrator wants to go."""

    UNKNOWN = 0
    UPGRADE = 1
    SAFE_DOWNGRADE = 2
    UNSAFE_DOWNGRADE = 3


@attrs.frozen
class FeatureUpdate:
    """The wish for a level; 0 takes the feature away."""

    feature: str
    level: int
    upgrade_type: UpgradeType


def update_features(broker: Broker, updates: Sequence[FeatureUpdate], *, validate_only: bool) -> None:
    """All of them, or none. Raises KafkaError: INVALID_UPDATE_VERSION, KAFKA_STORAGE_ERROR."""
    levels = dict(broker.controller.image.features)
    levels[KRAFT_VERSION] = broker.controller.quorum.kraft_version
    changes = {}
    for update in updates:
        reason = _refusal(broker, update, levels.get(update.feature, 0))
        if reason is not None:
            raise KafkaError(
                ErrorCode.INVALID_UPDATE_VERSION,
                f"The update failed for all features since the following feature had an error: {reason}",
            )
        if update.level != levels.get(update.feature, 0):
            changes[update.feature] = update.level
    if changes and not validate_only:
        broker.metadata.write(
            [FeatureLevelRecord(name=name, feature_level=level) for name, level in changes.items()]
        )


def _refusal(broker: Broker, update: FeatureUpdate, current: int) -> str | None:
    """Why this is not possible, in Kafka's words."""
    name, level, kind = update.feature, update.level, update.upgrade_type
    low, high = SUPPORTED_FEATURES.get(name, (0, -1))
    if kind is UpgradeType.UNKNOWN:
        reason = "The controller does not support the given upgrade type."
    elif level < 0:
        reason = "A feature version cannot be less than 0."
    elif name not in SUPPORTED_FEATURES:
        reason = f"Local controller {broker.node_id} does not support this feature."
    elif not (low <= level <= high or (level == 0 and name != METADATA_VERSION)):
        reason = f"Local controller {broker.node_id} only supports versions {low}-{high}"
    elif level < current and kind is UpgradeType.UPGRADE:
        reason = (
            "Can't downgrade the version of this feature without setting the upgrade type to either safe or "
            "unsafe downgrade."
        )
    elif level > current and kind is not UpgradeType.UPGRADE:
        reason = "Can't downgrade to a newer version."
    elif level != current and name == KRAFT_VERSION:
        reason = "Can't downgrade the version of this feature."
    elif level < current and name == METADATA_VERSION:
        why = (
            "Unsafe metadata downgrade is not supported in this version."
            if kind is UpgradeType.UNSAFE_DOWNGRADE
            else "Refusing to perform the requested downgrade because it might delete metadata information."
        )
        return f"Unsupported metadata.version downgrade from {current} to {level}. {why}"
    else:
        return None
    return f"Invalid update version {level} for feature {name}. {reason}"
