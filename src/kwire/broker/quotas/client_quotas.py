"""Quotas as they are on record: who has which, setting them, and finding them (KIP-546).

An entity is a user, a client id or both, or an address; a name of None is the default for all without one of their
own. What quotas do is in `throttling.py`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

import attrs

from kwire.codec.stored.client_quota_record import ClientQuotaRecord, EntityData
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.metadata.image import Image

USER, CLIENT_ID, IP = "user", "client-id", "ip"

PRODUCER_BYTE_RATE = "producer_byte_rate"
CONSUMER_BYTE_RATE = "consumer_byte_rate"
REQUEST_PERCENTAGE = "request_percentage"
CONTROLLER_MUTATION_RATE = "controller_mutation_rate"
CONNECTION_CREATION_RATE = "connection_creation_rate"

Entity: TypeAlias = tuple[tuple[str, str | None], ...]
"""(type, name) of each part, by type."""

_MAX_INT, _MAX_LONG = (1 << 31) - 1, (1 << 63) - 1
_CLIENT_KEYS = {
    PRODUCER_BYTE_RATE: (_MAX_LONG, "a LONG"),
    CONSUMER_BYTE_RATE: (_MAX_LONG, "a LONG"),
    REQUEST_PERCENTAGE: None,
    CONTROLLER_MUTATION_RATE: None,
}
"""What a whole number may be at most, and its type; None for what need be no whole number."""
_IP_KEYS = {CONNECTION_CREATION_RATE: (_MAX_INT, "an INT")}
_FRACTION = 1e-6


class Match(IntEnum):
    """Which names of a type of entity are meant."""

    EXACT = 0
    DEFAULT = 1
    SPECIFIED = 2


@attrs.frozen
class Component:
    """One part of a filter: a type of entity, and which names of it."""

    entity_type: str
    match_type: int
    match: str | None


@attrs.frozen
class Alteration:
    """What is to become of one entity's quotas: (key, value) each, None takes it away."""

    entity: Entity
    changes: Sequence[tuple[str, float | None]]


def entity_of(parts: Iterable[tuple[str, str | None]]) -> Entity:
    """The entity with these parts; of two of one type the last counts."""
    return tuple(sorted(dict(parts).items()))


def stored_quotas(image: Image) -> dict[Entity, dict[str, float]]:
    """All quotas, by entity and key."""
    found: dict[Entity, dict[str, float]] = {}
    for record in image.kept.values():
        if isinstance(record, ClientQuotaRecord):
            entity = entity_of((each.entity_type, each.entity_name) for each in record.entity)
            found.setdefault(entity, {})[record.key] = record.value
    return found


def alter_quotas(
    broker: Broker, alterations: Sequence[Alteration], *, validate_only: bool
) -> dict[Entity, KafkaError | None]:
    """Change the quotas of each entity wholly or not at all; why not, for each.

    Raises KafkaError(KAFKA_STORAGE_ERROR).
    """
    stored = stored_quotas(broker.controller.image)
    results: dict[Entity, KafkaError | None] = {}
    records: list[ClientQuotaRecord] = []
    for each in alterations:
        entity = each.entity
        keys = [key for key, _ in each.changes]
        if entity in results or len(set(keys)) < len(keys):
            results[entity] = _refusal(
                f"Ignoring duplicate entity ClientQuotaEntity(entries={{{_words(entity)}}})"
            )
            continue
        try:
            known = _keys_of(entity)
            for key, value in each.changes:
                if value is not None:
                    _check_value(known, key, value)
        except KafkaError as error:
            results[entity] = error
            continue
        results[entity] = None
        records += _records(entity, each.changes, stored.get(entity, {}))
    if records and not validate_only:
        broker.metadata.write(records)
        broker.quotas.apply()
    return results


