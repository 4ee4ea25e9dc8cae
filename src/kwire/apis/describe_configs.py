"""DescribeConfigs (key 32), versions 1 to 4: settings of topics, brokers, loggers, groups, client metrics (KIP-133).

1 sources and synonyms (KIP-226); 3 types and documentation (KIP-569); 4 flexible.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.configs.dynamic import ConfigEntry
from kwire.codec.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
)
from kwire.errors import ErrorCode, KafkaError


def describe_configs(
    broker: Broker, caller: Caller, request: DescribeConfigsRequest
) -> DescribeConfigsResponse:
    """The settings of each resource: all of them, or those named."""
    results = []
    for asked in request.resources:
        try:
            entries = broker.configs.describe(asked.resource_type, asked.resource_name)
        except KafkaError as error:
            results.append(_refusal(asked, error))
            continue
        if asked.configuration_keys is not None:
            wanted = set(asked.configuration_keys)
            entries = [entry for entry in entries if entry.setting.name in wanted]
        results.append(
            DescribeConfigsResult(
                error_message=None,
                resource_type=asked.resource_type,
                resource_name=asked.resource_name,
                configs=[_describe(entry, request) for entry in entries],
            )
        )
    return DescribeConfigsResponse(results=results)


def error_response(request: DescribeConfigsRequest, code: ErrorCode) -> DescribeConfigsResponse:
    """The same code for every resource."""
    return DescribeConfigsResponse(results=[_refusal(asked, KafkaError(code)) for asked in request.resources])


def _describe(entry: ConfigEntry, request: DescribeConfigsRequest) -> DescribeConfigsResourceResult:
    setting = entry.setting
    synonyms = []
    if request.include_synonyms:
        synonyms = [
            DescribeConfigsSynonym(each.name, None if setting.sensitive else each.value, each.source)
            for each in entry.synonyms
        ]
    return DescribeConfigsResourceResult(
        name=setting.name,
        value=None if setting.sensitive else entry.value,
        read_only=entry.read_only,
        config_source=entry.source,
        is_sensitive=setting.sensitive,
        synonyms=synonyms,
        config_type=setting.type.code,
        documentation=setting.doc if request.include_documentation else None,
    )


def _refusal(asked: DescribeConfigsResource, error: KafkaError) -> DescribeConfigsResult:
    return DescribeConfigsResult(
        error_code=error.code,
        error_message=error.message,
        resource_type=asked.resource_type,
        resource_name=asked.resource_name,
    )
