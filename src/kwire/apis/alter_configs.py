"""AlterConfigs (key 33), versions 0 to 2: replace everything that is set for a resource (KIP-133).

2 flexible. Old: IncrementalAlterConfigs (KIP-339) changes single settings, this one drops what it does not name.
"""

from __future__ import annotations

from collections import Counter

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.codec.messages.alter_configs import (
    AlterConfigsRequest,
    AlterConfigsResourceResponse,
    AlterConfigsResponse,
)
from kwire.errors import ErrorCode, KafkaError


def alter_configs(broker: Broker, caller: Caller, request: AlterConfigsRequest) -> AlterConfigsResponse:
    """Make what is listed for each resource all that is set for it."""
    times = Counter((asked.resource_type, asked.resource_name) for asked in request.resources)
    responses = []
    for asked in request.resources:
        code, message = 0, None
        try:
            if times[asked.resource_type, asked.resource_name] > 1:
                raise KafkaError(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.")
            values = {config.name: config.value for config in asked.configs}
            if len(values) != len(asked.configs):
                raise KafkaError(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys")
            broker.configs.replace(
                asked.resource_type, asked.resource_name, values, validate_only=request.validate_only
            )
        except KafkaError as error:
            code, message = error.code, error.message
        responses.append(
            AlterConfigsResourceResponse(code, message, asked.resource_type, asked.resource_name)
        )
    return AlterConfigsResponse(responses=responses)


def error_response(request: AlterConfigsRequest, code: ErrorCode) -> AlterConfigsResponse:
    """The same code for every resource."""
    return AlterConfigsResponse(
        responses=[
            AlterConfigsResourceResponse(code, None, asked.resource_type, asked.resource_name)
            for asked in request.resources
        ]
    )