def find_quotas(
    image: Image, components: Sequence[Component], *, strict: bool
) -> list[tuple[Entity, dict[str, float]]]:
    """Entities that have all of these parts, and with `strict` no others, with their quotas.

    Raises KafkaError: INVALID_REQUEST, UNSUPPORTED_VERSION for an unknown type of entity.
    """
    exact: dict[str, str | None] = {}
    specified: set[str] = set()
    for each in components:
        kind = each.entity_type
        if not kind:
            raise _refusal("Invalid empty entity type.")
        if kind in exact or kind in specified:
            raise _refusal(f"Entity type {kind} cannot appear more than once in the filter.")
        if kind not in (USER, CLIENT_ID, IP):
            raise KafkaError(ErrorCode.UNSUPPORTED_VERSION, f"Unsupported entity type {kind}")
        if each.match_type == Match.EXACT:
            if each.match is None:
                raise _refusal("Request specified MATCH_TYPE_EXACT, but set match string to null.")
            exact[kind] = each.match
        elif each.match_type in (Match.DEFAULT, Match.SPECIFIED):
            if each.match is not None:
                word = Match(each.match_type).name
                raise _refusal(f"Request specified MATCH_TYPE_{word}, but also specified a match string.")
            if each.match_type == Match.DEFAULT:
                exact[kind] = None
            else:
                specified.add(kind)
        else:
            raise _refusal(f"Unknown match type {each.match_type}")
    count = len(exact) + len(specified)
    if (IP in exact or IP in specified) and count > 1:
        raise _refusal(
            "Invalid entity filter component combination. IP filter component should not be used with user or "
            "clientId filter component."
        )
    return [
        (entity, quotas)
        for entity, quotas in stored_quotas(image).items()
        if exact.items() <= dict(entity).items()
        and specified <= dict(entity).keys()
        and not (strict and len(entity) != count)
    ]


def _keys_of(entity: Entity) -> Mapping[str, tuple[int, str] | None]:
    """Which quotas an entity may have. Raises KafkaError(INVALID_REQUEST)."""
    if not entity:
        raise _refusal("Invalid empty client quota entity")
    for kind, name in entity:
        if kind not in (USER, CLIENT_ID, IP):
            raise _refusal(f"Unhandled client quota entity type: {kind}")
        if name == "":
            raise _refusal(f"Empty {kind} not supported")
    parts = dict(entity)
    if IP not in parts:
        return _CLIENT_KEYS
    if len(parts) > 1:
        raise _refusal(
            "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId"
        )
    address = parts[IP]
    if address is not None:
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            raise _refusal(f"{address} is not a valid IP or resolvable host.") from error
    return _IP_KEYS


def _check_value(known: Mapping[str, tuple[int, str] | None], key: str, value: float) -> None:
    """Raises KafkaError(INVALID_REQUEST)."""
    if key not in known:
        raise _refusal(f"Invalid configuration key {key}")
    if not value > 0:  # which no NaN is either
        raise _refusal(f"Quota {key} must be greater than 0")
    whole = known[key]
    if whole is not None:
        most, words = whole
        if value > most:
            raise _refusal(f"Proposed value for {key} is too large for {words}.")
        if value % 1 > _FRACTION:
            raise _refusal(f"{key} cannot be a fractional value.")


def _records(
    entity: Entity, changes: Iterable[tuple[str, float | None]], stored: Mapping[str, float]
) -> list[ClientQuotaRecord]:
    """Only what is not so already."""
    records = []
    for key, value in changes:
        if stored.get(key) != value:
            parts = [EntityData(entity_type=kind, entity_name=name) for kind, name in entity]
            if value is None:
                records.append(ClientQuotaRecord(entity=parts, key=key, remove=True))
            else:
                records.append(ClientQuotaRecord(entity=parts, key=key, value=value))
    return records


def _words(entity: Entity) -> str:
    return ", ".join(f"{kind}={'null' if name is None else name}" for kind, name in entity)


def _refusal(message: str) -> KafkaError:
    return KafkaError(ErrorCode.INVALID_REQUEST, message)
