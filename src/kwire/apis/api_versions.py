"""ApiVersions (key 18), versions 0 to 5: what is served (KIP-35).

1 throttle time; 3 flexible, names the client's software, tells features (KIP-511, KIP-584); 4 supported features may
begin at 0; 5 the client says which broker it means to reach (KIP-1242). The response header is always version 0, so
that a client from the future can read it.
"""

from __future__ import annotations

import re

from kwire.apis import TABLE, Caller
from kwire.broker.broker import Broker
from kwire.codec.messages import INDEX
from kwire.codec.messages.api_versions import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
)
from kwire.errors import ErrorCode

KEY = 18

_SOFTWARE = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?")


def api_versions(broker: Broker, caller: Caller, request: ApiVersionsRequest) -> ApiVersionsResponse:
    """Every served API with its versions, and the features of the cluster."""
    version = caller.version
    if version >= 3:
        name, software_version = request.client_software_name, request.client_software_version
        if not (_SOFTWARE.fullmatch(name) and _SOFTWARE.fullmatch(software_version)):
            return ApiVersionsResponse(error_code=ErrorCode.INVALID_REQUEST)
        caller.software_name, caller.software_version = name, software_version
    if version >= 5:
        if (request.cluster_id is None) != (request.node_id == -1):
            return ApiVersionsResponse(error_code=ErrorCode.INVALID_REQUEST)
        if request.cluster_id is not None and (request.cluster_id, request.node_id) != (
            broker.cluster_id,
            broker.node_id,
        ):
            return ApiVersionsResponse(error_code=ErrorCode.REBOOTSTRAP_REQUIRED)
    features = broker.features
    return ApiVersionsResponse(
        api_keys=_served(),
        supported_features=[
            SupportedFeatureKey(name=name, min_version=low, max_version=high)
            for name, (low, high) in features.supported.items()
            if high > 0 and (version >= 4 or low > 0)
        ],
        finalized_features_epoch=features.epoch,
        finalized_features=[
            FinalizedFeatureKey(name=name, min_version_level=level, max_version_level=level)
            for name, level in features.finalized.items()
            if level > 0
        ],
    )


def refuse_version(broker: Broker, caller: Caller) -> tuple[ApiVersionsResponse, int]:
    """The answer to a version that is not served, and the version to write it in: which versions there are."""
    known = TABLE[KEY]
    return (
        ApiVersionsResponse(
            error_code=ErrorCode.UNSUPPORTED_VERSION,
            api_keys=[ApiVersion(api_key=KEY, min_version=known.min_version, max_version=known.max_version)],
        ),
        0,
    )


def error_response(request: ApiVersionsRequest, code: ErrorCode) -> ApiVersionsResponse:
    return ApiVersionsResponse(error_code=code)


def _served() -> list[ApiVersion]:
    return [
        ApiVersion(
            api_key=key, min_version=INDEX[key].advertised_min_version, max_version=TABLE[key].max_version
        )
        for key in sorted(TABLE)
    ]
