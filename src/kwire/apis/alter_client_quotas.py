"""AlterClientQuotas (key 49), versions 0 and 1: set and take away quotas (KIP-546). 1 flexible."""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.quotas.client_quotas import Alteration, Entity, alter_quotas, entity_of
from kwire.codec.messages.alter_client_quotas import (
    AlterClientQuotasRequest,
    AlterClientQuotasResponse,
    EntityDataResponse,
    EntryDataResponse,
)
from kwire.errors import ErrorCode, KafkaError


def alter_client_quotas(
    broker: Broker, caller: Caller, request: AlterClientQuotasRequest
) -> AlterClientQuotasResponse:
    """Each entity stands on its own."""
    alterations = [
        Alteration(
            entity_of((part.entity_type, part.entity_name) for part in entry.entity),
            [(change.key, None if change.remove else change.value) for change in entry.ops],
        )
        for entry in request.entries
    ]
    results = alter_quotas(broker, alterations, validate_only=request.validate_only)
    return AlterClientQuotasResponse(entries=[_entry(entity, error) for entity, error in results.items()])


def error_response(request: AlterClientQuotasRequest, code: ErrorCode) -> AlterClientQuotasResponse:
    """The same code for every entity."""
    entities = (
        entity_of((part.entity_type, part.entity_name) for part in entry.entity) for entry in request.entries
    )
    return AlterClientQuotasResponse(entries=[_entry(entity, KafkaError(code)) for entity in entities])


def _entry(entity: Entity, error: KafkaError | None) -> EntryDataResponse:
    return EntryDataResponse(
        error_code=ErrorCode.NONE if error is None else error.code,
        error_message=None if error is None else error.message,
        entity=[EntityDataResponse(kind, name) for kind, name in entity],
    )
