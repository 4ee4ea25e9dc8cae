"""ListConfigResources (key 74), versions 0 and 1: names of everything that has settings (KIP-1142).

0 knew client metrics only, and was called ListClientMetricsResources (KIP-1000).
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.configs.dynamic import ResourceType
from kwire.codec.messages.list_config_resources import (
    ConfigResource,
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
)
from kwire.errors import ErrorCode, KafkaError


def list_config_resources(
    broker: Broker, caller: Caller, request: ListConfigResourcesRequest
) -> ListConfigResourcesResponse:
    """Those of the kinds asked for; of all kinds when none is named."""
    if caller.version == 0:
        kinds: list[int] = [ResourceType.CLIENT_METRICS]
    else:
        kinds = list(dict.fromkeys(request.resource_types)) or list(ResourceType)
    try:
        found = [(kind, name) for kind in kinds for name in broker.configs.resources(kind)]
    except KafkaError as error:
        return error_response(request, error.code)
    return ListConfigResourcesResponse(
        config_resources=[ConfigResource(resource_name=name, resource_type=kind) for kind, name in found]
    )


def error_response(request: ListConfigResourcesRequest, code: ErrorCode) -> ListConfigResourcesResponse:
    return ListConfigResourcesResponse(error_code=code)
