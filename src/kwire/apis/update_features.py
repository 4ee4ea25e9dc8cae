"""UpdateFeatures (key 57), versions 0 to 2: what the cluster runs with, such as transaction.version (KIP-584).

1 how far a downgrade may go, and only looking (KIP-778); 2 one code for all.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.features import FeatureUpdate, UpgradeType
from kwire.broker.metadata.features import update_features as update
from kwire.codec.messages.update_features import (
    FeatureUpdateKey,
    UpdatableFeatureResult,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)
from kwire.errors import ErrorCode, KafkaError

TYPED_FROM = 1


def update_features(broker: Broker, caller: Caller, request: UpdateFeaturesRequest) -> UpdateFeaturesResponse:
    """All updates, or none of them."""
    try:
        update(
            broker,
            [
                FeatureUpdate(each.feature, each.max_version_level, _type(each, caller.version))
                for each in request.feature_updates
            ],
            validate_only=request.validate_only,
        )
    except KafkaError as error:
        return UpdateFeaturesResponse(error_code=error.code, error_message=error.message)
    return UpdateFeaturesResponse(
        error_message=None,
        results=[
            UpdatableFeatureResult(feature=each.feature, error_message="NONE")
            for each in request.feature_updates
        ],
    )


def _type(update: FeatureUpdateKey, version: int) -> UpgradeType:
    if version < TYPED_FROM:
        return UpgradeType.SAFE_DOWNGRADE if update.allow_downgrade else UpgradeType.UPGRADE
    known = {each.value for each in UpgradeType}
    return UpgradeType(update.upgrade_type) if update.upgrade_type in known else UpgradeType.UNKNOWN


def error_response(request: UpdateFeaturesRequest, code: ErrorCode) -> UpdateFeaturesResponse:
    return UpdateFeaturesResponse(error_code=code, error_message=None)
