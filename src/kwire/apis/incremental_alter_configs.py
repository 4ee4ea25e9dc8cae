"""IncrementalAlterConfigs (key 44), versions 0 and 1: set, delete, append to or subtract from settings (KIP-339).

1 flexible. Every resource stands on its own; a resource is changed wholly or not at all.
"""

from __future__ import annotations

from collections import Counter

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.incremental_alter_configs import (
    AlterConfigsResourceResponse,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
)
from kwire.errors import ErrorCode, KafkaError


def incremental_alter_configs(
    broker: Broker, caller: Caller, request: IncrementalAlterConfigsRequest
) -> IncrementalAlterConfigsResponse:
    """Change the settings named of each resource; the others stay."""
    times = Counter((asked.resource_type, asked.resource_name) for asked in request.resources)
    responses = []
    for asked in request.resources:
        code, message = 0, None
        try:
            if times[asked.resource_type, asked.resource_name] > 1:
                raise KafkaError(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.")
            broker.configs.alter(
                asked.resource_type,
                asked.resource_name,
                [(config.name, config.config_operation, config.value) for config in asked.configs],
                validate_only=request.validate_only,
            )
        except KafkaError as error:
            code, message = error.code, error.message
        responses.append(
            AlterConfigsResourceResponse(code, message, asked.resource_type, asked.resource_name)
        )
    return IncrementalAlterConfigsResponse(responses=responses)


def error_response(
    request: IncrementalAlterConfigsRequest, code: ErrorCode
) -> IncrementalAlterConfigsResponse:
    """The same code for every resource."""
    return IncrementalAlterConfigsResponse(
        responses=[
            AlterConfigsResourceResponse(code, None, asked.resource_type, asked.resource_name)
            for asked in request.resources
        ]
    )
