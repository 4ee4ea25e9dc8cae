"""DescribeClientQuotas (key 48), versions 0 and 1: who has which quotas (KIP-546). 1 flexible."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.quotas.client_quotas import Component, find_quotas
from kwire.codec.messages.describe_client_quotas import (
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
    EntityData,
    EntryData,
    ValueData,
)
from kwire.errors import ErrorCode, KafkaError


def describe_client_quotas(
    broker: Broker, caller: Caller, request: DescribeClientQuotasRequest
) -> DescribeClientQuotasResponse:
    """The entities that match the filter, with all of their quotas."""
    components = [Component(each.entity_type, each.match_type, each.match) for each in request.components]
    try:
        found = find_quotas(broker.metadata.image, components, strict=request.strict)
    except KafkaError as error:
        return DescribeClientQuotasResponse(error_code=error.code, error_message=error.message, entries=None)
    return DescribeClientQuotasResponse(
        error_message="",
        entries=[
            EntryData(
                [EntityData(kind, name) for kind, name in entity],
                [ValueData(key, value) for key, value in sorted(quotas.items())],
            )
            for entity, quotas in found
        ],
    )


def error_response(request: DescribeClientQuotasRequest, code: ErrorCode) -> DescribeClientQuotasResponse:
    return DescribeClientQuotasResponse(error_code=code, error_message=None, entries=None)
